"""Scores as a person reads them: one decimal, floored, so that the number never contradicts its band."""

from __future__ import annotations

import math
from decimal import ROUND_FLOOR, Decimal

from scoring.engine.weighing import DECIMALS

NONE_SHOWN = "–"
STEP = Decimal("0.1")


def shown(score: float | None) -> str:
    """One decimal, never rounded up: 59.96 reads 59.9 and stays red; None and NaN read as a dash."""
    return NONE_SHOWN if score is None or math.isnan(score) else str(_floored(score))


def shown_delta(before: float | None, after: float | None) -> str:
    """The signed difference of the two numbers as shown, so that what stands on a page adds up (X1)."""
    if before is None or after is None or math.isnan(before) or math.isnan(after):
        return NONE_SHOWN
    delta = _floored(after) - _floored(before)
    sign = "+" if delta > 0 else "−" if delta < 0 else ""
    return f"{sign}{abs(delta)}"


def _floored(score: float) -> Decimal:
    # The engine settles scores to this many decimals before it picks a band: 69.99999999999 is 70 here as there.
    return Decimal(repr(round(float(score), DECIMALS))).quantize(STEP, ROUND_FLOOR)
