"""What a customer may bring in the next six months, and its quarter of the book by any amount."""

from __future__ import annotations

from typing import Final

import numpy as np

from scoring.engine.conditions import Fields
from scoring.engine.frame import Floats
from scoring.nights import Ints

REVENUE: Final = "six_month_revenue"
WON, PIPELINE = "won_amount", "pipeline_amount"
WON_SHARE, PIPELINE_SHARE = 0.4, 0.6


def six_month_revenue(fields: Fields) -> Floats:
    """(0.4 x won + 0.6 x pipeline) x health / 100 in the reporting currency (n), NaN where any is unknown (X34)."""
    won, pipeline, score = (_column(fields, name) for name in (WON, PIPELINE, "score"))
    return (WON_SHARE * won + PIPELINE_SHARE * pipeline) * score / 100


def _column(fields: Fields, name: str) -> Floats:
    column = fields.get(name, np.nan)
    return np.asarray(column[0] if isinstance(column, tuple) else column, np.float64)


def quartile_tiers(amounts: Floats) -> Ints:
    """1 for the quarter of the customers with the most, to 4 for that with the least (n); 0 where unknown.

    Who has the same amount is in the same tier, the better one. With the amounts in falling order, a customer before
    whom there are k of n has tier 1 + floor(4 k / n).
    """
    known = np.sort(amounts[~np.isnan(amounts)])
    more = len(known) - np.searchsorted(known, amounts, side="right")
    tiers = 1 + 4 * more // max(len(known), 1)
    return np.where(np.isnan(amounts), 0, tiers).astype(np.int64)
