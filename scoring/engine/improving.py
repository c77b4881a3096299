"""The cheapest realistic way to the next better band (D12): the fewest measures, then the least effort.

Effort is counted in months of what customers of this book typically win: two measures that each move by what is won in
a month are two months' work. Of a set the measure goes first that brings most points of the score in a month.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

from scoring.engine.card import TENURE, Measure
from scoring.engine.changes import Snapshot
from scoring.engine.curve import Curve
from scoring.engine.frame import Bools, Floats, has_value
from scoring.engine.inverting import nearest_raw, worth
from scoring.engine.trying import Trial

MONTHS = 2.0  # what no measure moves within so many months is not realistic
MOST_MEASURES = 4  # of which every set is tried; larger ones are put together from the largest gains
MOST_SETS = 1000
MOST_WAYS = 12  # sets of equal size that are walked step by step, those that rise fastest
STEPS, ROUNDS = 12, 7  # 12 ** 7: a way is as short as it can be to within some ten-millionths


@dataclass(frozen=True, slots=True)
class Realistic:
    """Of each of a version's M measures: the points won in a typical month (0 = not actionable or unknown), and
    whether its raw value is a whole number."""

    gains: Floats
    whole: Bools


@dataclass(frozen=True, slots=True)
class Lift:
    """A measure on the way: raw value and points from -> to, and the effort in months of typical work."""

    measure: str
    raw: float
    raw_to: float
    points: float
    points_to: float
    months: float


@dataclass(frozen=True, slots=True)
class WayUp:
    """The lifts that reach a better band (its place), and the score with them.

    Where none do within two months, there are no lifts: `score` and `band` are what all of them together would come to.
    """

    lifts: tuple[Lift, ...]
    score: float
    band: int

    @property
    def is_reachable(self) -> bool:
        """Whether there is a realistic way."""
        return bool(self.lifts)


@dataclass(frozen=True, slots=True)
class _Handle:
    """A measure that can be moved: its column, where it stands, and how far it gets in two months."""

    j: int
    measure: Measure
    curve: Curve
    raw: float
    points: float
    gain: float  # points a month
    reach: float  # points
    weight: float  # of the score
    whole: bool

    def raw_at(self, gain: float) -> float:
        """The nearest raw value that is worth so many points more, never more than can be reached."""
        wanted = nearest_raw(self.curve, self.raw, self.points + min(gain, self.reach), whole=self.whole)
        if wanted is None:
            return self.raw
        if self._is_near(wanted):
            return wanted
        if self.curve.steps:
            return self._last_step()
        return float(wanted + (1 if wanted < self.raw else -1))  # the whole one would be unrealistic

    def _is_near(self, raw: float) -> bool:
        return worth(self.curve, raw) - self.points <= self.reach + 1e-9

    def _last_step(self) -> float:
        """The raw value of the best step that can be reached; where it stands if the next one is too high already."""
        steps = [there for _, there in self.curve.breakpoints if self.points < there <= self.points + self.reach]
        found = nearest_raw(self.curve, self.raw, max(steps), whole=self.whole) if steps else None
        return self.raw if found is None or not self._is_near(found) else found


def way_up(one: Snapshot, realistic: Realistic, before: int = -1) -> WayUp | None:
    """The way of a customer; None in the best band and without a score. `before` is the band a hysteresis remembers.

    It is about the automatic score. Every candidate is scored again with its caps, bounds and clamp, so what is found
    really reaches the band.
    """
    trial = Trial.of(one, before)
    if trial.band < 0 or trial.band >= len(one.version.bands) - 1:
        return None
    handles = _handles(trial, realistic)
    rows = trial.rows([{handle.j: handle.raw_at(handle.reach) for handle in handles}])
    score, band = (float(column[0]) for column in trial.scores(rows))
    if band <= trial.band:
        return WayUp((), score, int(band))
    return _cheapest(trial, _smallest(trial, handles))


def _handles(trial: Trial, realistic: Realistic) -> list[_Handle]:
    version, found = trial.one.version, []
    tenure = trial.one.raw.get(TENURE, np.nan)
    for j, measure in enumerate(version.measures):
        gain, weight = float(realistic.gains[j]), float(trial.weights[j])
        state = np.array([trial.one.states[measure.metric]], dtype=np.uint8)
        if gain > 0 and weight > 0 and has_value(state)[0]:
            curve = next((age.curve for age in measure.ages if tenure < age.below_days), measure.curve)
            raw = trial.one.raw[measure.metric]
            points = worth(curve, raw)
            reach = min(MONTHS * gain, max(there for _, there in curve.breakpoints) - points)
            if reach > 0:
                whole = bool(realistic.whole[j])
                found.append(_Handle(j, measure, curve, raw, points, gain, reach, weight, whole))
    return found


def _smallest(trial: Trial, handles: Sequence[_Handle]) -> list[tuple[_Handle, ...]]:
    """The sets of the smallest size that reach the band when all of a set is moved as far as it realistically goes."""
    order = sorted(handles, key=lambda one: -one.weight * one.reach)
    furthest = {one.j: one.raw_at(one.reach) for one in handles}
    for size in range(1, len(order) + 1):
        if size > MOST_MEASURES or comb(len(order), size) > MOST_SETS:
            sets = [tuple(order[:size])]
        else:
            sets = list(combinations(order, size))
        reached = _reached(trial, [{one.j: furthest[one.j] for one in each} for each in sets])
        if reached.any():
            return [each for each, good in zip(sets, reached, strict=True) if good]
    return [tuple(order)]


def _reached(trial: Trial, changes: Sequence[dict[int, float]]) -> Bools:
    better: Bools = trial.scores(trial.rows(changes))[1] > trial.band
    return better


def _cheapest(trial: Trial, sets: Sequence[tuple[_Handle, ...]]) -> WayUp:
    """Of sets that all reach the band the one that does it first, walked no further than it must."""
    ways = [sorted(each, key=lambda one: -one.weight * one.gain) for each in sets]
    ways = sorted(ways, key=lambda way: -sum(one.weight * one.gain for one in way))[:MOST_WAYS]
    starts = [(0.0, sum(one.reach / one.gain for one in way)) for way in ways]
    for _ in range(ROUNDS):
        starts = _narrowed(trial, ways, starts)
        least = min(end for _, end in starts)
        kept = [place for place, (start, _) in enumerate(starts) if start <= least]
        ways, starts = [ways[place] for place in kept], [starts[place] for place in kept]
    ends = [end for _, end in starts]
    best = ends.index(min(ends))
    return _told(trial, ways[best], ends[best])


def _narrowed(
    trial: Trial, ways: Sequence[Sequence[_Handle]], stretches: Sequence[tuple[float, float]]
) -> list[tuple[float, float]]:
    """Of each stretch of months the part in which its way reaches the band first."""
    months = [np.linspace(start, end, STEPS + 1) for start, end in stretches]
    changes = [_after(way, month) for way, along in zip(ways, months, strict=True) for month in along[:-1].tolist()]
    reached = _reached(trial, changes).reshape(len(ways), STEPS)
    first = np.where(reached.any(axis=1), reached.argmax(axis=1), STEPS)  # the end always does
    return [(float(along[max(k - 1, 0)]), float(along[k])) for along, k in zip(months, first.tolist(), strict=True)]


def _after(way: Sequence[_Handle], months: float) -> dict[int, float]:
    """The raw values after so many months of work on a way."""
    raw = {}
    for one in way:
        spent = min(max(months, 0.0), one.reach / one.gain)
        months -= spent
        raw[one.j] = one.raw_at(spent * one.gain)
    return raw


def _told(trial: Trial, way: Sequence[_Handle], months: float) -> WayUp:
    raw = _after(way, months)
    score, band = (float(column[0]) for column in trial.scores(trial.rows([raw])))
    lifts = tuple(_lift(one, raw[one.j]) for one in way if raw[one.j] != one.raw)
    return WayUp(lifts, score, int(band))


def _lift(one: _Handle, raw: float) -> Lift:
    points = worth(one.curve, raw)
    return Lift(one.measure.metric, one.raw, raw, one.points, points, (points - one.points) / one.gain)
