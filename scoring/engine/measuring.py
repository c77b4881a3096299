"""From the frame to points: each measure's raw values, their states, and the points its curve and missing rule give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.engine.card import TENURE, Measure, Version
from scoring.engine.frame import Bools, Floats, Frame, State, States, has_value

NEUTRAL_POINTS = 50.0
WORST_POINTS, BEST_POINTS = 0.0, 100.0


@dataclass(frozen=True, slots=True)
class Measured:
    """n customers by I inputs of a version (its M measures first): what is known and the points it is worth."""

    raw: Floats  # n x I
    states: States  # n x I
    points: Floats  # n x M, NaN = left out

    @property
    def known(self) -> Bools:
        """n x M: where a measure has fresh data."""
        return has_value(self.states[:, : self.points.shape[1]])

    def fields(self, version: Version) -> dict[str, Floats]:
        """What rules may read of the metrics: raw values, NaN where there is no fresh one."""
        known = _known(self.raw, self.states)
        return {metric: known[:, i] for i, metric in enumerate(version.inputs)}


def measure(frame: Frame, version: Version) -> Measured:
    """Read the version's inputs from the frame and turn its measures into points."""
    inputs, measures = version.inputs, version.measures
    # Fortran order: every later step walks down one column at a time.
    raw = np.empty((len(frame), len(inputs)), order="F")
    states = np.empty((len(frame), len(inputs)), dtype=np.uint8, order="F")
    for i, metric in enumerate(inputs):
        raw[:, i], states[:, i] = frame.column(metric)
    points = np.empty((len(frame), len(measures)), order="F")
    days = _known(raw[:, inputs.index(TENURE)], states[:, inputs.index(TENURE)]) if TENURE in inputs else np.empty(0)
    for j, one in enumerate(measures):
        points[:, j] = _points(one, raw[:, j], states[:, j], days)
    return Measured(raw, states, points)


def ends(data: Measured, version: Version) -> tuple[Floats, Floats]:
    """n x M points with every measure that has no fresh data at its worst, and at its best: the range (D6).

    Where the age of an account is not known, neither is which of a measure's curves holds: the lowest and the highest.
    """
    worst, best = (np.where(data.known, data.points, end) for end in (WORST_POINTS, BEST_POINTS))
    days = data.fields(version).get(TENURE, np.empty(0))
    for j, one in enumerate(version.measures):
        if one.ages:
            ageless = np.isnan(days) & data.known[:, j]
            curves = [curve.points_at(data.raw[:, j]) for curve in (one.curve, *(age.curve for age in one.ages))]
            worst[:, j] = np.where(ageless, np.minimum.reduce(curves), worst[:, j])
            best[:, j] = np.where(ageless, np.maximum.reduce(curves), best[:, j])
    return worst, best


def _known(raw: Floats, states: States) -> Floats:
    return np.where(has_value(states), raw, np.nan)


def _points(one: Measure, raw: Floats, states: States, tenure: Floats) -> Floats:
    usable = has_value(states)
    if one.missing == "carry":
        # The last value may stand in while it is valid; one past its validity (EXPIRED) never does.
        usable = usable | (states == State.MISSING)
    stand_in = {"neutral": NEUTRAL_POINTS, "worst": WORST_POINTS}.get(one.missing, np.nan)
    return np.where(usable & ~np.isnan(raw), _on_curve(one, raw, tenure), stand_in)


def _on_curve(one: Measure, raw: Floats, tenure: Floats) -> Floats:
    points = one.curve.points_at(raw)
    for age in reversed(one.ages):  # the youngest last: of several that fit it holds
        points = np.where(tenure < age.below_days, age.curve.points_at(raw), points)
    return points
