"""Loads what the engine needs of a block of customers on a date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
from scoring.scorecards.choosing import OF_THE_NIGHT, is_known_before, known_before
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


@dataclass(frozen=True, slots=True)
class Read:
    """What the facts of a block say (n each): metrics by key, ARR, and facts of the customer that are no metrics."""

    columns: Mapping[str, Column]
    arr: Floats
    facts: Mapping[str, Floats]

    def of(self, who: Ids) -> Read:
        """The same of the customers in these places."""
        columns = {name: column.of(who) for name, column in self.columns.items()}
        return Read(columns, self.arr[who], {name: fact[who] for name, fact in self.facts.items()})


def load(ids: Ids, on: date, version: Version, known_by: datetime | None = None) -> Loaded:
    """Every input of a version, of the indicators and of the usual rules, for customers (ids ascending) as of a date.

    With `known_by` as it was known before that moment (D4). The number of queries is fixed.
    """
    asked = names_asked(version)
    with _reading(ids, known_by):
        block = Block(ids, on, version.parameters, longest(version, asked), known_by)
        return finished(read(block, version, asked), block, version, asked)


def load_inputs(ids: Ids, on: date, version: Version, known_by: datetime | None = None) -> Frame:
    """The inputs of a version and nothing beside, as `load` reads them: what a score alone needs."""
    with _reading(ids, known_by):
        block = Block(ids, on, version.parameters, longest(version, version.inputs), known_by)
        columns = _metrics(block, version, version.inputs)
        return _frame(block, version, columns, {name: known_before(block, name) for name in _facts(version.inputs)})


def names_asked(version: Version) -> tuple[str, ...]:
    """What `load` reads beside a score: inputs, and what indicators, rules, segments and stages look at."""
    rest = sorted(placing_fields() | stage_fields())
    return tuple(dict.fromkeys((*version.inputs, *indicator_metrics(), *RULE_METRICS, *FACTS, *rest)))


def read(block: Block, version: Version, asked: Sequence[str]) -> Read:
    """What facts say of a block, of one date or of many. Leaves out what the night before decides."""
    facts = {name: known_before(block, name) for name in _facts(asked) if name not in OF_THE_NIGHT}
    return Read(_metrics(block, version, asked), block.once(arr), facts)


def finished(found: Read, night: Block, version: Version, asked: Sequence[str]) -> Loaded:
    """What was read of the customers of one date, with what the night before decides."""
    late = {name: known_before(night, name) for name in _facts(asked) if name in OF_THE_NIGHT}
    fields = {**found.facts, **late}
    return Loaded(_frame(night, version, found.columns, fields), found.arr, fields)


def _windows(version: Version, names: Iterable[str]) -> dict[str, int]:
    return {name: window_of(METRICS[name], version) for name in dict.fromkeys(names) if name in METRICS}


def _facts(names: Iterable[str]) -> list[str]:
    """Those that are no metrics, but known before anybody is scored."""
    return [name for name in names if name not in METRICS and is_known_before(name)]


def _metrics(block: Block, version: Version, names: Iterable[str]) -> dict[str, Column]:
    return {name: evaluate(METRICS[name], block, window) for name, window in _windows(version, names).items()}


def _frame(block: Block, version: Version, columns: Mapping[str, Column], fields: Mapping[str, Floats]) -> Frame:
    every = {**columns, **{name: as_column(fields[name]) for name in version.inputs if name not in METRICS}}
    return Frame(
        ids=block.ids,
        values={metric: column.values for metric, column in every.items()},
        states={metric: column.states for metric, column in every.items()},
        evidence={metric: column.evidence for metric, column in every.items()},
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


def longest(version: Version, names: Iterable[str]) -> int:
    """The history to read beyond what loaders read for the declared windows: a trend looks at two windows."""
    windows = _windows(version, names)
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
