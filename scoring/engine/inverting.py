"""The way back along a curve: the raw value nearest to a given one that is worth so many points."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import ceil, floor, inf, nextafter

from scoring.engine.curve import Curve

Breakpoints = Sequence[tuple[float, float]]


def nearest_raw(curve: Curve, raw: float, points: float, *, whole: bool = False) -> float | None:
    """The value nearest to `raw` that has at least so many points; None where the curve never has them.

    `whole` = only whole numbers are possible, such as people. Downwards on a curve of steps it is the value just below
    the breakpoint at which the better step ends.
    """
    if worth(curve, raw) >= points:
        return raw
    found = [_upwards(curve, raw, points), _downwards(curve, raw, points)]
    values = [_rounded(value, raw, whole) for value in found if value is not None]
    fitting = [value for value in values if worth(curve, value) >= points - 1e-9]
    return min(fitting, key=lambda value: abs(value - raw), default=None)


def _rounded(value: float, raw: float, whole: bool) -> float:
    """Away from where it stands: less would not be enough."""
    if not whole:
        return value
    return float(ceil(value - 1e-9) if value > raw else floor(value + 1e-9))


def worth(curve: Curve, raw: float) -> float:
    """The points of one value, as `points_at` has them, without arrays."""
    along = curve.breakpoints
    if raw <= along[0][0]:
        return along[0][1]
    for (start, low), (end, high) in pairwise(along):
        if raw < end:
            return low if curve.steps else low + (high - low) * (raw - start) / (end - start)
    return along[-1][1]


def _upwards(curve: Curve, raw: float, points: float) -> float | None:
    if curve.steps:
        return next((start for start, there in curve.breakpoints if start > raw and there >= points), None)
    return _along(curve.breakpoints, raw, points)


def _downwards(curve: Curve, raw: float, points: float) -> float | None:
    if curve.steps:
        ends = [end for (_, there), (end, _) in pairwise(curve.breakpoints) if end <= raw and there >= points]
        return nextafter(ends[-1], -inf) if ends else None
    mirrored = [(-at, there) for at, there in reversed(curve.breakpoints)]
    found = _along(mirrored, -raw, points)
    return None if found is None else -found


def _along(breakpoints: Breakpoints, raw: float, points: float) -> float | None:
    """The first value beyond `raw`, going up, at which the lines reach so many points."""
    for (start, low), (end, high) in pairwise(breakpoints):
        if end > raw and high >= points:
            return start + (points - low) / (high - low) * (end - start)  # low is less: else it would have been reached
    return None
