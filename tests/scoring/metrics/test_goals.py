"""Metrics of goals, from states and readings to values, with what is open, overdue or unplanned."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from accounts.models import Customer, Goal, GoalReading
from scoring.engine.frame import State
from tests.cast import make_customer, make_row, make_source
from tests.scoring.metrics.overwriting import overwrite
from tests.scoring.metrics.reading import D, is_evidence, read

pytestmark = pytest.mark.django_db


def ago(days: int) -> date:
    return D - timedelta(days=days)


def aim(customer: Customer, kind: str, started: int | None = 100, due: int | None = None, **fields: Any) -> Goal:
    """A goal begun and due so many days before D."""
    started_on, due_on = (None if days is None else ago(days) for days in (started, due))
    fields = {"name": kind, "started_on": started_on, "due_on": due_on, **fields}
    return make_row(Goal, customer, kind=kind, **fields)


def heard(goal: Goal, days: int, value: float, **fields: Any) -> None:
    make_row(GoalReading, goal.customer, goal=goal, date=ago(days), value=value, **fields)


@pytest.fixture
def acme() -> Customer:
    return make_customer()


@pytest.fixture
def other() -> Customer:
    """Another customer, whose goal and reading of yesterday show that the sources are alive."""
    customer = make_customer()
    heard(aim(customer, "objective", 1), 1, 0.0)
    return customer


@pytest.mark.parametrize(
    ("fields", "attained"),
    [
        ({"due": 0, "actual": 40}, 40.0),  # due: no plan any more
        ({"due": 364, "started": 500, "actual": 40}, 40.0),
        ({"due": 0, "actual": 500}, 125.0),
        ({"due": 0, "actual": -5}, 0.0),
        ({"due": 0, "actual": 60, "baseline": 20}, 50.0),
        ({"due": 0, "actual": 8, "baseline": 10, "target": 5}, 40.0),  # less is more
        ({"started": 50, "due": -50, "actual": 25}, 50.0),  # half the time, a quarter of the way
        ({"started": 50, "due": -50, "actual": 80}, 125.0),
        ({"started": 10, "due": -90, "actual": 20}, 80.0),  # a tenth of the time counts as a quarter
        ({"started": 0, "due": -90, "actual": 20}, 80.0),
    ],
)
def test_an_objective_is_held_against_its_plan(
    acme: Customer, other: Customer, fields: dict[str, Any], attained: float
) -> None:
    aim(acme, "objective", **{"target": 100, **fields})
    assert read("goal_attainment", acme) == (pytest.approx(attained), State.FRESH)


@pytest.mark.parametrize(
    "fields",
    [
        {"due": 365, "started": 500, "actual": 40},  # due too long ago
        {"started": -1, "due": -90, "actual": 40},  # not begun
        {"due": None, "actual": 40},
        {"started": None, "due": -50, "actual": 40},
        {"due": 0},  # nobody says how far it is
        {"due": 0, "actual": 40, "target": None},
        {"due": 0, "actual": 40, "baseline": 100},  # no way to go
        {"due": 0, "actual": 40, "kind": "kpi"},
    ],
)
def test_an_objective_that_cannot_be_judged_is_left_out(
    acme: Customer, other: Customer, fields: dict[str, Any]
) -> None:
    aim(acme, **{"kind": "objective", "target": 100, **fields})
    assert read("goal_attainment", acme) == (None, State.MISSING)
    aim(acme, "objective", due=0, target=100, actual=70)
    assert read("goal_attainment", acme) == (pytest.approx(70.0), State.FRESH)


def test_attainment_is_the_mean_of_objectives_and_no_evidence(acme: Customer, other: Customer) -> None:
    aim(acme, "objective", due=0, target=10, actual=2)
    aim(acme, "objective", due=0, target=1000, actual=600)
    assert read("goal_attainment", acme) == (pytest.approx(40.0), State.FRESH)
    assert not is_evidence("goal_attainment", acme)


def test_an_overdue_objective_may_lack_its_start(acme: Customer, other: Customer) -> None:
    aim(acme, "objective", None, due=5, target=100, actual=70)
    assert read("goal_attainment", acme) == (pytest.approx(70.0), State.FRESH)


def test_the_latest_reading_by_the_day_is_the_actual(acme: Customer, other: Customer) -> None:
    goal = aim(acme, "objective", due=0, target=100, actual=99)
    for days, value in ((0, 40), (30, 10), (-1, 80)):
        heard(goal, days, value)
    assert read("goal_attainment", acme) == (pytest.approx(40.0), State.FRESH)
    assert read("goal_attainment", acme, ago(-1)) == (pytest.approx(80.0), State.FRESH)


def test_before_the_first_reading_the_goal_speaks_as_it_was(acme: Customer, other: Customer) -> None:
    goal = aim(acme, "kpi", target=100, actual=10)
    overwrite("goals", goal, ago(2), actual=30.0)
    heard(goal, 0, 50)
    aim(make_customer(), "kpi", 5)
    assert [read("kpi_progress", acme, ago(days))[0] for days in (3, 1, 0)] == pytest.approx([10.0, 30.0, 50.0])


@pytest.mark.parametrize(("days", "expected"), [(120, (40.0, State.FRESH)), (121, (None, State.EXPIRED))])
def test_attainment_expires_after_the_last_reading(
    acme: Customer, other: Customer, days: int, expected: object
) -> None:
    goal = aim(acme, "objective", 300, due=90, target=100)
    heard(goal, days, 40)
    assert read("goal_attainment", acme) == expected


@pytest.mark.parametrize(("silent", "expected"), [(120, (40.0, State.CARRIED)), (121, (None, State.EXPIRED))])
def test_attainment_is_carried_while_goals_are_silent(acme: Customer, silent: int, expected: object) -> None:
    aim(acme, "objective", silent, due=silent, target=100, actual=40)
    assert read("goal_attainment", acme) == expected


def test_readings_alone_keep_attainment_alive(acme: Customer) -> None:
    heard(aim(acme, "objective", 300, due=0, target=100, source=make_source("plans")), 3, 40)
    assert read("goal_attainment", acme) == (40.0, State.FRESH)


@pytest.mark.parametrize("metric", ["goal_attainment", "milestones_on_time", "roi_attainment", "kpi_progress"])
def test_without_goals_nothing_is_known(acme: Customer, other: Customer, metric: str) -> None:
    assert read(metric, acme) == (None, State.MISSING)


@pytest.mark.parametrize(
    ("achieved", "points"), [(10, 100.0), (20, 100.0), (9, 50.0), (0, 50.0), (-1, 0.0), (None, 0.0)]
)
def test_a_milestone_in_time_counts_whole_and_a_late_one_half(
    acme: Customer, other: Customer, achieved: int | None, points: float
) -> None:
    aim(acme, "milestone", due=10, achieved_on=None if achieved is None else ago(achieved))
    assert read("milestones_on_time", acme) == (points, State.FRESH)


def test_milestones_and_onboarding_steps_due_in_the_year_count(acme: Customer, other: Customer) -> None:
    aim(acme, "onboarding_step", due=0, achieved_on=ago(0))
    aim(acme, "milestone", 500, due=364)
    aim(acme, "milestone", 500, due=365)
    aim(acme, "milestone", due=-1, achieved_on=ago(50))  # early, but not yet due
    aim(acme, "milestone", due=None, achieved_on=ago(50))
    aim(acme, "objective", due=5)
    assert read("milestones_on_time", acme) == (50.0, State.FRESH)


def test_a_milestone_of_a_past_day_is_as_it_was_then(acme: Customer, other: Customer) -> None:
    milestone = aim(acme, "milestone", due=10)
    overwrite("goals", milestone, ago(2), achieved_on=ago(12))  # reported late
    aim(make_customer(), "milestone", 5)
    assert read("milestones_on_time", acme, ago(3)) == (0.0, State.FRESH)
    assert read("milestones_on_time", acme, ago(2)) == (100.0, State.FRESH)


@pytest.mark.parametrize(("achieved", "expected"), [(180, (50.0, State.FRESH)), (181, (None, State.EXPIRED))])
def test_milestones_expire_after_the_last_due_date_or_achievement(
    acme: Customer, other: Customer, achieved: int, expected: object
) -> None:
    aim(acme, "milestone", 400, due=190, achieved_on=ago(achieved))
    assert read("milestones_on_time", acme) == expected


def test_silent_goals_carry_milestones(acme: Customer) -> None:
    aim(acme, "milestone", 100, due=40, achieved_on=ago(40))
    assert read("milestones_on_time", acme) == (100.0, State.CARRIED)


def test_return_on_investment_is_that_of_the_latest_goal_with_an_actual(acme: Customer, other: Customer) -> None:
    aim(acme, "roi", 235, due=-130, target=200, actual=150)
    aim(acme, "roi", 600, due=235, target=100, actual=130)
    aim(acme, "roi", 100, due=-265, target=300)
    aim(acme, "roi", 100, due=-265, target=0, actual=1)
    assert read("roi_attainment", acme) == (75.0, State.FRESH)


def test_return_on_investment_due_a_year_ago_says_nothing(acme: Customer, other: Customer) -> None:
    aim(acme, "roi", 600, due=365, target=100, actual=130)
    assert read("roi_attainment", acme) == (None, State.MISSING)
    aim(acme, "roi", 600, due=364, target=100, actual=110)
    assert read("roi_attainment", acme) == (pytest.approx(110.0), State.FRESH)


@pytest.mark.parametrize(("days", "expected"), [(365, (75.0, State.FRESH)), (366, (None, State.EXPIRED))])
def test_return_on_investment_expires_a_year_after_its_reading(
    acme: Customer, other: Customer, days: int, expected: object
) -> None:
    heard(aim(acme, "roi", 500, target=200), days, 150)
    assert read("roi_attainment", acme) == expected


def test_return_on_investment_of_a_past_day(acme: Customer, other: Customer) -> None:
    goal = aim(acme, "roi", 500, target=200, actual=100)
    overwrite("goals", goal, ago(1), actual=150.0)
    aim(make_customer(), "roi", 5)
    assert read("roi_attainment", acme, ago(2)) == (50.0, State.FRESH)


def test_key_figures_count_their_way_up_to_the_target(acme: Customer, other: Customer) -> None:
    aim(acme, "kpi", due=None, baseline=10, target=20, actual=15)
    aim(acme, "kpi", 500, due=364, target=10, actual=90)
    aim(acme, "kpi", due=-90, baseline=10, target=20, actual=5)
    aim(acme, "kpi", 500, due=365, target=10, actual=90)
    aim(acme, "kpi", -1, target=10, actual=90)
    assert read("kpi_progress", acme) == (50.0, State.FRESH)


@pytest.mark.parametrize(("days", "expected"), [(180, (50.0, State.FRESH)), (181, (None, State.EXPIRED))])
def test_key_figures_expire_after_the_last_reading(
    acme: Customer, other: Customer, days: int, expected: object
) -> None:
    heard(aim(acme, "kpi", 300, target=10), days, 5)
    assert read("kpi_progress", acme) == expected
