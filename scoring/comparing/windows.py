"""Where each measure stands against one window earlier (complaint 5): a quarter for what looks at a quarter.

Against yesterday all measures look flat that look back for long: nearly the same facts lie in both windows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

import numpy as np

from accounts.models import Customer
from scoring.engine.card import TENURE, Measure, Version
from scoring.engine.changes import Snapshot, snapshot
from scoring.engine.frame import has_value
from scoring.explaining import Explained
from scoring.loading import window_of
from scoring.metrics import METRICS
from scoring.models import Purpose, ScorecardVersion, ScoreRecord
from scoring.packing import unpack

AS_OF_DAYS: Final = 30  # for metrics without a window
NEAR_DAYS: Final = 7  # a record so much older than asked for still serves
NOTEWORTHY: Final = 1.0  # points; less is steady

Direction = Literal["better", "worse", "steady", "unknown"]


@dataclass(frozen=True, slots=True)
class Arrow:
    """A measure now and one window (days) earlier; raw values None = none. `points` is the change by today's curve."""

    metric: str
    window: int
    since: date | None
    before: float | None
    now: float | None
    points: float | None
    direction: Direction


@dataclass(frozen=True, slots=True)
class _Earlier:
    on: date
    version: Version
    inputs: Snapshot


def arrows(customer: Customer, explained: Explained) -> list[Arrow]:
    """An arrow for each measure, in the order of the scorecard. Three queries at most."""
    engine = explained.version.engine
    windows = {measure.metric: window_in_days(measure.metric, engine) for measure in engine.measures}
    records = _records(customer, explained.as_of, set(windows.values()))
    now = snapshot(explained.scored, 0, engine)
    return [_arrow(measure, now, windows[measure.metric], records) for measure in engine.measures]


def window_in_days(metric: str, version: Version) -> int:
    """The days that a measure looks back, 30 for what is read as of the day."""
    return (window_of(METRICS[metric], version) if metric in METRICS else 0) or AS_OF_DAYS


def _records(customer: Customer, on: date, windows: set[int]) -> dict[int, _Earlier]:
    """For each window the last official record at its other end, or shortly before."""
    mine = ScoreRecord.objects.filter(customer=customer, run__purpose=Purpose.NIGHTLY)
    first = on - timedelta(days=max(windows) + NEAR_DAYS)
    days = mine.filter(run__as_of__range=(first, on - timedelta(days=1))).values_list("run__as_of", "run_id")
    nights = sorted(days)
    wanted = {window: run for window in windows if (run := _last(nights, on - timedelta(days=window)))}
    dates = {run: day for day, run in nights}
    stored = mine.filter(run_id__in=set(wanted.values())).values_list("run_id", "version_id", "inputs")
    rows = {run: (version, inputs) for run, version, inputs in stored}
    versions = ScorecardVersion.objects.in_bulk({version for version, _ in rows.values()})
    made = {
        run: _Earlier(dates[run], versions[version].engine, unpack(inputs, versions[version].engine))
        for run, (version, inputs) in rows.items()
    }
    return {window: made[run] for window, run in wanted.items()}


def _last(nights: Sequence[tuple[date, int]], end: date) -> int | None:
    fitting = [run for day, run in nights if end - timedelta(days=NEAR_DAYS) <= day <= end]
    return fitting[-1] if fitting else None


def _arrow(measure: Measure, now: Snapshot, window: int, records: Mapping[int, _Earlier]) -> Arrow:
    metric, earlier = measure.metric, records.get(window)
    value = _known(now, metric)
    if earlier is None or metric not in earlier.version.inputs or window_in_days(metric, earlier.version) != window:
        return Arrow(metric, window, None, None, value, None, "unknown")
    was = _known(earlier.inputs, metric)
    if was is None or value is None:
        return Arrow(metric, window, earlier.on, was, value, None, "unknown")
    points = worth(measure, value, now) - worth(measure, was, now)
    direction: Direction = "steady" if abs(points) < NOTEWORTHY else "better" if points > 0 else "worse"
    return Arrow(metric, window, earlier.on, was, value, points, direction)


def worth(measure: Measure, raw: float, one: Snapshot) -> float:
    """The points of a value by today's curve for an account of today's age: what moved is the value alone."""
    tenure = one.raw.get(TENURE, np.nan)
    curve = next((age.curve for age in measure.ages if tenure < age.below_days), measure.curve)
    return float(curve.points_at(np.array([raw]))[0])


def _known(one: Snapshot, metric: str) -> float | None:
    fresh = has_value(np.array([one.states[metric]], dtype=np.uint8))[0]
    return one.raw[metric] if fresh and not np.isnan(one.raw[metric]) else None
