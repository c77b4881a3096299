"""What is expected of a customer's metric, or that nothing is: the notes that account people make."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

import numpy as np
from django.db.models import Q

from accounts.models import Expectation
from scoring.engine.frame import Bools, Floats
from scoring.metrics.block import Block, Since
from scoring.metrics.rows import Rows, Table

# The metrics that are held against a value; of all others an expectation can only say that a change is expected.
COMPARED: Final = ("active_users_vs_expected", "api_calls_vs_expected", "usage_trend")


def _expectations(block: Block) -> Table:
    """All that began by the date, in the order in which they begin: a later one wins."""
    return block.table(Expectation, ["metric", "from_on", "until_on", "expected"], _begun, "from_on")


def _begun(since: Since, until: date) -> Q:
    return Q(from_on__lte=until)


def _in_force(block: Block) -> Rows:
    table = _expectations(block)
    return block.situated(table, table.columns["from_on"], table.columns["until_on"] - 1)


def _of(block: Block, metric: str) -> Rows:
    """The expectation of a metric that counts on each customer's day."""
    rows = block.once(_in_force)
    return rows[rows.has("metric", metric)].last("from_on")


def expected(block: Block, metric: str) -> Floats:
    """The value expected of each customer on the date; NaN where none is. The metric is one of COMPARED."""
    return block.reduce(_of(block, metric), "expected", "max")


def muted(block: Block, metric: str) -> Bools:
    """Where the expectation in force is a change that nobody can put into a number: it is empty."""
    rows = _of(block, metric)
    return block.count(rows[~rows.known("expected")]) > 0


def noted(block: Block) -> Mapping[str, Bools]:
    """Which customers (n) have a metric muted, by each metric of which anybody expects anything."""
    metrics = dict.fromkeys(_expectations(block).columns["metric"].tolist())
    return {metric: muted(block, metric) for metric in metrics}


def profile(block: Block, metric: str, days: int) -> Floats:
    """The value expected on each of the last `days` days (n x days, the date last); NaN where none is."""
    table = _expectations(block)
    begins, ends = table.columns["from_on"], table.columns["until_on"]
    rows = block.situated(table, begins, ends + days - 2)
    rows = rows[rows.has("metric", metric)]
    last_days = rows.day[:, None] - np.arange(days)[::-1]
    holds = (rows["from_on"][:, None] <= last_days) & ~(rows["until_on"][:, None] <= last_days)
    row, day = np.nonzero(holds)
    latest = np.full((len(block), days), -1)
    np.maximum.at(latest, (rows.pos[row], day), row)  # the rows of a customer are in the order in which they begin
    return np.append(rows["expected"], np.nan)[latest]
