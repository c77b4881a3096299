"""What the body of an indicator may hold, and what is refused with place, value and remedy."""

from __future__ import annotations

from typing import Any

import pytest

from scoring.indicators.parsing import InvalidIndicator, check_indicator, parse_indicator

pytestmark = pytest.mark.django_db
FALLING = {"field": "usage_trend", "op": "<", "value": -10}


def body(**changes: Any) -> dict[str, Any]:
    return {"type": "leading", "rule": FALLING, "meaning": "Use falls.", **changes}


def test_a_body_needs_type_rule_and_meaning_only() -> None:
    found = parse_indicator(body())
    assert (found.kind, found.nights, found.counts, found.source) == ("leading", 1, False, "")
    assert found.rule.fields() == {"usage_trend"}


@pytest.mark.parametrize(
    "field", ["nps", "score", "role", "coverage", "churn_risk", "leading_open", "measures_fallen_28", "financial"]
)
def test_a_rule_reads_metrics_components_and_what_the_score_says(field: str) -> None:
    check_indicator(body(rule={"field": field, "op": ">=", "value": 1}))


def test_a_stage_is_a_word() -> None:
    check_indicator(body(rule={"field": "stage", "op": "==", "value": "growth"}))


def within(part: dict[str, Any]) -> dict[str, Any]:
    return {"all": [FALLING, {"not": part}]}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"type": "early"}, "type is 'early'; give one of leading, lagging, opportunity, state"),
        ({"nights": 0}, "nights is 0; give a whole number from 1 to 365"),
        ({"nights": 366}, "nights is 366; give a whole number from 1 to 365"),
        ({"nights": True}, "nights is True; give a whole number from 1 to 365"),
        ({"meaning": " "}, "meaning is ' '; give a text on one line"),
        ({"meaning": "Use\x00falls"}, "meaning is 'Use\\x00falls'; give a text on one line"),
        ({"source": 7}, "source is 7; give a text on one line"),
        ({"counts": 1}, "counts is 1; give true or false"),
        ({"counts": True, "type": "lagging"}, "counts is True; only a leading indicator counts"),
        ({"counts": True, "rule": {"field": "leading_open", "op": ">", "value": 3}}, "counts is True; its rule reads"),
        ({"weight": 3}, "weight is not a known key"),
        ({"rule": {"field": "usage_trend", "op": "<"}}, "rule is {"),
        (
            {"rule": within({"field": "trend", "op": ">", "value": 1})},
            "rule.all[1].not.field is 'trend'; name a metric",
        ),
        (
            {"rule": within({"field": "I7", "op": "==", "value": 1})},
            "rule.all[1].not.field is 'I7'; an indicator reads",
        ),
        ({"rule": {"field": "stage", "op": "==", "value": 1}}, "rule.value is 1.0; give the key of a stage"),
        ({"rule": {"field": "role", "op": "==", "value": "red"}}, "rule.value is 'red'; give a number"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidIndicator) as refused:
        check_indicator(body(**changes))
    assert message in str(refused.value)


def test_the_place_of_the_body_comes_first() -> None:
    with pytest.raises(InvalidIndicator, match=r"^I40\.nights is 1000;"):
        parse_indicator(body(nights=1000), "I40")


@pytest.mark.parametrize("wrong", [None, [], "leading", {}])
def test_a_body_that_is_no_body_is_refused(wrong: object) -> None:
    with pytest.raises(InvalidIndicator):
        check_indicator(wrong)
