"""A playbook reads as sentences."""

from __future__ import annotations

from typing import Any

import pytest

from playbooks.definitions import Due, Exit, Playbook, Repeat, Sla, Span, Step
from playbooks.describing import (
    condition_words,
    exit_words,
    repeat_words,
    sla_words,
    step_words,
    trigger_words,
    wait_words,
    who,
)
from scoring.engine.rules import parse_rule
from scoring.fields import label_of
from scoring.wording import rule_words

pytestmark = pytest.mark.django_db  # labels of components are asked for
DUE = Due(Span(4, "bh"))


def rule(field: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


def words(definition: dict[str, Any]) -> str:
    return rule_words(parse_rule(definition, "when"))


@pytest.mark.parametrize(
    ("field", "op", "value", "expected"),
    [
        ("churn_risk", "==", 1, ": yes"), ("churn_risk", "==", 0, ": no"), ("emergency", "!=", 1, ": no"),
        ("I13", "==", 1, ": yes"), ("role", "==", 0, " is red"), ("role", "!=", 0, " is not red"),
        ("role_before", "in", [1, 2], " is yellow or green"), ("size", "==", 3, " is enterprise"),
        ("score", "<", 50, " is below 50"), ("role", "<=", 1, " is at most 1"), ("role", "==", 7, " is 7"),
        ("usage_2w", "<=", -30, " is at most −30\u00a0%"), ("tenure_days", ">", 1, " is above 1\u00a0day"),
    ],
)  # fmt: skip
def test_codes_are_said_in_words(field: str, op: str, value: Any, expected: str) -> None:
    assert words(rule(field, op, value)) == f"{label_of(field)}{expected}"


def test_two_ends_of_a_field_become_one_clause() -> None:
    ends = {"all": [rule("score", ">=", 0), rule("score", "<=", 90)]}
    name = label_of("score")
    assert words(ends) == f"{name} is from 0 to 90"
    assert words({"any": [ends, rule("score", ">", 99)]}) == f"{name} is from 0 to 90 or {name} is above 99"
    assert words({"any": list(ends["all"])}) == f"{name} is at least 0 or {name} is at most 90"


def test_parts_joined_the_other_way_stand_in_brackets() -> None:
    name, inner = label_of("score"), {"any": [rule("score", "<", 1), rule("score", ">", 2)]}
    assert words({"all": [inner, rule("score", "!=", 5)]}) == (
        f"({name} is below 1 or {name} is above 2) and {name} is not 5"
    )
    assert words({"not": rule("score", "<", 1)}) == f"not ({name} is below 1)"


def test_a_simple_opposite_is_said_without_brackets() -> None:
    assert words({"not": rule("role", "==", 2)}) == "Band colour is not green"
    assert words({"not": rule("emergency", "==", 1)}) == "Emergency: no"
    assert words({"not": rule("industry", "in", ["Retail", "Toys"])}) == "Industry is none of Retail or Toys"
    assert words({"not": rule("size", "in", [1, 2])}) == "Size is none of small or mid-market"


def test_words_numbers_and_units_read_as_people_write_them() -> None:
    assert words(rule("industry", "in", ["on_prem", "Food, drink"])) == "Industry is one of on prem or Food, drink"
    assert words(rule("seat_utilisation", ">=", 90)) == f"{label_of('seat_utilisation')} is at least 90\u00a0%"
    assert words(rule("arr", ">=", 250000)) == "ARR is at least 250,000"
    assert words(rule("stage", "==", "onboarding")) == "Lifecycle stage is onboarding"
    assert words(rule("attribute:market_share", "==", "big")) == "Market share is big"


def book(**changes: Any) -> Playbook:
    given: dict[str, Any] = {
        "key": "PB-9", "title": "Nine", "source": "", "starts": "enters",
        "when": parse_rule(rule("score", "<", 5), "when"),
        "provided": None, "severity": 1, "group": "", "cool_down_days": 30, "per": "",
        "steps": (Step("Call", "CSM", DUE),), "exit": None, "success": "",
    }  # fmt: skip
    return Playbook(**{**given, **changes})


def test_the_trigger_says_what_has_to_begin_and_what_was_before() -> None:
    before = parse_rule(rule("role_before", "==", 2), "provided")
    assert condition_words(book(provided=before, per="renewal")) == (
        f"{label_of('score')} is below 5, provided that {label_of('role_before')} is green; once for each renewal"
    )
    assert trigger_words(book()) == (
        f"It starts on the night on which this begins to hold: {label_of('score')} is below 5."
    )


def test_one_that_waits_for_a_date_starts_on_a_first_night_too() -> None:
    assert trigger_words(book(starts="date")) == (
        f"It starts on the night that first finds this: {label_of('score')} is below 5."
    )


@pytest.mark.parametrize("changes", [{"starts": "manual"}, {"when": None}])
def test_a_playbook_without_trigger_is_started_by_hand(changes: dict[str, Any]) -> None:
    assert trigger_words(book(**changes)) == "It is started by hand only."
    assert condition_words(book(**changes)) == "by hand only"


def test_the_wait_after_a_close_is_told() -> None:
    assert wait_words(book()) == "After it is closed it waits 30 days before it can start again."
    assert wait_words(book(cool_down_days=None)) == "It can start again at once."


def test_the_exit_says_nights_and_steps() -> None:
    when = parse_rule(rule("score", ">", 5), "when")
    name = label_of("score")
    assert exit_words(None) == "It ends when all steps are done."
    assert exit_words(Exit(when, 14)) == f"It ends when this holds on 14 nights in a row: {name} is above 5."
    assert exit_words(Exit(when, 1, (4,))) == f"It ends when this holds: {name} is above 5, and step 5 is done."
    assert exit_words(Exit(when, 1, (0, 2))).endswith(f"{name} is above 5, and steps 1 and 3 are done.")


@pytest.mark.parametrize(
    ("sla", "to", "expected"),
    [
        (None, (), ""),
        (Sla(24, "clock"), ("MGR", "EXEC"), "SLA 24 clock hours, else it goes to Manager and Executive"),
        (Sla(4), (), "SLA 4 business hours"),
        (Sla(None, anchor="notice"), ("MGR",), "SLA the notice date, else it goes to Manager"),
    ],
)  # fmt: skip
def test_a_promise_says_who_hears_of_it(sla: Sla | None, to: tuple[str, ...], expected: str) -> None:
    assert sla_words(Step("Call", "CSM", DUE, sla=sla, escalate_to=to)) == expected


def test_a_step_says_who_when_how_often_and_for_whom() -> None:
    step = Step(
        "Review",
        "CSM",
        DUE,
        with_role="MGR",
        repeat=Repeat(Span(1, "bd"), 4),
        when=parse_rule(rule("size", "==", 3), "w"),
    )
    assert who(step) == "CSM with Manager"
    assert step_words(step) == (
        f"due 4 business hours after the start; again every 1 business day, 4 times in all; "
        f"only if {label_of('size')} is enterprise"
    )
    assert repeat_words(Step("Review", "CSM", DUE, repeat=Repeat(Span(5, "bd")))) == (
        "again every 5 business days, until the plan is closed"
    )


def test_what_happens_by_itself_has_no_due_date() -> None:
    assert step_words(Step("Touch more", "CSM", DUE, automatic=True)) == "nobody has to do anything"
