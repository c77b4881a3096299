"""Stability by hand: who moved more than five points in seven days without a fact dated in them, and near misses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from accounts.models import Change, Customer, Interaction, Ticket
from scoring.models import CurrentScore, Policy, Purpose, Run, ScorecardVersion, ScoreRecord
from scoring.scorecards.stability import by_week, stability
from tests.cast import make_customer, make_row
from tests.healthsite.pages.world import D, live, supply

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


@pytest.fixture
def version(db: None) -> ScorecardVersion:
    return live()


def run(version: ScorecardVersion, on: date, purpose: str = Purpose.NIGHTLY) -> Run:
    named = version.scorecard.key if purpose == Purpose.SHADOW else ""
    found, _ = Run.objects.get_or_create(
        as_of=on, purpose=purpose, scorecard=named, defaults={"version": version, "finished_at": noon(on)}
    )
    return found


def noon(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, 12, tzinfo=UTC)


def moved(
    version: ScorecardVersion, before: float | None, after: float | None, on: date = D, **fields: Any
) -> Customer:
    """A customer with these recorded scores on a date and seven days earlier."""
    customer = make_customer()
    for day, score in ((on - WEEK, before), (on, after)):
        record(run(version, day), version, customer, score, **(fields if day == on else {}))
    said = {"version": version, "as_of": on, "outcome": 1, "band": -1, "calculated_at": noon(on)}
    CurrentScore.objects.create(customer=customer, coverage=1, low=0, high=100, inputs=b"", **said)
    return customer


def record(
    of: Run, version: ScorecardVersion, customer: Customer, score: float | None, automatic: float | None = None
) -> None:
    outcome, numbers = int(score is None), {"coverage": 1, "low": 0, "high": 100, "band": -1, "inputs": b""}
    said = {"outcome": outcome, "score": score, "automatic": automatic, **numbers}
    ScoreRecord.objects.create(run=of, customer=customer, version=version, **said)


def counts(version: ScorecardVersion, on: date = D) -> tuple[int, int]:
    found = stability(version, on)
    return found.moved, found.compared


def test_five_points_are_still_and_more_are_not(version: ScorecardVersion) -> None:
    for before, after in ((60, 65), (60, 55), (0.1 + 0.2, 5.3), (60, 65.1), (60, 54.9)):
        moved(version, before, after)
    assert counts(version) == (2, 5)


def test_a_fact_in_the_week_explains_a_move(version: ScorecardVersion) -> None:
    supply(moved(version, 60, 70), D, csat=4)
    assert counts(version) == (0, 1)


@pytest.mark.parametrize(("days", "still"), [(0, 0), (6, 0), (7, 1), (-1, 1)])
def test_only_facts_of_the_seven_days_explain(version: ScorecardVersion, days: int, still: int) -> None:
    supply(moved(version, 60, 70), D - timedelta(days=days), csat=4)
    assert counts(version) == (still, 1)


def test_facts_with_a_moment_count_on_their_business_date(version: ScorecardVersion) -> None:
    make_row(Interaction, moved(version, 60, 70), kind="call", at=noon(D))
    make_row(
        Ticket, moved(version, 60, 70), opened_at=noon(D - 30 * WEEK), closed_at=noon(D - WEEK + timedelta(days=1))
    )
    make_row(Ticket, moved(version, 60, 70), opened_at=noon(D - WEEK))
    assert counts(version) == (1, 3)


def test_a_change_that_was_observed_explains_a_move(version: ScorecardVersion) -> None:
    for days in (3, 7):
        customer = moved(version, 60, 70)
        said = {"kind": "customers", "record_id": customer.pk, "field": "plan", "before": "a", "after": "b"}
        Change.objects.create(customer=customer, observed_on=D - timedelta(days=days), **said)
    assert counts(version) == (1, 2)


def test_a_fact_of_somebody_else_explains_nothing(version: ScorecardVersion) -> None:
    moved(version, 60, 70)
    supply(moved(version, 60, 61), D, csat=4)
    assert counts(version) == (1, 2)


def test_who_has_one_score_only_is_not_compared(version: ScorecardVersion) -> None:
    moved(version, None, 70), moved(version, 70, None), moved(version, 70, 70)
    assert counts(version) == (0, 1)


def test_what_a_person_has_set_is_no_move(version: ScorecardVersion) -> None:
    moved(version, 60, 90, automatic=61)
    assert counts(version) == (0, 1)


def test_only_records_of_the_version_count(version: ScorecardVersion) -> None:
    customer = moved(version, 60, 70)
    other = live(min_coverage=0.4)
    ScoreRecord.objects.filter(customer=customer, run__as_of=D).update(version=other)
    assert (counts(version), counts(other)) == ((0, 0), (0, 0))


def test_shadow_runs_of_the_version_count(version: ScorecardVersion) -> None:
    live(min_coverage=0.4)
    customer = moved(version, None, None)
    ScoreRecord.objects.all().delete()
    for day, score in ((D - WEEK, 60), (D, 70)):
        record(run(version, day, Purpose.SHADOW), version, customer, score)
    assert counts(version) == (1, 1)


def test_weeks_go_back_from_the_newest(version: ScorecardVersion) -> None:
    customer = moved(version, 60, 70)
    record(run(version, D - 2 * WEEK), version, customer, 40)
    found = by_week([version], D)[version.pk]
    assert [(week.on, week.moved, week.compared) for week in found[:3]] == [
        (D, 1, 1), (D - WEEK, 1, 1), (D - 2 * WEEK, 0, 0),
    ]  # fmt: skip
    assert (len(found), found[2].share, found[2].is_met) == (8, None, None)


def test_the_target_is_less_than_the_share(version: ScorecardVersion) -> None:
    for after in (60, 70, 60, 60):
        moved(version, 60, after)
    Policy.objects.create(pk=1, stability_share=0.25)
    found = stability(version, D)
    assert (found.share, found.target, found.is_met) == (0.25, 0.25, False)


def test_of_a_large_book_some_are_looked_at_and_it_says_so(
    version: ScorecardVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scoring.scorecards.stability.AT_MOST", 2)
    for _ in range(5):
        moved(version, 60, 70)
    found = stability(version, D)
    assert (found.compared, found.every) == (2, 3)


@pytest.mark.parametrize("customers", [2, 20])
def test_queries_do_not_grow(version: ScorecardVersion, customers: int, django_assert_num_queries: Any) -> None:
    for _ in range(customers):
        moved(version, 60, 70)
    with django_assert_num_queries(5):
        by_week([version], D)
