"""Loads what the engine needs of a block of customers on a date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import numpy as np
import numpy.typing as npt
from django.db import connection, transaction

from accounts.history import corrections_after, put_back
from scoring.engine.frame import Floats, Frame, State
from scoring.engine.version import Version
from scoring.indicators import indicator_metrics
from scoring.metrics import METRICS
from scoring.metrics.block import Block
from scoring.metrics.evaluating import Column, evaluate
from scoring.metrics.metric import Metric
from scoring.metrics.subscriptions import arr
from scoring.scorecards.choosing import is_known_before, known_before
from scoring.vocabulary.placing import placing_fields
from scoring.vocabulary.stepping import stage_fields

Ids = npt.NDArray[np.int64]
# What the playbooks that come with the product ask beside; any other metric can be asked for too, and is read then.
RULE_METRICS: Final = (
    "usage_2w",
    "tenure_days",
    "champions_active",
    "negative_interactions_30",
    "milestones_overdue",
    "days_to_renewal",
    "days_to_notice",
    "renewal_silent_days",
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


def load(ids: Ids, on: date, version: Version, known_by: datetime | None = None) -> Loaded:
    """Every input of a version, of the indicators and of the usual rules, for customers (ids ascending) as of a date.

    With `known_by` as it was known before that moment (D4). The number of queries is fixed.
    """
    asked = (*version.inputs, *indicator_metrics(), *RULE_METRICS, *sorted(placing_fields() | stage_fields()))
    windows = _windows(version, asked)
    with _reading(ids, known_by):
        block = Block(ids, on, version.parameters, _longest(windows), known_by)
        facts = [name for name in asked if is_known_before(name) and name not in METRICS]
        fields = {name: known_before(block, name) for name in dict.fromkeys((*FACTS, *facts))}
        return Loaded(_frame(block, windows, version, fields), block.once(arr), fields)


def load_inputs(ids: Ids, on: date, version: Version, known_by: datetime | None = None) -> Frame:
    """The inputs of a version and nothing beside, as `load` reads them: what a score alone needs."""
    windows = _windows(version, version.inputs)
    with _reading(ids, known_by):
        block = Block(ids, on, version.parameters, _longest(windows), known_by)
        return _frame(block, windows, version, {name: known_before(block, name) for name in _facts(version)})


def _windows(version: Version, names: Iterable[str]) -> dict[str, int]:
    return {name: window_of(METRICS[name], version) for name in dict.fromkeys(names) if name in METRICS}


def _facts(version: Version) -> list[str]:
    """The inputs that are no metrics."""
    return [name for name in version.inputs if name not in METRICS]


def _frame(block: Block, windows: Mapping[str, int], version: Version, fields: Mapping[str, Floats]) -> Frame:
    columns = {metric: evaluate(METRICS[metric], block, window) for metric, window in windows.items()}
    columns |= {name: as_column(fields[name]) for name in _facts(version)}
    return Frame(
        ids=block.ids,
        values={metric: column.values for metric, column in columns.items()},
        states={metric: column.states for metric, column in columns.items()},
        evidence={metric: column.evidence for metric, column in columns.items()},
    )


@contextmanager
def _reading(ids: Ids, known_by: datetime | None) -> Iterator[None]:
    """As of one moment; where facts were corrected later with what they said before, and no read-only snapshot then."""
    corrections = corrections_after((int(ids[0]), int(ids[-1])), known_by) if known_by and len(ids) else {}
    with put_back(corrections) if corrections else snapshot():
        yield


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
