"""Evaluates the indicators of a scored block: whose conditions hold on the date, as bits."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import numpy as np

from scoring.engine.frame import Floats, Frame, has_value
from scoring.engine.scoring import Scored
from scoring.indicators.clearing import leading
from scoring.indicators.definitions import FALLEN, INDICATOR_METRICS, INDICATORS, OPEN
from scoring.models import ScorecardVersion
from scoring.nights import Ints, night_on
from scoring.packing import rescore_all

COMPARE_DAYS: Final = 28
FALL: Final = 10.0  # points
NOISE: Final = 1e-9  # of points made again from what is stored


def indicate(frame: Frame, scored: Scored, version: ScorecardVersion, on: date) -> Ints:
    """Bit n of each customer's number (n): the condition of In holds. 0 without a score. One query.

    The earlier night is the official one, whatever run this is for.
    """
    if not len(frame):
        return np.zeros(0, np.int64)
    fields = {**_fields(frame), FALLEN: _fallen(scored, version, on)}
    holding = np.zeros(len(frame), np.int64)
    for indicator in INDICATORS.values():
        if OPEN in indicator.rule.fields():
            fields[OPEN] = leading(holding)
        holding |= indicator.rule.evaluate(fields)[0].astype(np.int64) << indicator.number
    return np.where(scored.reason == 0, holding, 0)


def _fields(frame: Frame) -> dict[str, Floats]:
    columns = {metric: frame.column(metric) for metric in INDICATOR_METRICS}
    return {metric: np.where(has_value(states), raw, np.nan) for metric, (raw, states) in columns.items()}


def _fallen(scored: Scored, version: ScorecardVersion, on: date) -> Floats:
    """How many measures lie ten points or more below four weeks ago; NaN where another version scored then."""
    earlier = night_on(scored.ids, on - timedelta(days=COMPARE_DAYS))
    same, fallen = earlier.version == version.pk, np.full(len(scored.ids), np.nan)
    if same.any():
        then = earlier.only(same)
        before = rescore_all(then.ids.tolist(), then.inputs, version.engine).points
        fallen[same] = (before - scored.points[same] >= FALL - NOISE).sum(axis=1)
    return fallen
