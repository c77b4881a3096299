"""What is expected of a customer's metric, or that nothing is: the notes that account people make."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from django.db.models import Q

from accounts.models import Expectation
from scoring.engine.frame import Bools, Floats
from scoring.metrics.block import Block


def expectations(block: Block) -> pd.DataFrame:
    """Expectations that began by the date, in the order in which they begin: a later one wins."""
    rows = block.rows(Expectation, ["metric", "from_on", "until_on", "expected"], Q(from_on__lte=block.on))
    return rows.sort_values("from_on", kind="stable")


def _of(block: Block, metric: str) -> pd.DataFrame:
    rows = block.once(expectations)
    return rows[rows["metric"] == metric]


def _in_force(block: Block, metric: str) -> pd.DataFrame:
    rows = _of(block, metric)
    return rows[~(rows["until_on"] <= block.day)].groupby("pos").tail(1)


def expected(block: Block, metric: str) -> Floats:
    """The value expected of each customer on the date; NaN where none is."""
    return block.reduce(_in_force(block, metric), "expected", "max")


def muted(block: Block, metric: str) -> Bools:
    """Where the expectation in force is a change that nobody can put into a number: it is empty."""
    rows = _in_force(block, metric)
    return block.count(rows[rows["expected"].isna()]) > 0


def noted(block: Block) -> Mapping[str, Bools]:
    """Which customers (n) have a metric muted, by each metric of which anybody expects anything."""
    return {metric: muted(block, metric) for metric in block.once(expectations)["metric"].unique()}


def profile(block: Block, metric: str, days: int) -> Floats:
    """The value expected on each of the last `days` days (n x days, the date last); NaN where none is."""
    levels = np.full((len(block), days), np.nan)
    rows, first = _of(block, metric), block.day - days + 1
    starts = np.clip(rows["from_on"] - first, 0, days).astype(np.int64)
    stops = np.clip(rows["until_on"].fillna(block.day + 1) - first, 0, days).astype(np.int64)
    for pos, start, stop, value in zip(rows["pos"], starts, stops, rows["expected"], strict=True):
        levels[pos, start:stop] = value
    return levels
