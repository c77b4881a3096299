"""How a score moved between two days."""

from __future__ import annotations

import pytest

from accounts.models import Customer
from healthsite.pages.moving import Move, move
from scoring.explaining import explain
from tests.cast import make_customer
from tests.healthsite.pages.test_words import spaced
from tests.healthsite.pages.world import (
    MONTH_BEFORE,
    D,
    customer_at,
    definition,
    live,
    replace_scorecard,
    score,
    supply,
)

pytestmark = pytest.mark.django_db


def moved(customer: Customer) -> Move:
    return move(explain(customer, MONTH_BEFORE), explain(customer))


def printed(found: Move) -> list[tuple[str, str, float]]:
    return [(spaced(line.text), line.kind, line.printed) for line in found.lines]


def test_the_largest_cause_comes_first_and_lines_add_up() -> None:
    live()
    customer = make_customer()
    supply(customer, MONTH_BEFORE, csat=4, nps=20, goal_attainment=50)
    supply(customer, csat=3, nps=30, goal_attainment=50)
    score(MONTH_BEFORE, D)
    found = moved(customer)
    assert printed(found) == [("CSAT 3 of 5, was 4", "value", -7.5), ("NPS 30, was 20", "value", 1.5)]
    assert (found.before, found.after, found.total) == ("60.5", "54.5", -6.0)


def test_what_data_did_stands_apart_from_what_the_customer_did() -> None:
    live()
    customer = make_customer()
    supply(customer, MONTH_BEFORE, csat=4, goal_attainment=50)
    supply(customer, csat=3, nps=20)
    score(MONTH_BEFORE, D)
    found = moved(customer)
    assert [spaced(line.text) for line in found.behaviour] == ["CSAT 3 of 5, was 4"]
    assert [line.text for line in found.data] == ["NPS: data arrived"]
    assert not found.is_all_behaviour
    assert round(sum(line.printed for line in found.lines), 1) == found.total


def test_a_new_version_of_the_scorecard_is_a_cause_of_its_own() -> None:
    live()
    customer = make_customer()
    supply(customer, MONTH_BEFORE, csat=5, nps=100, goal_attainment=0)
    score(MONTH_BEFORE)
    components = definition()["components"]
    live(components=[{**components[0], "weight": 20}, {**components[1], "weight": 80}])
    score(D)
    found = moved(customer)
    assert {line.kind for line in found.lines} == {"weights"}
    assert found.total == -40.0
    assert found.behaviour == []


def test_a_new_curve_under_the_same_weights_is_told_as_a_curve() -> None:
    live()
    customer = make_customer()
    supply(customer, MONTH_BEFORE, csat=5, nps=0, goal_attainment=50)
    score(MONTH_BEFORE)
    components = definition()["components"]
    components[1]["measures"][0]["curve"] = [[0, 0], [50, 100]]
    live(components=components)
    score(D)
    found = moved(customer)
    assert printed(found) == [("Goal attainment: scored along another curve by by-hand v2", "weights", 20.0)]


def test_where_only_a_cap_of_the_scorecard_is_new_the_scorecard_is_not_the_same() -> None:
    live(caps=[])
    customer = customer_at(80, on=MONTH_BEFORE)
    supply(customer, MONTH_BEFORE, days_past_due=70)
    score(MONTH_BEFORE)
    live()
    score(D)
    found = moved(customer)
    assert printed(found) == [("Capped: Two months overdue", "cap", -35.0)]
    assert not found.is_all_behaviour


def test_smaller_causes_are_counted_with_what_they_come_to() -> None:
    live()
    customer = make_customer()
    supply(customer, MONTH_BEFORE, csat=4, nps=20, goal_attainment=50)
    supply(customer, csat=3, nps=20.1, goal_attainment=60)
    score(MONTH_BEFORE, D)
    found = moved(customer)
    told = round(sum(line.printed for line in found.causes), 1)
    assert len(found.causes) + found.smaller == len(found.lines)
    assert round(told + found.rest, 1) == found.total


def test_nothing_moved_has_no_lines() -> None:
    live()
    customer = customer_at(60, on=MONTH_BEFORE)
    score(MONTH_BEFORE, D)
    found = moved(customer)
    assert (found.lines, found.total) == ((), 0.0)


def test_a_component_gathers_what_its_measures_moved() -> None:
    live()
    customer = make_customer()
    supply(customer, MONTH_BEFORE, csat=4, nps=20, goal_attainment=50)
    supply(customer, csat=3, nps=30, goal_attainment=75)
    score(MONTH_BEFORE, D)
    found = moved(customer)
    assert (found.of("satisfaction"), found.of("outcomes"), found.total) == (-6.0, 10.0, 4.0)


def capped_at(before: float, after: float) -> Customer:
    """A customer with so many points before caps, a month ago and now; two months overdue they have at most 45."""
    customer = make_customer()
    for on, points in ((MONTH_BEFORE, before), (D, after)):
        supply(customer, on, csat=1 + points / 25, nps=2 * points - 100, goal_attainment=points, days_past_due=70)
    return customer


@pytest.mark.parametrize(
    ("before", "after", "told", "points"),
    [
        (40, 65, "Capped: Two months overdue", -20.0),
        (65, 40, "No longer capped: Two months overdue", 20.0),
        (80, 60, "The cap costs less: Two months overdue", 20.0),
        (60, 80, "The cap costs more: Two months overdue", -20.0),
    ],
)
def test_a_cap_that_holds_on_both_days_costs_other_points(
    before: float, after: float, told: str, points: float
) -> None:
    live()
    customer = capped_at(before, after)
    score(MONTH_BEFORE, D)
    assert [(line.text, line.printed) for line in moved(customer).lines if line.kind == "cap"] == [(told, points)]


@pytest.mark.parametrize(
    ("clamp", "before", "after", "told"),
    [
        ([0, 50], 40, 60, "Held at the end of the scale"),
        ([50, 100], 40, 60, "No longer held at the end of the scale"),
        ([0, 50], 80, 60, "The end of the scale moves less"),
        ([50, 100], 40, 20, "The end of the scale moves more"),
    ],
)
def test_the_end_of_the_scale_has_words_for_either_end(
    clamp: list[float], before: float, after: float, told: str
) -> None:
    live(clamp=clamp, caps=[])
    customer = capped_at(before, after)
    score(MONTH_BEFORE, D)
    assert [line.text for line in moved(customer).lines if line.kind == "cap"] == [told]


def test_another_scorecard_is_one_cause_and_every_measure_a_line() -> None:
    live()
    customer = make_customer()
    supply(customer, MONTH_BEFORE, csat=5, nps=100, goal_attainment=50, lifecycle_health=40)
    supply(customer, csat=4)
    score(MONTH_BEFORE)
    replace_scorecard()
    score(D)
    found = moved(customer)  # 80 -> 57.5; CSAT 30 -> 50, NPS 30 and goals 20 gone, lifecycle 20 new; then CSAT -12.5
    assert [(spaced(cause.text), cause.kind, cause.printed) for cause in found.causes] == [
        ("CSAT 4 of 5, was 5", "value", -12.5),
        ("Scored by Install base v1 in place of By hand v1", "scorecard", -10.0),
    ]
    assert (found.smaller, found.rest, found.total) == (0, 0.0, -22.5)
    parts = [line.printed for line in found.lines if line.kind == "scorecard"]
    assert sorted(parts) == [-30.0, -20.0, 20.0, 20.0]
