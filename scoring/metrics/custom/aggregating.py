"""Makes one number per customer of the rows that count, or of other metrics."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from scoring.engine.frame import Bools, Floats
from scoring.metrics.block import Block
from scoring.metrics.custom.comparing import known
from scoring.metrics.custom.declared import Rows
from scoring.metrics.custom.loading import UNRATED, rows_in
from scoring.metrics.custom.tables import day_of
from scoring.metrics.metric import Quiet, Reading
from scoring.metrics.periods import customer_since

REDUCED: Final = ("mean", "max", "min")


def read_rows(source: Rows, quiet: Quiet, block: Block, window: int) -> Reading:
    """The number of each customer. A column that rows leave empty was not measured, which is not nought."""
    rows = rows_in(source, block, window)
    if source.what == "days_since":
        return _days_since(source, quiet, block, rows, window)
    counting = rows[known(rows[source.column])] if source.column else rows
    sample = block.count(counting)
    possible = (sample > 0) | (block.count(rows) == 0)
    possible &= block.count(rows[rows[UNRATED].to_numpy(np.bool_)]) == 0
    # Where silence is an answer of nought, rows do not age: as long as the source is heard the sum stands.
    ages = bool(source.table.date) and quiet is Quiet.MISSING
    last = block.reduce(counting, "on", "max") if ages else None
    return Reading(_aggregate(source, block, counting), sample, last, possible)


def _aggregate(source: Rows, block: Block, rows: pd.DataFrame) -> Floats:
    if source.what == "count":
        return block.count(rows)
    if source.what == "sum":
        return block.sum(rows, source.column)
    if source.what == "distinct":
        return np.nan_to_num(block.reduce(rows, source.column, "nunique"))
    if source.what in REDUCED:
        return block.reduce(rows, source.column, source.what)
    return _latest(source, block, rows)


def _latest(source: Rows, block: Block, rows: pd.DataFrame) -> Floats:
    """The value of the latest row; of several at one moment the one that arrived last."""
    newest = rows.sort_values(source.table.date, kind="stable").groupby("pos").tail(1)
    result = np.full(len(block), np.nan)
    result[newest["pos"].to_numpy()] = newest[source.column].to_numpy(np.float64)
    return result


def _days_since(source: Rows, quiet: Quiet, block: Block, rows: pd.DataFrame, window: int) -> Reading:
    """Days since the latest date. Where it goes on counting, never is since the customer came, at most the window."""
    last = block.reduce(rows, day_of(source.table, source.column), "max")
    there: Bools = ~np.isnan(last)
    value = block.day - last
    if quiet is Quiet.COUNTS:
        never = block.day - block.once(customer_since)
        value = np.where(there, value, np.minimum(never, window) if window else never)
    return Reading(value, there.astype(np.float64), last if quiet is Quiet.MISSING else None)
