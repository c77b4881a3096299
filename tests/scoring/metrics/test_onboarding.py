"""A first value that is late and steps that are not done, and the indicator I15."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from accounts.models import Customer, Goal
from scoring.engine.frame import State
from tests.cast import make_customer, make_row
from tests.scoring.indicating import holding
from tests.scoring.metrics.reading import D, read

pytestmark = pytest.mark.django_db


def ago(days: int) -> date:
    return D - timedelta(days=days)


@pytest.fixture
def acme() -> Customer:
    aim(make_customer(), "milestone", started=0)
    return make_customer(since=ago(20))


def aim(customer: Customer, kind: str, due: int | None = None, done: int | None = None, started: int = 20) -> None:
    """A goal due and achieved so many days before D."""
    days = {"due_on": due, "achieved_on": done, "started_on": started}
    dates: dict[str, Any] = {name: None if back is None else ago(back) for name, back in days.items()}
    make_row(Goal, customer, kind=kind, name=kind, **dates)


@pytest.mark.parametrize(
    ("due", "done", "overdue"), [(3, None, 3.0), (0, None, 0.0), (-5, None, 0.0), (3, 1, 0.0), (3, -1, 3.0)]
)
def test_a_first_value_is_overdue_from_the_day_after(
    acme: Customer, due: int, done: int | None, overdue: float
) -> None:
    aim(acme, "first_value", due, done)
    assert read("first_value_overdue_days", acme) == (overdue, State.FRESH)


def test_of_two_first_values_the_older_counts(acme: Customer) -> None:
    aim(acme, "first_value", 3)
    aim(acme, "first_value", 9)
    aim(acme, "first_value", None)
    aim(acme, "objective", 15)
    assert read("first_value_overdue_days", acme) == (9.0, State.FRESH)


def test_the_silence_counts_from_the_last_step_done(acme: Customer) -> None:
    for done in (15, 6, -3):
        aim(acme, "onboarding_step", done=done)
    assert read("onboarding_silent_days", acme) == (6.0, State.FRESH)


def test_without_a_step_done_it_counts_from_the_start(acme: Customer) -> None:
    aim(acme, "onboarding_step")
    aim(acme, "onboarding_step", done=60, started=90)  # of an earlier period
    assert read("onboarding_silent_days", acme) == (20.0, State.FRESH)


def test_when_all_steps_are_done_nobody_waits(acme: Customer) -> None:
    aim(acme, "onboarding_step", done=18)
    assert "I15" not in holding(acme, stage="onboarding")


def test_without_steps_nothing_is_known(acme: Customer) -> None:
    aim(acme, "milestone", 3)
    assert read("onboarding_silent_days", acme) == (None, State.MISSING)


@pytest.mark.parametrize(("done", "stage", "stuck"), [(14, "onboarding", 1), (13, "onboarding", 0), (14, "growth", 0)])
def test_onboarding_is_stuck_after_two_weeks_without_a_step(acme: Customer, done: int, stage: str, stuck: int) -> None:
    aim(acme, "onboarding_step", done=done)
    aim(acme, "onboarding_step")
    assert ("I15" in holding(acme, stage=stage)) is bool(stuck)
