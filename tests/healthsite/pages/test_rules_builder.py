"""A rule goes into the form and comes back the same; what makes no sense is named and kept."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.datastructures import MultiValueDict
from hypothesis import given
from hypothesis import strategies as st

from healthsite.pages.rules.builder import RuleForm
from healthsite.pages.rules.drawing import Drawn, drawn_from_rule
from healthsite.pages.rules.readable import Field, Readable
from scoring.engine.conditions import code_of
from scoring.engine.rules import parse_rule
from scoring.wording import COLOURS

pytestmark = pytest.mark.django_db  # a sentence asks which indicators there are

FIELDS = (
    Field("score", "Score", "Score"),
    Field("role", "Band colour", "Score", codes=COLOURS),
    Field("csat", "CSAT", "Metrics"),
    Field("seat_utilisation", "Seats in use", "Metrics", unit="%"),
    Field("industry", "Industry", "Customer", ("Retail", "Food, drink")),
)
READABLE = Readable({one.key: one for one in FIELDS}, "on=segment")


def rule(field: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


def sent(drawn: Drawn, **more: str) -> QueryDict:
    """What a browser sends of a form that is drawn so."""
    data = QueryDict(mutable=True)
    for group, joiner in drawn.joiners.items():
        data[f"r-join-{group}"] = joiner
    for row in drawn.rows:
        for name in ("field", "op", "value", "group"):
            data.appendlist(f"r-{name}", getattr(row, name))
    if drawn.text is not None:
        data["r-json"] = drawn.text
    data.update(more)
    return data


def again(definition: dict[str, Any]) -> RuleForm:
    """The form of a rule, sent as it is."""
    return RuleForm(sent(drawn_from_rule(definition, READABLE)), prefix="r", readable=READABLE)


def rows(*said: tuple[str, str, str], **more: str) -> RuleForm:
    """A form with these fields, comparisons and values."""
    data = QueryDict(mutable=True)
    for row in said:
        for name, cell in zip(("field", "op", "value", "group"), (*row, ""), strict=True):
            data.appendlist(f"r-{name}", cell)
    data.update(more)
    return RuleForm(data, prefix="r", readable=READABLE)


numbers = st.sampled_from([0.0, 1.0, 2.0, -0.5, 50.0, 1e-7, 123456789.25, -1e15]) | st.floats(-1e15, 1e15)
words = st.sampled_from(["Retail", "Food, drink", 'The "best"', "5", "on-prem", "Ölförderung"]) | st.text(
    st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12
).map(str.strip).filter(bool)
number_fields = st.sampled_from(["score", "role", "csat", "seat_utilisation"])
comparisons = st.one_of(
    st.builds(rule, number_fields, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), numbers),
    st.builds(rule, number_fields, st.just("in"), st.lists(numbers, min_size=1, max_size=4)),
    st.builds(rule, st.just("industry"), st.sampled_from(["==", "!="]), words),
    st.builds(rule, st.just("industry"), st.just("in"), st.lists(words, min_size=1, max_size=4)),
)
rules = st.recursive(
    comparisons,
    lambda parts: st.one_of(
        st.builds(lambda part: {"not": part}, parts),
        st.builds(
            lambda kind, some: {kind: some}, st.sampled_from(["all", "any"]), st.lists(parts, min_size=1, max_size=3)
        ),
    ),
    max_leaves=8,
)


@given(rules, st.integers(0, 2**32))
def test_a_rule_comes_back_as_it_went_in(definition: dict[str, Any], seed: int) -> None:
    try:
        before = parse_rule(definition, "rule")
    except ValueError:
        return  # nested too deep for the language itself
    form = again(definition)
    assert form.is_valid(), form.errors
    after = parse_rule(form.definition, "rule")
    chance = np.random.default_rng(seed)
    at = {one.field: [*one.numbers, 0.0, 2.0, np.nan] for one in before.comparisons()}
    columns = {name: chance.choice(values, 60) for name, values in at.items()}
    assert [side.tolist() for side in after.evaluate(columns)] == [side.tolist() for side in before.evaluate(columns)]


def test_what_fits_is_shown_in_rows_and_the_opposite_of_a_group_is_turned_inside_out() -> None:
    inner = {"any": [rule("score", "<", 40), rule("industry", "in", ["Retail", "Food, drink"])]}
    form = again({"all": [{"not": inner}, {"any": [rule("csat", ">=", 4), rule("role", "==", 2)]}]})
    shown = [(row.field, row.op, row.value, row.group) for row in form.drawn.rows]
    assert shown == [
        ("score", ">=", "40", ""),
        ("industry", "none", 'Retail,"Food, drink"', ""),
        ("csat", ">=", "4", "3"),
        ("role", "==", "green", "3"),
    ]
    assert form.is_valid()
    assert form.sentence == (
        "Score is at least 40 and Industry is none of Retail or Food, drink"
        " and (CSAT is at least 4 or Band colour is green)"
    )


def test_a_rule_of_three_levels_is_multiplied_out() -> None:
    """As the stage Renewal is entered: not won, and soon enough for the size."""
    soon = [{"all": [rule("csat", "==", n), rule("seat_utilisation", "<=", days)]} for n, days in ((3, 180), (2, 90))]
    form = again({"all": [rule("role", "==", 0), {"any": [*soon, rule("score", "<", 30)]}]})
    assert form.drawn.text is None
    assert form.is_valid()
    assert form.sentence == (
        "(Band colour is red and CSAT is 3 and Seats in use is at most 180\N{NO-BREAK SPACE}%)"
        " or (Band colour is red and CSAT is 2 and Seats in use is at most 90\N{NO-BREAK SPACE}%)"
        " or (Band colour is red and Score is below 30)"
    )


def test_a_rule_whose_rows_nobody_changed_stays_as_it_was_written() -> None:
    deep = {
        "all": [
            rule("role", "==", 0),
            {"any": [rule("score", "<", 30), rule("csat", "<", 2)]},
            {"not": rule("csat", "<", 1)},
        ]
    }
    deep = {"any": [deep, rule("score", "<", 5)]}
    drawn = drawn_from_rule(deep, READABLE)
    same = RuleForm(sent(drawn), prefix="r", readable=READABLE, initial=deep)
    assert same.is_valid()
    assert same.definition == deep
    drawn.rows[0].value = "yellow"
    other = RuleForm(sent(drawn), prefix="r", readable=READABLE, initial=deep)
    assert other.is_valid()
    assert other.definition
    assert other.definition["any"][0]["all"][0] == rule("role", "==", 1)


def test_of_two_ways_to_multiply_out_the_shorter_is_shown() -> None:
    """Four choices of one each side would be sixteen groups the other way."""
    pairs = [{"all": [rule("csat", ">", n), {"any": [rule("score", "<", n), rule("role", "==", 0)]}]} for n in range(4)]
    form = again({"all": pairs})
    assert form.drawn.joiners[""] == "all"
    assert len(form.drawn.rows) == 4 + 8
    form = again({"any": [*pairs, rule("csat", "<", 9)]})
    assert form.drawn.joiners[""] == "any"
    assert len(form.drawn.rows) == 4 * 4 + 1


def test_what_would_be_too_long_is_json() -> None:
    some = [{"any": [{"all": [rule("score", "<", n), rule("csat", "<", n)]}, rule("csat", ">", n)]} for n in range(10)]
    deep = {"all": some}
    form = again(deep)
    assert form.drawn.text is not None
    assert form.is_valid()
    assert parse_rule(form.definition, "r") == parse_rule(deep, "r")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("csat", ">=", "high"), "'high' is no number; give a number, such as 20 or -0.5"),
        (("csat", ">=", "nan"), "'nan' is no number"),
        (("csat", ">=", "inf"), "'inf' is no number"),
        (("csat", ">=", "1e400"), "value is inf; give a number"),
        (("csat", ">=", "1e300"), "give a number from -1e+15 to 1e+15"),
        (("csat", ">=", ""), "the value is empty; give a number"),
        (("role", "==", "blue"), "'blue' is no number; give one of red, yellow, green"),
        (("industry", ">=", "Retail"), "words have no order"),
        (("industry", "==", "a\0b"), "cannot be read"),
        (("industry", "in", 'a,"b'), "odd quotation mark"),
        (("industry", "==", "x" * 101), "give a word of 1 to 100 letters"),
        (("industry", "in", ",".join("abcde" * 11)), "give a list of 1 to 50"),
        (("csat", "in", "1,,2"), "the value is empty"),
        (("shoe_size", ">", "40"), "'shoe_size' is nothing that a rule reads here; choose one of the list"),
        (("", ">", "40"), "There is no field; choose one of the list"),
        (("csat", "~", "4"), "'~' is no comparison"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_named_at_its_row_and_kept(row: tuple[str, str, str], message: str) -> None:
    form = rows(("score", "<", "50"), row)
    assert not form.is_valid()
    assert form.definition is None
    assert message in form.errors_at()["Condition 2"]
    assert (form.drawn.rows[1].field, form.drawn.rows[1].value) == (row[0], row[2])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "no JSON"), ("[" * 20000, "no JSON"), ('"\\ud800"', "no JSON"), ("5", "which is no rule"),
        ("1" * 60000, "no JSON"),
        ('{"field": "shoe_size", "op": ">", "value": 1}', "'shoe_size' is nothing that a rule reads here"),
        ('{"field": "industry", "op": "==", "value": 1}', "Industry holds words"),
        ('{"field": "csat", "op": "==", "value": "a"}', "CSAT holds numbers"),
        ('{"field": "csat", "op": "<", "value": NaN}', "give a number"),
        ('{"field": "csat", "op": "<", "value": ' + "9" * 5000 + "}", "no JSON"),
    ],
)  # fmt: skip
def test_json_that_is_no_rule_is_refused_with_the_reason(text: str, message: str) -> None:
    form = RuleForm(MultiValueDict({"r-json": [text]}), prefix="r", readable=READABLE)
    assert not form.is_valid()
    assert message in form.message
    assert form.drawn.text == text


def test_numbers_are_read_as_people_write_them() -> None:
    form = rows(("csat", ">=", " −0.50 "), ("seat_utilisation", "<", "90 %"), ("role", "==", "Green"))
    assert form.is_valid()
    assert form.definition == {
        "all": [rule("csat", ">=", -0.5), rule("seat_utilisation", "<", 90.0), rule("role", "==", 2.0)]
    }
    assert form.sentence == "CSAT is at least −0.5 and Seats in use is below 90\u00a0% and Band colour is green"


def test_words_are_told_from_numbers_by_their_field() -> None:
    form = rows(("industry", "==", "5"))
    assert form.is_valid()
    assert parse_rule(form.definition, "r").evaluate({"industry": np.array([code_of("5"), 5.0])})[0].tolist() == [
        True,
        False,
    ]


def test_fifty_conditions_fit_under_one_heading_and_one_more_does_not() -> None:
    assert rows(*[("csat", "<", str(n)) for n in range(50)]).is_valid()
    form = rows(*[("csat", "<", str(n)) for n in range(51)])
    assert not form.is_valid()
    assert form.message == "51 conditions under one heading are too many; give at most 50"
    form = rows(*[("csat", "<", "1")] * 201)
    assert not form.is_valid()
    assert "give at most 200" in form.message


def test_empty_rows_say_nothing() -> None:
    assert not rows(("", ">=", " "), ("", "<", "")).is_valid()
    form = RuleForm(sent(drawn_from_rule(None, READABLE)), prefix="r", readable=READABLE, required=False)
    assert form.is_valid()
    assert (form.definition, form.sentence) == (None, "")


@pytest.mark.parametrize(
    ("act", "groups"),
    [("add", ["", "", ""]), ("group", ["", "", "1", "1"]), ("drop:0", [""]), ("drop:9", ["", ""]), ("drop:x", ["", ""]),
     ("add:7", ["", "", ""]), ("fly", ["", ""]), (f"drop:{'9' * 5000}", ["", ""])],
)  # fmt: skip
def test_buttons_without_script_change_the_rows_and_save_nothing(act: str, groups: list[str]) -> None:
    form = rows(("csat", "<", "x"), ("csat", ">", "4"), **{"r-act": act})
    assert form.acted
    assert not form.is_valid()
    assert ([row.group for row in form.drawn.rows], form.errors_at()) == (groups, {})


def test_a_row_is_added_to_a_group() -> None:
    data = sent(
        drawn_from_rule(
            {"all": [rule("csat", "<", 2), {"any": [rule("csat", "<", 2), rule("csat", ">", 4)]}]}, READABLE
        )
    )
    form = RuleForm(_with(data, "add:2"), prefix="r", readable=READABLE)
    assert [(item.group, len(item.rows)) for item in form.items] == [("", 1), ("2", 3)]


def _with(data: QueryDict, act: str) -> QueryDict:
    data["r-act"] = act
    return data


def test_the_form_is_drawn_with_what_was_typed() -> None:
    form = rows(("industry", "==", "<b>"), ("csat", "<", "two"))
    form.is_valid()
    html = render_to_string("rules/_builder.html", {"form": form})
    assert 'value="&lt;b&gt;"' in html
    assert 'list="r-words-industry"' in html
    assert '<option value="Food, drink"></option>' in html
    assert "is no number" in html
    assert html.count("<select") == html.count('aria-label="Field"') + html.count('aria-label="Comparison"') + 2
