"""What a demo customer wants to reach, and how far it gets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from accounts.models import Goal, GoalReading
from healthsite.demo.lives import Life
from healthsite.demo.rows import Row, Step


class Aim(NamedTuple):
    """A goal of a year, set again each year. `reached` gives the share of the way from elapsed share and pace."""

    key: str
    kind: str
    name: str
    unit: str
    baseline: float
    target: float
    begins: int  # day of the customer's year
    reached: Callable[[float, float], float]


AIMS: Final = (
    Aim("O1", "objective", "Cut handling time", "hours", 40, 24, 0, lambda elapsed, pace: elapsed * pace),
    Aim("O2", "objective", "Move sites to the platform", "sites", 2, 30, 90, lambda elapsed, pace: elapsed * pace),
    Aim("ROI", "roi", "Return on the subscription", "%", 0, 120, 30, lambda elapsed, pace: pace),
    Aim("KPI", "kpi", "Orders per person", "orders", 50, 70, 10, lambda elapsed, pace: (0.6 + 0.4 * elapsed) * pace),
)
_YEAR, _QUARTER, _MONTH = 365, 91, 28
_MILESTONE, _STEP = timedelta(days=60), timedelta(days=14)  # from beginning to due
_ONBOARDING: Final = (
    (14, "Kick-off held"),
    (28, "Data connected"),
    (42, "Administrators trained"),
    (56, "Roll-out done"),
)


def goals(life: Life) -> Iterator[Row]:
    """Four goals of each year, a milestone each quarter, and the first steps of a new customer."""
    for aim in AIMS:
        for begins in _repeated(life, aim.begins, _YEAR):
            yield _yearly(life, aim, begins)
    for begins in _repeated(life, 0, _QUARTER):
        yield _milestone(life, "milestone", f"Quarterly plan of {begins:%B %Y}", begins + _MILESTONE)
    starts = life.back_on or life.traits.since
    if starts >= life.world.first:
        for after, name in _ONBOARDING:
            yield _milestone(life, "onboarding_step", name, starts + timedelta(days=after))
        yield _milestone(life, "first_value", "First order handled end to end", starts + timedelta(days=50))


def goal_readings(life: Life) -> Iterator[Row]:
    """Every four weeks, how far each goal with a number is; the latest reading is what the goal has reached."""
    dice, pace = life.dice("goal_readings", 1).tolist(), life.level("pace").tolist()
    aims = {aim.name: aim for aim in AIMS}
    numbered = [(row.record, aims[row.record.name]) for row in life.rows["goals"] if row.record.name in aims]
    for place, day in enumerate(life.days):
        if day.toordinal() % _MONTH == life.number % _MONTH:
            for goal, aim in numbered:
                elapsed = (day - goal.started_on).days / _YEAR
                if 0 < elapsed <= 1:
                    share = aim.reached(elapsed, pace[place]) * (0.95 + 0.1 * dice[place][0])
                    value = round(aim.baseline + (aim.target - aim.baseline) * share, 2)
                    yield life.row(GoalReading, day, goal=goal, date=day, value=value)


def _repeated(life: Life, offset: int, every: int) -> Iterator[date]:
    """Days at a fixed distance since the customer came, from one period before its facts begin to their end."""
    day = life.traits.since + timedelta(days=offset)
    while day <= life.days[-1]:
        if day > life.days[0] - timedelta(days=every):
            yield day
        day += timedelta(days=every)


def _yearly(life: Life, aim: Aim, begins: date) -> Row:
    due = begins + timedelta(days=_YEAR)
    values = {"kind": aim.kind, "name": aim.name, "unit": aim.unit, "baseline": aim.baseline, "target": aim.target}
    return _goal(life, f"{aim.key}-{begins.year}", begins, [], due_on=due, **values)


def _milestone(life: Life, kind: str, name: str, due: date) -> Row:
    """A step that is done in time, late, or never, as the pace of the customer has it."""
    begins = due - (_MILESTONE if kind == "milestone" else _STEP)
    luck, pace = life.dice_of(f"{kind}{name}"), life.level_on("pace", begins)
    done = due + timedelta(days=round(-3 + 40 * (luck - 0.85 * pace))) if luck < 0.35 + 0.6 * pace else None
    steps = [Step(max(done, begins, life.days[0]), {"achieved_on": done})] if done else []
    return _goal(life, f"{kind}-{due:%Y%m%d}", begins, steps, kind=kind, name=name, due_on=due)


def _goal(life: Life, key: str, begins: date, steps: list[Step], **values: Any) -> Row:
    day = max(begins, life.days[0])
    identity = {"external_id": f"{life.external_id}-{key}", "observed_on": day, "started_on": begins}
    return life.row(Goal, day, *steps, **identity, **values)
