"""The first words about an account."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.models import Customer
from healthsite.pages.deep_dive import deep_dive_of
from tests.cast import make_customer
from tests.healthsite.pages.test_words import spaced
from tests.healthsite.pages.world import MONTH_BEFORE, D, customer_at, live, score, supply

pytestmark = pytest.mark.django_db


def opening(customer: Customer) -> str:
    return spaced(deep_dive_of(customer, as_of=None, against=None, days=180).opening)


def certainty(customer: Customer) -> str:
    sure = deep_dive_of(customer, as_of=None, against=None, days=180).sure
    return sure.certainty if sure else ""


def test_it_says_where_the_account_stands_what_moved_it_and_what_is_at_stake() -> None:
    live()
    customer = customer_at(80, on=MONTH_BEFORE, name="Halden Tools", arr=20_000, renewal_on=date(2025, 10, 13))
    supply(customer, csat=2)
    score(MONTH_BEFORE, D)
    assert opening(customer) == (
        "Halden Tools stands at 63.5 (Fair), down 16.5 since 31 August, above all CSAT 2 of 5, was 4.2. "
        "€20k of ARR renews in 12 days. All 3 measures have data."
    )


def test_it_says_what_has_no_data() -> None:
    live()
    customer = make_customer("Halden Tools")
    supply(customer, csat=4)
    score()
    assert opening(customer) == (
        "Halden Tools stands at 75.0 (Good). 2 of 3 measures have no data: Goal attainment and NPS."
    )


def test_it_says_that_nothing_moved() -> None:
    live()
    customer = customer_at(80, on=MONTH_BEFORE, name="Halden Tools")
    score(MONTH_BEFORE, D)
    assert opening(customer).startswith("Halden Tools stands at 80.0 (Good), unchanged since 31 August.")


def test_without_a_score_it_says_why() -> None:
    live(min_coverage=0.9)
    customer = make_customer("Halden Tools")
    supply(customer, csat=4)
    score()
    assert opening(customer).startswith("Halden Tools has no score: too little data.")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"csat": 4, "nps": 20, "goal_attainment": 50}, "Band certain: nothing is missing."),
        ({"csat": 5, "nps": 100}, "Band not certain: with the missing data it could be Fair (60.0) or Good (100.0)."),
        (
            {"csat": 4, "goal_attainment": 50},
            "Band not certain: with the missing data it could be Poor (42.5) or Fair (72.5).",
        ),
    ],
)
def test_it_says_how_sure_the_band_is(values: dict[str, float], sentence: str) -> None:
    live()
    customer = make_customer()
    supply(customer, days_past_due=0, **values)
    score()
    assert certainty(customer) == sentence


def test_a_range_within_one_band_is_certain() -> None:
    bands = [{"label": "Any", "role": "green", "lower": 0}]
    live(bands=bands)
    customer = make_customer()
    supply(customer, csat=4, days_past_due=0)
    score()
    assert certainty(customer) == "Band certain: whatever the missing data say, it stays Any."


def test_a_cap_that_cannot_be_tested_is_named() -> None:
    live()
    customer = customer_at(80)
    score()
    assert deep_dive_of(customer, as_of=None, against=None, days=180).untestable == ["Two months overdue"]
