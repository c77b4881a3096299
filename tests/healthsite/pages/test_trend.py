"""The line of the past."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from healthsite.pages.trend import trend, trend_sentence, version_marks
from scoring.explaining import explain
from tests.healthsite.pages.world import D, customer_at, definition, live, score, supply

WEEK_BEFORE = D - timedelta(days=7)


def points(*scores: float | None) -> list[tuple[date, float | None, int]]:
    return [(date(2025, 9, 1) + timedelta(days=n), value, 1) for n, value in enumerate(scores)]


@pytest.mark.parametrize(
    ("scores", "sentence"),
    [
        ((60.0, 70.25), "rose by 10.2, from 60.0 to 70.2; it was between 60.0 and 70.2."),
        ((70.0, 40.0, 65.5), "fell by 4.5, from 70.0 to 65.5; it was between 40.0 and 70.0."),
        ((60.01, None, 60.02), "ended where it began, from 60.0 to 60.0; it was between 60.0 and 60.0."),
    ],
)
def test_the_sentence_states_the_trend(scores: tuple[float | None, ...], sentence: str) -> None:
    assert trend_sentence(points(*scores)).partition(" health ")[2] == sentence


def test_one_score_is_no_trend() -> None:
    assert trend_sentence(points(None, 50.0)) == "There are too few scores for a trend yet."


def test_the_day_of_another_version_is_marked() -> None:
    days = [date(2025, 9, n) for n in (1, 2, 3)]
    line = [(days[0], 50.0, 1), (days[1], 50.0, 2), (days[2], 50.0, 2)]
    assert version_marks(line, {1: "a v1", 2: "a v2"}) == {days[1]: "a v2"}


@pytest.mark.django_db
def test_chart_and_table_hold_the_same_scores() -> None:
    live()
    customer = customer_at(80, on=WEEK_BEFORE)
    supply(customer, csat=2)
    score(WEEK_BEFORE, D)
    found = trend(explain(customer), customer.pk, 30)
    assert [point["y"] for point in found.chart["points"]] == [80.0, 63.5]
    assert [(day, value) for day, value, _ in found.rows] == [(D, pytest.approx(63.5)), (WEEK_BEFORE, 80.0)]


@pytest.mark.django_db
def test_the_range_cuts_what_is_older() -> None:
    live()
    customer = customer_at(80, on=WEEK_BEFORE)
    score(WEEK_BEFORE, D)
    assert [day for day, _, _ in trend(explain(customer), customer.pk, 5).rows] == [D]


@pytest.mark.django_db
def test_a_current_score_without_a_record_ends_the_line() -> None:
    live()
    customer = customer_at(80, on=WEEK_BEFORE)
    score(WEEK_BEFORE)
    found = trend(explain(customer), customer.pk, 30)
    assert [day for day, _, _ in found.rows] == [D, WEEK_BEFORE]


@pytest.mark.django_db
def test_thresholds_come_from_the_scorecard_and_days_are_midnights_in_utc() -> None:
    live()
    customer = customer_at(80)
    score()
    chart = trend(explain(customer), customer.pk, 30).chart
    assert [(band["label"], band["role"], band["lower"]) for band in chart["bands"]] == [
        ("Poor", "red", 0), ("Fair", "yellow", 50), ("Good", "green", 75),
    ]  # fmt: skip
    assert chart["points"][0]["x"] == 1_759_190_400_000  # 2025-09-30T00:00:00Z


@pytest.mark.django_db
def test_a_published_version_is_marked_in_the_chart() -> None:
    live()
    customer = customer_at(80, on=WEEK_BEFORE)
    score(WEEK_BEFORE)
    live(min_coverage=0.31, title=definition()["title"])
    score(D)
    assert [mark["label"] for mark in trend(explain(customer), customer.pk, 30).chart["marks"]] == ["by-hand v2"]
