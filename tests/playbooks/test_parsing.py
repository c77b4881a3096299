"""A definition is read whole or refused whole: with the place, the value and what would be right."""

from __future__ import annotations

from contextlib import suppress
from copy import deepcopy
from functools import reduce
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.definitions import Due, Exit, Playbook, Repeat, Sla, Span, Step, alert_rules
from playbooks.parsing import InvalidPlaybook, parse_alert, parse_playbook
from scoring.engine.rules import Comparison, parse_rule

FIELDS = {"score", "role", "arr", "usage_2w"}
WHEN: dict[str, Any] = {"field": "score", "op": "<", "value": 30}
CALL: dict[str, Any] = {"title": "Call", "role": "CSM", "due": {"span": {"amount": 8, "unit": "bh"}}}
PLAN: dict[str, Any] = {"title": "Plan", "role": "MGR", "due": {"span": {"amount": 5, "unit": "bd"}, "after": 0}}
RESCUE: dict[str, Any] = {
    "key": "X-1",
    "title": "Rescue",
    "starts": "enters",
    "when": WHEN,
    "severity": 1,
    "steps": [CALL, PLAN],
}


def read(definition: object) -> Playbook:
    return parse_playbook(definition, FIELDS.__contains__)


def with_step(**changes: Any) -> dict[str, Any]:
    return {**RESCUE, "steps": [CALL, {**PLAN, **changes}]}


def test_what_is_left_out_has_a_plain_meaning() -> None:
    when = Comparison("score", "<", (30.0,))
    steps = (
        Step("Call", "CSM", Due(Span(8, "bh"))),
        Step("Plan", "MGR", Due(Span(5, "bd"), after=0)),
    )
    assert read(RESCUE) == Playbook(
        key="X-1",
        title="Rescue",
        source="",
        starts="enters",
        when=when,
        provided=None,
        severity=1,
        group="",
        cool_down_days=30,
        per="",
        steps=steps,
        exit=None,
        success="",
    )


def test_everything_that_can_be_said_is_read() -> None:
    step = with_step(
        with_role="AE",
        sla={"hours": 48, "calendar": "clock"},
        escalate_to=["MGR", "EXEC", "MGR"],
        when={"field": "arr", "op": ">=", "value": 1},
        repeat={"every": {"amount": 14, "unit": "d"}, "times": 4},
        automatic=True,
        hours=0.25,
        details="Two\nlines",
    )
    exit_ = {"when": {"field": "role", "op": "!=", "value": 0}, "nights": 14, "steps": [1, 0]}
    found = read({**step, "exit": exit_, "cool_down_days": None, "per": "renewal", "provided": WHEN, "group": "rescue"})
    plan = found.steps[1]
    assert (plan.sla, plan.escalate_to, plan.hours) == (Sla(48, "clock"), ("MGR", "EXEC"), 0.25)
    assert plan.repeat == Repeat(Span(14, "d"), 4)
    assert found.exit == Exit(Comparison("role", "!=", (0.0,)), 14, (1, 0))
    assert (found.cool_down_days, found.per, found.group) == (None, "renewal", "rescue")
    assert found.fields() == {"score", "role", "arr"}


def test_a_playbook_started_by_hand_needs_no_condition() -> None:
    definition = {key: value for key, value in RESCUE.items() if key != "when"}
    assert read({**definition, "starts": "manual"}).when is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"role": "BOSS"},
            r"steps\[1\].role is 'BOSS'; give one of CSM, AE, MGR, EXEC, SUP, TRN, FIN, SR, ADMIN, HEAD",
        ),
        ({"role": None}, r"steps\[1\].role is None; give one of CSM"),
        ({"title": " "}, r"steps\[1\].title is ' '; give a text on one line"),
        ({"title": "a\0b"}, r"steps\[1\].title is 'a\\x00b'; give a text"),
        ({"title": "half \ud800"}, r"steps\[1\].title is 'half \\ud800'; give a text"),
        ({"due": 5}, r"steps\[1\].due is 5; give an object with span, after, before"),
        ({"due": {}}, r"steps\[1\].due.span is missing; it is required"),
        ({"due": {"span": {"amount": -1, "unit": "bd"}}}, r"steps\[1\].due.span.amount is -1; give a number from 0"),
        ({"due": {"span": {"amount": float("nan"), "unit": "d"}}}, r"due.span.amount is nan; give a number from 0"),
        ({"due": {"span": {"amount": True, "unit": "d"}}}, r"due.span.amount is True; give a number"),
        ({"due": {"span": {"amount": 1, "unit": "weeks"}}}, r"due.span.unit is 'weeks'; give one of bh, bd, h, d"),
        ({"due": {**PLAN["due"], "after": 1}}, r"steps\[1\].due.after is 1; name a step before this one, 0 to 0"),
        ({"due": {**PLAN["due"], "after": 2}}, r"steps\[1\].due.after is 2; name a step before this one"),
        ({"due": {**PLAN["due"], "after": -1}}, r"steps\[1\].due.after is -1; name a step before"),
        ({"due": {**PLAN["due"], "after": "0"}}, r"steps\[1\].due.after is '0'; name a step before"),
        ({"due": {**PLAN["due"], "after": False}}, r"steps\[1\].due.after is False; name a step before"),
        (
            {"due": {**PLAN["due"], "before": "spring"}},
            r"due.before is 'spring'; give one of renewal, notice, or leave it out",
        ),
        ({"due": {**PLAN["due"], "before": "notice"}}, r"due.span.unit is 'bd'; before a notice date give d"),
        ({"sla": {}}, r"steps\[1\].sla.hours is None; give either hours, or the anchor notice"),
        ({"sla": {"hours": 4, "anchor": "notice"}}, r"steps\[1\].sla.hours is 4; give either hours, or"),
        ({"sla": {"hours": 0}}, r"steps\[1\].sla.hours is 0; give a number from 0.25 to 10,000"),
        ({"sla": {"hours": 4, "calendar": "lunar"}}, r"sla.calendar is 'lunar'; give one of clock, business"),
        ({"escalate_to": ["MGR"]}, r"steps\[1\].escalate_to is \['MGR'\]; give an sla too"),
        ({"escalate_to": "MGR"}, r"steps\[1\].escalate_to is 'MGR'; give a list"),
        ({"escalate_to": ["MGR", 7]}, r"steps\[1\].escalate_to\[1\] is 7; give one of CSM"),
        ({"with_role": "MGR"}, r"steps\[1\].with_role is 'MGR'; give another role than role"),
        ({"repeat": {"every": {"amount": 0, "unit": "d"}}}, r"repeat.every.amount is 0.0; give more than 0"),
        ({"repeat": {"every": PLAN["due"]["span"], "times": 0}}, r"repeat.times is 0; give a whole number from 1"),
        ({"hours": 1e9}, r"steps\[1\].hours is 1000000000.0; give a number from 0 to 200"),
        ({"automatic": "yes"}, r"steps\[1\].automatic is 'yes'; give true or false"),
        ({"details": "x" * 2001}, r"steps\[1\].details is '.*; give a text of at most 2,000 characters"),
        ({"when": {**WHEN, "field": "mood"}}, r"steps\[1\].when is 'mood'; a rule reads score, role, metrics"),
        ({"when": {**WHEN, "value": float("nan")}}, r"steps\[1\].when.value is nan; give a number"),
        ({"who": "CSM"}, r"steps\[1\].who is not a known key; known here: title, role, due"),
    ],
)
def test_a_step_that_cannot_be_used_says_where_and_what_would_be_right(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidPlaybook, match=message):
        read(with_step(**changes))


def test_a_step_without_a_role_is_refused() -> None:
    with pytest.raises(InvalidPlaybook, match=r"steps\[0\].role is missing; it is required"):
        read({**RESCUE, "steps": [{"title": "Call", "due": CALL["due"]}]})


def test_the_first_step_waits_for_none() -> None:
    with pytest.raises(InvalidPlaybook, match=r"steps\[0\].due.after is 0; the first step starts with the play"):
        read({**RESCUE, "steps": [{**CALL, "due": PLAN["due"]}]})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"key": "X:1"}, "key is 'X:1'; give letters, digits, - and _, 32 at most"),
        ({"key": "X" * 33}, "key is 'XXX"),
        ({"starts": "sometimes"}, "starts is 'sometimes'; give one of enters, date, manual"),
        ({"starts": "manual"}, "starts is 'manual'; a playbook with a condition starts by it: give enters or date"),
        ({"when": None}, "when is missing; a playbook that starts by 'enters' says when"),
        ({"when": {**WHEN, "field": "mood"}}, "when is 'mood'; a rule reads score"),
        ({"when": {**WHEN, "op": "~"}}, "when.op is '~'; give one of <"),
        ({"provided": []}, r"provided is \[\], which is no rule"),
        ({"severity": 0}, "severity is 0; give a whole number from 1 to 9"),
        ({"severity": 1.5}, "severity is 1.5; give a whole number"),
        ({"cool_down_days": -1}, "cool_down_days is -1; give a whole number of days from 0 to 3650, or null"),
        ({"cool_down_days": 10**30}, "cool_down_days is 1000"),
        ({"per": "year"}, "per is 'year'; give one of renewal, or leave it out"),
        ({"group": 3}, "group is 3; give a text"),
        ({"steps": []}, r"steps is \[\]; give a list with at least 1 entries"),
        ({"steps": {}}, "steps is {}; give a list"),
        ({"steps": [CALL] * 51}, "steps has 51 entries; give 50 at most"),
        ({"steps": ["call"]}, r"steps\[0\] is 'call'; give an object with title"),
        ({"exit": {"when": WHEN, "nights": 0}}, "exit.nights is 0; give a whole number from 1 to 365"),
        (
            {"exit": {"when": WHEN, "steps": [2]}},
            r"exit.steps\[0\] is 2; name each step once, by its place from 0 to 1",
        ),
        ({"exit": {"when": WHEN, "steps": [1, 1]}}, r"exit.steps\[1\] is 1; name each step once"),
        ({"exit": {"nights": 14}}, "exit.when is missing"),
        ({"colour": "red"}, "colour is not a known key; known here: key, title"),
    ],
)
def test_a_playbook_that_cannot_be_used_says_where_and_what_would_be_right(
    changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidPlaybook, match=message):
        read({**RESCUE, **changes})


@pytest.mark.parametrize("definition", [None, [], "PB-1", 7])
def test_what_is_no_object_is_no_playbook(definition: object) -> None:
    for parse in (parse_playbook, parse_alert):
        with pytest.raises(InvalidPlaybook, match="the definition is"):
            parse(definition, FIELDS.__contains__)


def test_an_alert_for_each_component_asks_every_one() -> None:
    when = {"all": [{"field": "component.role", "op": "==", "value": 0}, {"not": {**WHEN, "field": "component"}}, WHEN]}
    alert = parse_alert({"key": "A2", "title": "Red", "when": when, "each": "component"}, FIELDS.__contains__)
    usage = {"all": [{"field": "usage.role", "op": "==", "value": 0}, {"not": {**WHEN, "field": "usage"}}, WHEN]}
    assert alert_rules(alert, ["usage", "support"])[0] == ("A2:usage", parse_rule(usage, ""))
    assert [key for key, _ in alert_rules(alert, ["usage", "support"])] == ["A2:usage", "A2:support"]


def test_an_alert_for_the_customer_is_asked_once() -> None:
    alert = parse_alert({"key": "A1", "title": "Fell", "when": WHEN}, FIELDS.__contains__)
    assert alert_rules(alert, ["usage"]) == [("A1", Comparison("score", "<", (30.0,)))]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"each": "customer"}, "each is 'customer'; give one of component, or leave it out"),
        ({"each": "component"}, r"when is \['score'\]; an alert for each component reads component or component.role"),
        ({"when": {**WHEN, "field": "component.role"}}, "when is 'component.role'; a rule reads"),
        ({"when": None}, "when is None, which is no rule"),
        ({"key": "A1:usage"}, "key is 'A1:usage'"),
        ({"title": "x" * 201}, "title is 'xxx"),
    ],
)
def test_an_alert_that_cannot_be_used_says_where_and_what_would_be_right(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidPlaybook, match=message):
        parse_alert({"key": "A1", "title": "Fell", "when": WHEN, **changes}, FIELDS.__contains__)


def test_spans_and_promises_read_as_words() -> None:
    assert str(Span(1, "bd")) == "1 business day"
    assert str(Due(Span(4, "bh"))) == "4 business hours after the start"
    assert str(Due(Span(0.5, "h"), after=0)) == "0.5 clock hours after step 1"
    assert str(Due(Span(150, "d"), before="renewal")) == "150 calendar days before the renewal date"
    assert (str(Sla(48, "clock")), str(Sla(None, anchor="notice"))) == ("48 clock hours", "the notice date")


def paths(value: Any) -> list[tuple[Any, ...]]:
    """The way to each place of a JSON value, as keys."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way for key, inner in entries for way in [(key,), *((key, *deeper) for deeper in paths(inner))]]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


WHOLE = {
    **with_step(sla={"hours": 4}, repeat={"every": CALL["due"]["span"]}),
    "exit": {"when": WHEN, "steps": [0]},
}


@given(st.sampled_from(paths(WHOLE)), anything)
def test_nonsense_in_any_place_is_refused_or_read_but_never_breaks(way: tuple[Any, ...], nonsense: Any) -> None:
    definition: Any = deepcopy(WHOLE)
    reduce(lambda inner, key: inner[key], way[:-1], definition)[way[-1]] = nonsense
    with suppress(InvalidPlaybook):
        read(definition).title.encode()
