"""One score for a family: a parent with all below it, by the rule of the scorecard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.engine.card import Rollup
from scoring.engine.frame import Bools, Floats


@dataclass(frozen=True, slots=True)
class RolledUp:
    """The score of a family (None = no member has one), the place of the worst below the parent, and who counted."""

    score: float | None
    worst: int | None
    counted: int


def roll_up(scores: Floats, arrs: Floats, rule: Rollup = "arr_weighted") -> RolledUp:
    """Roll up n scores (NaN = none), the parent's first, with the ARR of each (NaN = unknown).

    "arr_weighted" leaves out who has no known ARR, and is the plain mean where nobody has any; "worst" is the lowest,
    the parent's included; "own" is the parent's alone. Each member counts once, with its own ARR (architecture).
    """
    known = ~np.isnan(scores)
    counts = known & _weighing(scores, arrs, rule)
    if not counts.any():
        return RolledUp(None, _worst(scores), 0)
    return RolledUp(_joined(scores[counts], arrs[counts], rule), _worst(scores), int(counts.sum()))


def _weighing(scores: Floats, arrs: Floats, rule: Rollup) -> Bools:
    """n truths: who can count under the rule."""
    if rule == "own":
        return np.arange(len(scores)) == 0
    paying = np.nan_to_num(arrs) > 0
    if rule == "arr_weighted" and (paying & ~np.isnan(scores)).any():
        return paying
    return np.ones(len(scores), dtype=np.bool_)


def _joined(scores: Floats, arrs: Floats, rule: Rollup) -> float:
    if rule == "worst":
        return float(scores.min())
    weights = arrs if rule == "arr_weighted" and (np.nan_to_num(arrs) > 0).all() else None
    return float(np.average(scores, weights=weights))


def _worst(scores: Floats) -> int | None:
    below = scores[1:]
    return None if np.isnan(below).all() else int(np.nanargmin(below)) + 1
