"""What a score does without."""

from __future__ import annotations

from datetime import timedelta

import pytest

from healthsite.pages.lacking import advice, gaps
from scoring.explaining import explain
from tests.cast import make_customer
from tests.healthsite.pages.test_words import spaced
from tests.healthsite.pages.world import D, customer_at, live, score, supply

pytestmark = pytest.mark.django_db


def test_a_gap_has_its_share_its_reason_and_the_files_that_feed_it() -> None:
    live()
    customer = make_customer()
    supply(customer, csat=4)
    score()
    found = [(gap.label, round(gap.share, 4), gap.reason) for gap in gaps(explain(customer))]
    assert found == [
        ("Goal attainment", 0.4, "nothing has arrived"),
        ("NPS", 0.3, "nothing has arrived"),
    ]
    assert [gap.files for gap in gaps(explain(customer))] == ["goal_readings.csv and goals.csv", "surveys.csv"]


def test_the_advice_names_the_files_that_bring_most() -> None:
    live()
    customer = make_customer()
    supply(customer, csat=4)
    score()
    assert spaced(advice(explain(customer))) == (
        "Most would come with goal_readings.csv (40 % of the weight) and surveys.csv (30 % of the weight)."
    )


def test_nothing_missing_needs_no_advice() -> None:
    live()
    customer = customer_at(50)
    score()
    assert (gaps(explain(customer)), advice(explain(customer))) == ([], "")


def test_a_value_past_its_validity_does_not_count() -> None:
    live()
    customer = make_customer()
    supply(customer, csat=4)
    supply(customer, D - timedelta(days=400), nps=20)
    score()
    assert "NPS" in [gap.label for gap in gaps(explain(customer))]
