"""Sums of money per customer in the reporting currency."""

from __future__ import annotations

import numpy as np

from accounts.money import Rates, convert, load_rates
from scoring.engine.frame import Floats
from scoring.metrics.block import Block
from scoring.metrics.rows import Ints, Rows


def rates(block: Block) -> Rates:
    """The exchange rates known on the last day of the stretch."""
    shared = block.shared
    return shared.once(rates, lambda: load_rates(shared.last))


def in_reporting_currency(block: Block, rows: Rows, column: str, days: Floats | Ints) -> Floats:
    """A column of rows with a `currency`, at the rate of each row's day number; NaN where unknown or without a rate.

    A rate that was quoted only after the day asked about is not known yet.
    """
    return convert(rows[column], rows["currency"], np.minimum(days, rows.day), rates(block))


def total(block: Block, rows: Rows, column: str, days: Floats | Ints) -> Floats:
    """Sum of a column per customer in the reporting currency, 0 without rows; empty amounts are left out.

    `days` dates each row. NaN where any part lacks a rate (presets 0.11).
    """
    known = rows.known(column)
    amounts = in_reporting_currency(block, rows[known], column, days[known])
    return np.bincount(rows.pos[known], weights=amounts, minlength=len(block)).astype(np.float64)
