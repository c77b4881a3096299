"""Metrics of goals: how far the customer has come with what they want to reach."""

from __future__ import annotations

from datetime import date

import numpy as np
from django.db.models import Q

from accounts.models import GoalReading
from scoring.engine.frame import Floats
from scoring.metrics.block import Block, Since
from scoring.metrics.metric import Quiet, Reading, declare
from scoring.metrics.rows import Rows, until_next

COLUMNS = ["kind", "baseline", "target", "actual", "started_on", "due_on", "achieved_on"]
MOST = 1.25  # reaching more than this of a target, or of the plan, counts no higher
EARLIEST_PLAN = 0.25  # before this share of its time an objective is judged as if it had been reached


def goals(block: Block) -> Rows:
    """Goals begun by the date, with what they had reached: `actual`, and `last`, the day that says so.

    The latest reading by the date is the actual; without readings the goal's own, as delivered up to the date.
    """
    rows = block.records("goals", COLUMNS)
    rows = rows[~(rows["started_on"] > rows.day)]
    value, read_on = _latest_readings(block, rows)
    return rows.assign(
        actual=np.where(np.isnan(value), rows["actual"], value),
        last=np.where(np.isnan(value), rows.day, read_on),
        achieved_on=np.where(rows["achieved_on"] <= rows.day, rows["achieved_on"], np.nan),
    )


def _latest_readings(block: Block, rows: Rows) -> tuple[Floats, Floats]:
    """The value and the day number of each goal's latest reading by the date; NaN where there is none."""
    table = block.table(GoalReading, ["goal", "date", "value"], _by, "goal", "date")
    day, goal = table.columns["date"], table.columns["goal"]
    readings = block.situated(table, day, table.once("until", lambda: until_next(day, table.owner, goal)))
    place = readings.places_among(rows, "goal")
    value, read_on = np.full((2, len(rows)), np.nan)
    known = place >= 0
    value[place[known]], read_on[place[known]] = readings["value"][known], readings["date"][known]
    return value, read_on


def _by(since: Since, until: date) -> Q:
    return Q(date__lte=until)


def of_kind(block: Block, *kinds: str) -> Rows:
    """Goals of these kinds."""
    rows = block.once(goals)
    return rows[rows.has("kind", *kinds)]


def current(block: Block, kind: str, window: int) -> Rows:
    """Goals of a kind that are open, or fell due in the window."""
    rows = of_kind(block, kind)
    return rows[~(rows["due_on"] <= rows.day - window)]


def progress(rows: Rows, most: float) -> Floats:
    """The share of the way from baseline to target, 0 to `most`; NaN where it is unknown or there is no way to go."""
    baseline = np.nan_to_num(rows["baseline"])
    way = rows["target"] - baseline
    gone = (rows["actual"] - baseline) / np.where(way == 0, np.nan, way)
    return np.clip(gone, 0.0, most)


def mean_of(block: Block, rows: Rows, points: Floats) -> Reading:
    """The mean per customer of what is known, each row as of its `last`."""
    rows = rows.assign(points=points)
    rows = rows[rows.known("points")]
    return Reading(block.reduce(rows, "points", "mean"), block.count(rows), block.reduce(rows, "last", "max"))


@declare(
    "goal_attainment",
    label="Goal attainment",
    unit="% of plan",
    better="up",
    meaning="How far objectives have come against where they should be by now.",
    kinds=("goal_readings", "goals"),
    window=365,
    quiet=Quiet.MISSING,
    validity=120,
    cite="S002-5, S003-3",
    evidence=False,
)
def goal_attainment(block: Block, window: int) -> Reading:
    """Mean of 100 x progress / share of the time gone by (at least a quarter), at most 125; once due, of progress.

    Without a due date, or before it without a start, there is no plan to compare with: such an objective is left out.
    """
    rows = current(block, "objective", window)
    rows = rows[rows.known("due_on")]
    elapsed, time = rows.day - rows["started_on"], rows["due_on"] - rows["started_on"]
    plan = np.divide(elapsed, time, out=np.ones(len(rows)), where=rows["due_on"] > rows.day)
    return mean_of(block, rows, 100.0 * np.minimum(progress(rows, MOST) / np.maximum(plan, EARLIEST_PLAN), MOST))


@declare(
    "milestones_on_time",
    label="Milestones on time",
    unit="%",
    better="up",
    meaning="Of the milestones and onboarding steps due in the window, those reached in time; late ones count half.",
    kinds=("goals",),
    window=365,
    quiet=Quiet.MISSING,
    validity=180,
    cite="S002-5, S002-27",
    evidence=False,
)
def milestones_on_time(block: Block, window: int) -> Reading:
    """Mean over due dates in the window: 100 on time, 50 late but done by the date, 0 not done."""
    rows = of_kind(block, "milestone", "onboarding_step")
    rows = rows[rows.within("due_on", window)]
    due, achieved = rows["due_on"], rows["achieved_on"]
    points = np.select([achieved <= due, rows.known("achieved_on")], [100.0, 50.0], 0.0)
    return mean_of(block, rows.assign(last=np.fmax(due, achieved)), points)


@declare(
    "roi_attainment",
    label="Return on investment",
    unit="% of target",
    better="up",
    meaning="What the latest return-on-investment goal has yielded against its target.",
    kinds=("goal_readings", "goals"),
    window=365,
    quiet=Quiet.MISSING,
    validity=365,
    cite="S002-5, S003-3",
    evidence=False,
)
def roi_attainment(block: Block, window: int) -> Reading:
    """100 x actual / target of the goal that began last, of those with an actual and a target above 0."""
    rows = current(block, "roi", window)
    latest = rows[rows.known("actual") & (rows["target"] > 0)].last("started_on", "due_on", "id")
    return mean_of(block, latest, 100.0 * latest["actual"] / latest["target"])


@declare(
    "kpi_progress",
    label="Key figures",
    unit="%",
    better="up",
    meaning="How far key figures have come from where they began to where they should be.",
    kinds=("goal_readings", "goals"),
    window=365,
    quiet=Quiet.MISSING,
    validity=180,
    cite="S002-5, S003-3",
    evidence=False,
)
def kpi_progress(block: Block, window: int) -> Reading:
    """100 x mean progress, each at most 1, of key figures that are open or fell due in the window."""
    rows = current(block, "kpi", window)
    return mean_of(block, rows, 100.0 * progress(rows, 1.0))
