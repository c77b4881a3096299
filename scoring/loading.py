"""Loads what the engine needs of a block of customers on a date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt
from django.db import connection, transaction

from scoring.choosing import known_before
from scoring.engine.frame import Floats, Frame, State
from scoring.engine.version import Version
from scoring.indicators import INDICATOR_METRICS
from scoring.metrics import METRICS
from scoring.metrics.block import Block
from scoring.metrics.evaluating import Column, evaluate
from scoring.metrics.metric import Metric
from scoring.metrics.subscriptions import arr

# What the playbooks that come with the product ask beside; any other metric can be asked for too, and is read then.
RULE_METRICS: Final = (
    "usage_2w",
    "tenure_days",
    "champions_active",
    "negative_interactions_30",
    "milestones_overdue",
    "days_to_renewal",
    "days_to_notice",
)
FACTS: Final = ("size", "value_points", "renewal_decided")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A frame with what lists and rules want beside the score (n each, NaN = unknown).

    ARR is in the reporting currency; `fields` are facts of the customer that are no metrics.
    """

    frame: Frame
    arr: Floats
    fields: Mapping[str, Floats]


def load(ids: npt.NDArray[np.int64], on: date, version: Version) -> Loaded:
    """Every input of a version, of the indicators and of the usual rules, for customers (ids ascending) as of a date.

    The number of queries is fixed.
    """
    wanted = dict.fromkeys([*version.inputs, *INDICATOR_METRICS, *RULE_METRICS])
    windows = {metric: window_of(METRICS[metric], version) for metric in wanted if metric in METRICS}
    facts = dict.fromkeys([*FACTS, *(name for name in version.inputs if name not in METRICS)])
    with snapshot():
        block = Block(ids, on, version.parameters, longest=_longest(windows))
        columns = {metric: evaluate(METRICS[metric], block, window) for metric, window in windows.items()}
        fields = {name: known_before(block, name) for name in facts}
        columns |= {name: as_column(fields[name]) for name in fields if name in version.inputs}
        frame = Frame(
            ids=ids,
            values={metric: column.values for metric, column in columns.items()},
            states={metric: column.states for metric, column in columns.items()},
            evidence={metric: column.evidence for metric, column in columns.items()},
        )
        return Loaded(frame, block.once(arr), fields)


def as_column(values: Floats) -> Column:
    """A fact of the customer as an input of a version: fresh where it is known, and never evidence."""
    states = np.where(np.isnan(values), State.MISSING, State.FRESH).astype(np.uint8)
    return Column(values, states, np.zeros(len(values), np.bool_))


def _longest(windows: Mapping[str, int]) -> int:
    """The history to read beyond what loaders read for the declared windows: a trend looks at two windows."""
    return max((2 * window for metric, window in windows.items() if window > METRICS[metric].window), default=0)


def window_of(metric: Metric, version: Version) -> int:
    """A measure's own window, else the version's analysis period where the metric follows it, else the metric's."""
    asked = next((measure.window for measure in version.measures if measure.metric == metric.key), None)
    return asked or (version.analysis_days if metric.follows_period else metric.window)


@contextmanager
def snapshot() -> Iterator[None]:
    """Read everything as of one moment. SQLite would block writers meanwhile, and has one writer in any case."""
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL jit = off")
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")  # the shards are the parallel part
        yield
