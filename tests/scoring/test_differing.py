"""What two versions say differently: in words, each thing once, and line by line."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from scoring.engine.version import parse_version
from scoring.scorecards.differing import differences, unified
from tests.healthsite.pages.world import definition

pytestmark = pytest.mark.django_db  # rules are said by the names of vocabularies
Change = Callable[[dict[str, Any]], Any]


def changed(change: Change) -> list[str]:
    """What is said of a change to the small scorecard."""
    after = deepcopy(definition())
    change(after)
    return [one.said for one in differences(parse_version(definition()), parse_version(after))]


def measures(card: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = card["components"][0]["measures"]
    return found


def test_equal_versions_differ_in_nothing() -> None:
    assert changed(lambda card: None) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda card: card.update(title="New"), "Title: By hand → New"),
        (lambda card: card["components"][0].update(weight=70), "Satisfaction: weight 60 → 70"),
        (lambda card: measures(card)[0].update(weight=35), "Satisfaction › CSAT: weight 50 → 35"),
        (
            lambda card: measures(card)[0].update(missing="worst"),
            "Satisfaction › CSAT: when missing left out → 0 points",
        ),
        (
            lambda card: measures(card)[0].update(window=60),
            "Satisfaction › CSAT: window as the metric has it → 60 days",
        ),
        (lambda card: measures(card)[0].update(par=40), "Satisfaction › CSAT: par 0 → 40"),
        (lambda card: measures(card)[0].update(steps=True), "Satisfaction › CSAT: curve drawn in lines → steps"),
        (lambda card: measures(card)[0].update(curve=[[1, 10], [5, 100]]), "Satisfaction › CSAT: points at 1 0 → 10"),
        (
            lambda card: measures(card)[0].update(curve=[[1, 0], [3, 40], [5, 100]]),
            "Satisfaction › CSAT: points at 3 added: 40",
        ),
        (lambda card: card["bands"][1].update(lower=45), "Band 2: Fair (yellow) from 50 → Fair (yellow) from 45"),
        (lambda card: card.update(caps=[]), "Cap Two months overdue: removed: the score has at most 45 points while"),
        (lambda card: card["caps"][0].update(on=False), "switched off: the score has at most 45 points"),
        (
            lambda card: card["flags"]["emergency"].update(value=25),
            "Flag Emergency: the score is below 20 → the score is",
        ),
        (lambda card: card.update(min_coverage=0.4), "Minimum coverage 0.3 → 0.4"),
        (lambda card: card.update(clamp=[5, 100]), "Lowest score 0 → 5"),
        (lambda card: card.update(hysteresis=2), "Points before a band is left: 0 → 2"),
        (lambda card: card.update(analysis_days=60), "Analysis period, days: 30 → 60"),
        (
            lambda card: card.update(rollup="worst"),
            "A family's score: mean of parent and children, weighted by ARR → the",
        ),
    ],
)
def test_each_change_is_said_once_in_words(change: Change, said: str) -> None:
    found = changed(change)
    assert len(found) == 1
    assert said in found[0]


def test_a_measure_that_is_new_is_one_line_and_not_one_for_each_of_its_numbers() -> None:
    tickets = {"metric": "open_tickets", "weight": 5, "curve": [[0, 100], [9, 0]]}
    assert changed(lambda card: measures(card).append(tickets)) == [
        "Satisfaction › Open tickets added: weight 5, 0 → 100, 9 → 0"
    ]


def test_a_measure_that_moves_leaves_one_component_and_enters_the_other() -> None:
    assert changed(lambda card: card["components"][1]["measures"].append(measures(card).pop(0))) == [
        "Outcomes › CSAT added: weight 50, 1 → 0, 5 → 100",
        "Satisfaction › CSAT removed: weight 50, 1 → 0, 5 → 100",
    ]


def test_a_component_keeps_its_measures_when_only_its_name_changes() -> None:
    assert changed(lambda card: card["components"][0].update(label="Voice")) == ["Voice: name Satisfaction → Voice"]


def test_an_order_alone_is_told_too() -> None:
    assert changed(lambda card: card["components"].reverse()) == [
        "Order: satisfaction, outcomes, csat, nps, goal_attainment → outcomes, satisfaction, goal_attainment, csat, nps"
    ]


def test_bounds_by_rule_and_curves_by_age_are_told() -> None:
    rule = {"field": "industry", "op": "==", "value": "Retail"}
    ages = [{"below_days": 90, "curve": [[1, 50], [5, 100]]}]
    said = changed(
        lambda card: (
            card.update(thresholds=[{"label": "Retail", "when": rule, "lowers": [0, 40, 70]}]),
            measures(card)[0].update(ages=ages),
        )
    )
    assert said == [
        "Satisfaction › CSAT: under 90 days, curve drawn in added: lines",
        "Satisfaction › CSAT: under 90 days, points at 1 added: 50",
        "Satisfaction › CSAT: under 90 days, points at 5 added: 100",
        "Bounds for Retail: added: Poor from 0, Fair from 40, Good from 70 while Industry is Retail",
    ]


def test_the_lines_are_those_of_the_canonical_text() -> None:
    before, after = definition(), definition(min_coverage=0.4)
    lines = unified(before, after, ("v1", "v2"))
    assert lines[:2] == ["--- v1", "+++ v2"]
    assert [line for line in lines[2:] if line[0] in "+-"] == ['-  "min_coverage": 0.3,', '+  "min_coverage": 0.4,']
    assert unified(before, definition(min_coverage=0.3), ("v1", "v2")) == []
