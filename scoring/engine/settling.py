"""Which caps hold whatever the weights: what they cut can be known beforehand, and what depends on the weights not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from scoring.engine.card import SCORE, Cap, Version
from scoring.engine.conditions import Column
from scoring.engine.frame import Bools, Floats


@dataclass(frozen=True, slots=True)
class Settled:
    """n customers before any weights are chosen.

    Where a component lies above its cap as a whole, its measures have the cap's points; where it lies above it under
    some weights only, `limits` has the cap. The points of `open` customers are as they were.
    """

    points: Floats  # n x M, NaN = not weighed
    limits: Floats  # n x C, what a cap leaves of a component that it cuts under some weights; else infinite
    most: Floats  # n, what the caps leave of the score that hold under all weights; infinite without one
    open: Bools  # n, some cap holds under some weights only


@dataclass(slots=True)
class _Ends:
    """n x C: the least and the most that any weights make of the components, and what caps do to them."""

    low: Floats
    high: Floats
    limit: Floats  # of caps that surely hold
    perhaps: Floats  # of these and of caps that may hold


def settle_caps(version: Version, points: Floats, fields: dict[str, Floats]) -> Settled:
    """Settle what can be settled for n x M points (NaN = left out); `fields` are what rules may read, n each."""
    weighed = points.copy(order="F")
    weighed[:, [one.weight == 0 for one in version.measures]] = np.nan
    ends = _ends(version, weighed)
    for cap, true, perhaps in _answers(version, fields, ends, of_score=False):
        c = version.component_keys.index(cap.target)
        ends.limit[true, c] = np.minimum(ends.limit[true, c], cap.at_most)
        ends.perhaps[true | perhaps, c] = np.minimum(ends.perhaps[true | perhaps, c], cap.at_most)
    may_bite = (ends.perhaps < ends.limit) & (ends.perhaps < ends.high)
    limits = np.where((ends.low < ends.limit) & (ends.limit < ends.high), ends.limit, np.inf)
    open_caps: Bools = np.logical_or.reduce(may_bite, axis=1)
    ends.low, ends.high = np.minimum(ends.low, ends.perhaps), np.minimum(ends.high, ends.limit)
    most = np.full(len(points), np.inf)
    for cap, true, perhaps in _answers(version, fields, ends, of_score=True):
        most[true] = np.minimum(most[true], cap.at_most)
        open_caps |= perhaps
    for j, c in enumerate(version.component_of):
        whole = ~open_caps & np.isinf(limits[:, c])
        np.minimum(weighed[:, j], ends.limit[:, c], out=weighed[:, j], where=whole)
    return Settled(weighed, limits, most, open_caps)


def _ends(version: Version, points: Floats) -> _Ends:
    shape = (len(points), len(version.components))
    low, high = np.full(shape, np.nan), np.full(shape, np.nan)
    for j, c in enumerate(version.component_of):
        low[:, c], high[:, c] = np.fmin(low[:, c], points[:, j]), np.fmax(high[:, c], points[:, j])
    return _Ends(low, high, np.full(shape, np.inf), np.full(shape, np.inf))


def _answers(
    version: Version, fields: dict[str, Floats], ends: _Ends, *, of_score: bool
) -> Iterator[tuple[Cap, Bools, Bools]]:
    """Each cap that is on, where it surely holds, and where the weights decide. What is not known does not hold."""
    between: dict[str, Column] = {
        key: (ends.low[:, c], ends.high[:, c]) for c, key in enumerate(version.component_keys)
    }
    for cap in version.caps:
        if cap.on and (cap.target == SCORE) == of_score:
            true, unknown = cap.when.evaluate({**fields, **between})
            yield cap, true, unknown & bool(cap.when.fields() & between.keys())
