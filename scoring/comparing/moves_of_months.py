"""What customers of this book win in a month: by how many points each measure of a version typically rises."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from scoring.engine.card import Version
from scoring.engine.frame import Bools, Floats, has_value
from scoring.engine.improving import Realistic
from scoring.metrics import METRICS
from scoring.models import CurrentScore, Purpose, ScorecardVersion, ScoreRecord
from scoring.packing import rescore_all

MONTH: Final = (28, 29, 30)  # days: the first of them that was recorded
SAMPLE: Final = 2000  # customers
LEAST_MOVERS: Final = 5
TYPICAL: Final = 75  # percentile of those that rose: good work, but not the luckiest
ASSUMED: Final = 10.0  # points a month where too few rose to tell
# Nobody wins these by working on them: what a customer is, and what the calendar does.
GIVEN: Final = frozenset(
    """annual_revenue days_to_notice days_to_renewal employees_sqrt plan_level size_class tenure_days
    time_to_value""".split()
)
WHOLE: Final = frozenset("areas attempts count days features interactions people tickets times touches units".split())


@dataclass(frozen=True, slots=True)
class Moves:
    """The realistic monthly gains of a version's measures; `seen` (M) where the book shows them, else assumed."""

    realistic: Realistic
    seen: Bools


def realistic_moves(version: ScorecardVersion, on: date) -> Moves:
    """The gains in points between the last night up to a date and a month before it. At most two queries."""
    engine = version.engine
    found = np.full(len(engine.measures), np.nan)
    runs = _two_nights(version, on)
    if runs:
        before, after = _sampled(version, runs)
        found = _typical(before, after)
    given = np.array([metric in GIVEN for metric in engine.metric_keys])
    gains = np.where(given, 0.0, np.where(np.isnan(found), ASSUMED, found))
    return Moves(Realistic(gains, whole_measures(engine)), ~np.isnan(found) & ~given)


def whole_measures(version: Version) -> Bools:
    """Which measures (M) have whole numbers only, such as people and tickets."""
    units = [METRICS[metric].unit if metric in METRICS else "" for metric in version.metric_keys]
    return np.array([unit in WHOLE for unit in units])


def _two_nights(version: ScorecardVersion, on: date) -> tuple[int, int] | None:
    """The runs of a month before and of the last night, both by records of the version. One query."""
    records = ScoreRecord.objects.filter(version=version, run__purpose=Purpose.NIGHTLY, run__as_of__lte=on)
    first = CurrentScore.objects.filter(version=version).order_by("pk").values("pk")[:1]
    nights = dict(
        records.filter(customer_id__in=first, run__as_of__gt=on - timedelta(days=3 * max(MONTH))).values_list(
            "run__as_of", "run_id"
        )
    )
    pairs = [(day - timedelta(days=days), day) for day in sorted(nights, reverse=True) for days in MONTH]
    return next(((nights[was], nights[day]) for was, day in pairs if was in nights), None)


def _sampled(version: ScorecardVersion, runs: tuple[int, int]) -> tuple[Floats, Floats]:
    """The points of some customers (n x M) in two runs, NaN where there was no fresh value. One query."""
    some = CurrentScore.objects.filter(version=version).order_by("pk").values("pk")[:SAMPLE]
    records = ScoreRecord.objects.filter(customer_id__in=some, run_id__in=runs, version=version)
    rows = {(run, customer): inputs for customer, run, inputs in records.values_list("customer_id", "run_id", "inputs")}
    both = [customer for run, customer in rows if run == runs[0] and (runs[1], customer) in rows]
    was, now = (_points(version.engine, both, [rows[run, customer] for customer in both]) for run in runs)
    return was, now


def _points(version: Version, ids: list[int], packed: list[bytes | memoryview]) -> Floats:
    if not ids:
        return np.empty((0, len(version.measures)))
    scored = rescore_all(ids, packed, version)
    known = has_value(scored.states[:, : len(version.measures)])
    return np.where(known, scored.points, np.nan)


def _typical(before: Floats, after: Floats) -> Floats:
    """Of each measure (M) the percentile of the rises; NaN where too few rose."""
    rises = after - before
    columns = [column[column > 0] for column in rises.T]
    return np.array([np.percentile(one, TYPICAL) if len(one) >= LEAST_MOVERS else np.nan for one in columns])
