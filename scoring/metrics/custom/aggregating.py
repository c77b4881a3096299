"""Makes one number per customer of the rows that count, or of other metrics."""

from __future__ import annotations

import numpy as np

from scoring.engine.frame import Bools, Floats
from scoring.metrics.block import Block
from scoring.metrics.custom import declared
from scoring.metrics.custom.comparing import known
from scoring.metrics.custom.loading import UNRATED, rows_in
from scoring.metrics.custom.tables import day_of
from scoring.metrics.metric import Quiet, Reading
from scoring.metrics.periods import customer_since
from scoring.metrics.rows import Rows, reduced


def read_rows(source: declared.Rows, quiet: Quiet, block: Block, window: int) -> Reading:
    """The number of each customer. A column that rows leave empty was not measured, which is not nought."""
    rows = rows_in(source, block, window)
    if source.what == "days_since":
        return _days_since(source, quiet, block, rows, window)
    counting = rows[known(rows[source.column])] if source.column else rows
    sample = block.count(counting)
    possible = (sample > 0) | (block.count(rows) == 0)
    possible &= block.count(rows[rows[UNRATED]]) == 0
    # Where silence is an answer of nought, rows do not age: as long as the source is heard the sum stands.
    ages = bool(source.table.date) and quiet is Quiet.MISSING
    last = block.reduce(counting, "on", "max") if ages else None
    return Reading(_aggregate(source, block, counting), sample, last, possible)


def _aggregate(source: declared.Rows, block: Block, rows: Rows) -> Floats:
    if source.what == "count":
        return block.count(rows)
    if source.what == "sum":
        return block.sum(rows, source.column)
    if source.what == "distinct":
        return np.nan_to_num(reduced(rows.pos, rows[source.column], len(block), "nunique"))
    if source.what == "latest":  # of several at one moment the one that arrived last
        return block.reduce(rows.last(source.table.date), source.column, "max")
    return block.reduce(rows, source.column, source.what)


def _days_since(source: declared.Rows, quiet: Quiet, block: Block, rows: Rows, window: int) -> Reading:
    """Days since the latest date. Where it goes on counting, never is since the customer came, at most the window."""
    last = block.reduce(rows, day_of(source.table, source.column), "max")
    there: Bools = ~np.isnan(last)
    value = block.days - last
    if quiet is Quiet.COUNTS:
        never = block.days - block.once(customer_since)
        value = np.where(there, value, np.minimum(never, window) if window else never)
    return Reading(value, there.astype(np.float64), last if quiet is Quiet.MISSING else None)
