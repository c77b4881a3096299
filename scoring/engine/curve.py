"""Curves: straight lines or steps between breakpoints that turn a raw value into 0-100 points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Curve:
    """Breakpoints (raw, points), raw values strictly ascending; flat outside the first and last one.

    A curve of steps keeps the points of a breakpoint up to (not with) the next. Curves are absolute: they never look at
    the other customers of a run (X35).
    """

    breakpoints: tuple[tuple[float, float], ...]
    steps: bool = False

    def points_at(self, raw: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Points (0-100) of raw values; a value on a breakpoint gets exactly its points, NaN stays NaN."""
        along, points = zip(*self.breakpoints, strict=True)
        if self.steps:
            place = np.maximum(np.searchsorted(along, raw, side="right") - 1, 0)
            return np.where(np.isnan(raw), np.nan, np.array(points, np.float64)[place])
        # A slope's last bit may carry a point past the end of its line.
        inside: npt.NDArray[np.float64] = np.clip(np.interp(raw, along, points), 0.0, 100.0)
        return inside
