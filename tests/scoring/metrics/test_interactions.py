"""Metrics of interactions, from facts to values, with what is missing, expired and quiet."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from accounts.models import Customer, Interaction, MetricValue
from scoring.engine.frame import State
from tests.cast import make_customer, make_row, make_source
from tests.scoring.metrics.reading import D, at, is_evidence, read

pytestmark = pytest.mark.django_db


def ago(days: int) -> date:
    return D - timedelta(days=days)


def held(customer: Customer, days: int, kind: str = "call", **fields: Any) -> Interaction:
    """An interaction so many days before D."""
    return make_row(Interaction, customer, kind=kind, at=at(ago(days)), **fields)


@pytest.fixture
def acme() -> Customer:
    return make_customer()


@pytest.fixture
def other() -> Customer:
    """Another customer, whose call of yesterday shows that the source is alive."""
    customer = make_customer()
    held(customer, 1)
    return customer


@pytest.mark.parametrize(("metric", "kind"), [("training_attendance", "training"), ("qbr_attendance", "qbr")])
def test_attendance_is_the_share_of_those_where_it_is_known(
    acme: Customer, other: Customer, metric: str, kind: str
) -> None:
    for attended in (True, True, True, False, None):
        held(acme, 10, kind, attended=attended)
    held(acme, 10, "meeting", attended=False)
    assert read(metric, acme) == (75.0, State.FRESH)


@pytest.mark.parametrize(
    ("metric", "kind", "window"), [("training_attendance", "training", 180), ("qbr_attendance", "qbr", 365)]
)
def test_attendance_is_of_the_window_and_nothing_yet_to_come(
    acme: Customer, other: Customer, metric: str, kind: str, window: int
) -> None:
    held(acme, window, kind, attended=False)  # one day too old
    held(acme, -1, kind, attended=False)
    held(acme, 0, kind, attended=True)
    held(acme, window - 1, kind, attended=False)
    assert read(metric, acme) == (50.0, State.FRESH)


def test_a_training_of_unknown_attendance_says_nothing(acme: Customer, other: Customer) -> None:
    held(acme, 3, "training")
    assert read("training_attendance", acme) == (None, State.MISSING)


def test_attendance_of_reviews_expires_after_two_hundred_days(acme: Customer, other: Customer) -> None:
    held(acme, 200, "qbr", attended=True)
    assert read("qbr_attendance", acme) == (100.0, State.FRESH)
    held(other, -1)
    assert read("qbr_attendance", acme, D + timedelta(days=1)) == (None, State.EXPIRED)


def test_a_review_and_a_meeting_with_an_executive_are_strategic(acme: Customer, other: Customer) -> None:
    held(acme, 179, "qbr")
    held(acme, 20, "meeting", executive_present=True)
    held(acme, 20, "call", executive_present=False)
    held(acme, 20, "call")
    for kind, days in (("workshop", 5), ("email_in", 5), ("qbr", 180)):
        held(acme, days, kind, executive_present=True)  # of no account
    assert read("strategic_share", acme) == (50.0, State.FRESH)


def test_two_conversations_are_too_few_to_be_called_strategic(acme: Customer, other: Customer) -> None:
    held(acme, 20, "qbr")
    held(acme, 20, "call")
    assert read("strategic_share", acme) == (None, State.MISSING)


def test_the_strategic_share_expires_after_ninety_days(acme: Customer, other: Customer) -> None:
    for days in (91, 95, 99):
        held(acme, days, "qbr")
    assert read("strategic_share", acme) == (None, State.EXPIRED)
    assert read("strategic_share", acme, ago(1)) == (100.0, State.FRESH)


def test_community_touches_of_the_window_are_counted(acme: Customer, other: Customer) -> None:
    for days in (0, 89, 90):
        held(acme, days, "community")
    held(acme, 5, "chat")
    assert read("community_touches", acme) == (2.0, State.FRESH)


def test_no_community_touch_is_zero_while_the_source_lives_and_expires_with_it(acme: Customer, other: Customer) -> None:
    assert read("community_touches", acme) == (0.0, State.FRESH)
    assert not is_evidence("community_touches", acme)
    assert read("community_touches", acme, D + timedelta(days=44)) == (0.0, State.CARRIED)
    assert read("community_touches", acme, D + timedelta(days=45)) == (None, State.EXPIRED)


def test_budget_concerns_of_the_window_are_counted(acme: Customer, other: Customer) -> None:
    held(acme, 0, "note", budget_concern=True)
    held(acme, 179, "call", budget_concern=True)
    held(acme, 180, "call", budget_concern=True)
    held(acme, 4, "call", budget_concern=False)
    held(acme, 4, "call")
    assert read("budget_concerns", acme) == (2.0, State.FRESH)


def test_no_budget_concern_is_zero_only_with_an_interaction_ever(acme: Customer, other: Customer) -> None:
    assert read("budget_concerns", acme) == (None, State.MISSING)
    held(acme, 900, "note")
    assert read("budget_concerns", acme) == (0.0, State.FRESH)
    assert read("budget_concerns", acme, D + timedelta(days=60)) == (None, State.EXPIRED)


def test_activity_is_any_interaction_but_a_note(acme: Customer, other: Customer) -> None:
    held(acme, 47, "email_out")
    held(acme, 60, "qbr")
    held(acme, 2, "note")
    held(acme, -1, "call")
    assert read("days_since_activity", acme) == (47.0, State.FRESH)


def test_the_latest_activity_may_lie_years_back(acme: Customer, other: Customer) -> None:
    held(acme, 1200)
    assert read("days_since_activity", acme) == (1200.0, State.FRESH)


def test_without_any_activity_the_days_are_beyond_every_bound(acme: Customer, other: Customer) -> None:
    held(acme, 2, "note")
    assert read("days_since_activity", acme) == (9999.0, State.FRESH)
    assert not is_evidence("days_since_activity", acme)


def test_days_since_activity_stand_still_while_the_source_is_silent(acme: Customer, other: Customer) -> None:
    held(acme, 5)
    assert is_evidence("days_since_activity", acme)
    later = D + timedelta(days=300)
    assert read("days_since_activity", acme, later) == (4.0, State.CARRIED)  # as on the last day it was heard


def test_activities_of_the_window_are_counted_without_notes(acme: Customer, other: Customer) -> None:
    for days in (0, 29, 30):
        held(acme, days, "chat")
    held(acme, 1, "note")
    assert read("activities_30", acme) == (2.0, State.FRESH)
    assert read("activities_30", acme, window=31) == (3.0, State.FRESH)


def test_no_activity_in_the_window_is_zero(acme: Customer, other: Customer) -> None:
    assert read("activities_30", acme) == (0.0, State.FRESH)


@pytest.mark.parametrize("metric", ["days_since_activity", "activities_30", "community_touches", "budget_concerns"])
def test_a_source_without_interactions_of_a_customer_it_does_not_cover_says_nothing(
    acme: Customer, metric: str
) -> None:
    partial = make_source("partial", covers=["tickets"])
    make_row(Interaction, make_customer(), source=partial, kind="call", at=at(ago(1)))
    assert read(metric, acme) == (None, State.MISSING)


def test_a_longer_window_of_a_measure_is_read_whole(acme: Customer, other: Customer) -> None:
    held(acme, 500, "training", attended=False)
    assert read("training_attendance", acme, window=501) == (None, State.EXPIRED)
    held(acme, 1, "training", attended=True)
    assert read("training_attendance", acme, window=501) == (50.0, State.FRESH)


def test_a_supplied_count_stands_in_where_no_source_tells(acme: Customer) -> None:
    make_row(MetricValue, acme, metric="community_touches", date=ago(45), value=3)
    assert read("community_touches", acme) == (3.0, State.SUPPLIED)
    assert read("community_touches", acme, D + timedelta(days=1)) == (None, State.MISSING)
