"""The "why" of a list, computed for all rows at once."""

from __future__ import annotations

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.models import Customer
from healthsite.pages.reasons import largest_change, reasons
from healthsite.pages.telling import Place
from scoring.explaining import Explained, changes_between, explain
from scoring.models import CurrentScore
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


def told(customer: Customer) -> str:
    return spaced(reasons(CurrentScore.objects.filter(customer=customer))[customer.pk])


def place(explained: Explained) -> Place:
    return Place(explained.scored, 0, explained.version, explained.version.engine)


def test_the_largest_change_of_the_month_is_the_reason() -> None:
    live()
    customer = customer_at(80, on=MONTH_BEFORE)
    supply(customer, csat=2)
    score(MONTH_BEFORE, D)
    assert told(customer) == "CSAT 2 of 5, was 4.2"


def test_where_nothing_noteworthy_moved_the_weakest_measure_is_the_reason() -> None:
    live()
    customer = customer_at(80, on=MONTH_BEFORE)
    supply(customer, goal_attainment=79)
    score(MONTH_BEFORE, D)
    assert told(customer) == "Weakest: Goal attainment 79 % of plan"


def test_another_scorecard_is_one_reason() -> None:
    live()
    customer = make_customer()
    supply(customer, MONTH_BEFORE, csat=5, nps=100, goal_attainment=50, lifecycle_health=40)
    supply(customer, csat=4.8)
    score(MONTH_BEFORE)
    replace_scorecard()
    score(D)
    assert told(customer) == "Scored by Install base v1 in place of By hand v1"


def test_without_an_earlier_score_the_weakest_measure_is_the_reason() -> None:
    live()
    customer = customer_at(80)
    supply(customer, days_past_due=10)
    score()
    assert told(customer).startswith("Weakest: ")


def test_a_perfect_customer_has_no_weakness() -> None:
    live()
    customer = customer_at(100)
    score()
    assert told(customer) == ""


def test_who_has_no_score_is_told_which_file_would_bring_most() -> None:
    live()
    customer = make_customer()
    score()
    assert told(customer) == "Missing most: goal_readings.csv"  # 40 % of the weight; the others 30 % each


def test_the_number_of_queries_does_not_depend_on_the_customers(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    live()
    for points in range(10, 90, 8):
        supply(customer_at(points, on=MONTH_BEFORE), csat=3)
    score(MONTH_BEFORE, D)
    current = list(CurrentScore.objects.all())
    with django_assert_num_queries(2):
        assert len(reasons(current)) == 10
    with django_assert_num_queries(2):
        assert len(reasons(current[:1])) == 1


@pytest.mark.parametrize(
    "after",
    [
        pytest.param({"csat": 2, "nps": 10}, id="values only"),
        pytest.param({"csat": 4.5, "days_past_due": 90}, id="a cap"),
        pytest.param({"days_past_due": 0}, id="a cap that goes"),
        pytest.param({"on_time_rate": 90}, id="data that arrive"),
    ],
)
def test_the_short_way_finds_what_the_whole_split_finds(after: dict[str, float]) -> None:
    components = definition()["components"]
    components[1]["measures"].append({"metric": "on_time_rate", "weight": 1, "curve": [[0, 0], [100, 100]]})
    live(components=components)
    customer = customer_at(70, on=MONTH_BEFORE)
    if after == {"days_past_due": 0}:
        supply(customer, MONTH_BEFORE, days_past_due=70)
    supply(customer, **after)
    score(MONTH_BEFORE, D)
    before, now = explain(customer, MONTH_BEFORE), explain(customer, D)
    whole = max(changes_between(before, now), key=lambda change: abs(change.points))
    short = largest_change(place(before), place(now))
    assert short is not None
    assert (short.cause, short.component, short.measure) == (whole.cause, whole.component, whole.measure)
    assert short.points == pytest.approx(whole.points, abs=1e-9)
