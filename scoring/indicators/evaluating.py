"""Evaluates the indicators of a scored block: whose conditions hold on the date, as bits."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Final

import numpy as np

from scoring.engine.card import SCORE, Version
from scoring.engine.frame import Bools, Floats, Frame, has_value
from scoring.engine.scoring import Scored
from scoring.facts import ASKED, Facts
from scoring.fields.sheet import ROLES
from scoring.indicators.clearing import leading
from scoring.indicators.definitions import indicator_metrics, indicators
from scoring.indicators.indicator import FALLEN, OPEN, STAGE
from scoring.indicators.remembering import NOTHING, Remembered
from scoring.models import ScorecardVersion
from scoring.nights import Ints, night_on
from scoring.packing import points_of

COMPARE_DAYS: Final = 28
FALL: Final = 10.0  # points
NOISE: Final = 1e-9  # of points made again from what is stored


def indicate(frame: Frame, scored: Scored, version: ScorecardVersion, on: date, facts: Facts = ASKED) -> Ints:
    """Bit n of each customer's number (n): the condition of indicator n holds. 0 without a score. Two queries at most.

    The earlier night is the official one, whatever run this is for; the stage is as it is before the night decides it.
    The `facts` may know both without asking.
    """
    if not len(frame):
        return np.zeros(0, np.int64)
    asked = set().union(*(one.rule.fields() for one in indicators().values()))
    fields = {**said(scored, version.engine), **_metrics(frame), **_looked_up(asked, scored, version, on, facts)}
    return np.where(scored.reason == 0, holding(fields), 0)


def holding(fields: Mapping[str, Floats]) -> Ints:
    """Bit n of each customer's number (n): the rule of indicator n holds, whoever has a score."""
    bits = np.zeros(len(next(iter(fields.values()))), np.int64)
    # Those that count others come last: by then it is known of the others.
    for one in sorted(indicators().values(), key=lambda one: one.counts_others):
        known = {**fields, OPEN: leading(bits)} if one.counts_others else fields
        bits |= one.rule.evaluate(known)[0].astype(np.int64) << one.number
    return bits


def said(scored: Scored, version: Version) -> dict[str, Floats]:
    """What the score of the night says (n each): score, colour, coverage, flags and points of components."""
    roles = np.array([*(ROLES[band.role] for band in version.bands), np.nan])
    flags = {name: up.astype(np.float64) for name, up in scored.flags.items()}
    components = dict(zip(version.component_keys, scored.component_points.T, strict=True))
    return {SCORE: scored.score, "role": roles[scored.band], "coverage": scored.coverage, **flags, **components}


def _metrics(frame: Frame) -> dict[str, Floats]:
    columns = {metric: frame.column(metric) for metric in indicator_metrics()}
    return {metric: np.where(has_value(states), raw, np.nan) for metric, (raw, states) in columns.items()}


def _looked_up(
    asked: Collection[str], scored: Scored, version: ScorecardVersion, on: date, facts: Facts
) -> dict[str, Floats]:
    """What costs a query, where a rule asks for it."""
    found = {}
    if FALLEN in asked:
        found[FALLEN] = _fallen(scored, version, on, facts.earlier)
    if STAGE in asked:
        found[STAGE] = facts.stage_on(scored.ids, on)
    return found


def _fallen(scored: Scored, version: ScorecardVersion, on: date, earlier: Remembered | None) -> Floats:
    """How many measures lie ten points or more below four weeks ago; NaN where another version scored then."""
    then, fallen = on - timedelta(days=COMPARE_DAYS), np.full(len(scored.ids), np.nan)
    remembered = earlier.points_on(scored.ids, then, version.pk) if earlier else None
    there, before = remembered or _points_on(scored.ids, then, version)
    if there.any():
        fallen[there] = (before - scored.points[there] >= FALL - NOISE).sum(axis=1)
    return fallen


def _points_on(ids: Ints, on: date, version: ScorecardVersion) -> tuple[Bools, Floats]:
    """Whom a version scored on a date (n), and the points of their measures, made again from the record."""
    night = night_on(ids, on)
    there = night.version == version.pk
    mine = night.only(there)
    return there, points_of(mine.ids.tolist(), mine.inputs, version.engine) if there.any() else NOTHING
