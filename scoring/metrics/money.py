"""Sums of money per customer in the reporting currency."""

from __future__ import annotations

import numpy as np
import pandas as pd

from accounts.money import Rates, convert, load_rates
from scoring.engine.frame import Floats
from scoring.metrics.block import Block


def rates(block: Block) -> Rates:
    """The exchange rates known on the date."""
    return load_rates(block.on)


def in_reporting_currency(block: Block, rows: pd.DataFrame, column: str, days: Floats | float) -> Floats:
    """A column of rows with a `currency`, at the rate of each row's day number; NaN where unknown or without a rate."""
    return convert(rows[column].to_numpy(), rows["currency"].to_numpy(), days, block.once(rates))


def total(block: Block, rows: pd.DataFrame, column: str, days: str | float) -> Floats:
    """Sum of a column per customer in the reporting currency, 0 without rows; empty amounts are left out.

    `days` is the column that dates each row, or one day number for all. NaN where any part lacks a rate (presets 0.11).
    """
    known = rows[rows[column].notna()]
    dated = known[days].to_numpy() if isinstance(days, str) else days
    amounts = in_reporting_currency(block, known, column, dated)
    return np.bincount(known["pos"], weights=amounts, minlength=len(block)).astype(np.float64)
