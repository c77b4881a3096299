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


def _floored(score: float) -> Decimal:
    # The engine settles scores to this many decimals before it picks a band: 69.99999999999 is 70 here as there.
    return Decimal(repr(round(float(score), DECIMALS))).quantize(STEP, ROUND_FLOOR)
