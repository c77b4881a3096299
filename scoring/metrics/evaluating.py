"""From a reading to a value with its state: when silence is zero, what is too old, and what was supplied ready-made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from django.db.models import Q

from accounts.models import MetricValue
from scoring.engine.frame import Bools, Floats, State, States, has_value
from scoring.metrics.block import Block
from scoring.metrics.expectations import noted
from scoring.metrics.metric import Metric, Quiet, Reading


@dataclass(frozen=True, slots=True)
class Column:
    """A metric of n customers: raw values (NaN = none), states, and which values are evidence."""

    values: Floats
    states: States
    evidence: Bools


def evaluate(metric: Metric, block: Block, window: int) -> Column:
    """Compute a metric with every rule of presets 0.3 to 0.6 for each customer of the block."""
    heard = _heard(metric, block)
    column = Column(
        np.full(len(block), np.nan), np.full(len(block), State.MISSING, np.uint8), np.zeros(len(block), np.bool_)
    )
    for day in np.unique(heard[~np.isnan(heard)]):
        reading = metric.compute(block.as_of(date.fromordinal(int(day))), window)
        _take(column, _judge(metric, reading, block.day, float(day)), heard == day)
    _supply(metric, block, column)
    _mute(metric, block, column)
    return column


def _heard(metric: Metric, block: Block) -> Floats:
    """The day as of which to read: what the first kind that covers a customer says. Customers' own fields never age."""
    if metric.kinds == ("customers",):
        return np.full(len(block), float(block.day))
    heard = np.full(len(block), np.nan)
    for kind in metric.kinds:
        heard = np.where(np.isnan(heard), block.heard(kind), heard)
    return heard


def _judge(metric: Metric, reading: Reading, today: int, day: float) -> Column:
    """Turn a reading made as of `day` into values and states on `today`."""
    possible = np.ones(len(reading.value), np.bool_) if reading.possible is None else reading.possible
    silent = reading.sample < 1
    values = np.where(silent, 0.0, reading.value) if metric.quiet is Quiet.ZERO else reading.value
    if metric.quiet is Quiet.MISSING:
        possible = possible & (reading.sample >= metric.minimum)
    values = np.where(possible, values, np.nan)
    known = ~np.isnan(values)
    states = np.full(len(values), State.FRESH if day == today else State.CARRIED, np.uint8)
    if reading.lower_bound is not None and day == today:
        states[reading.lower_bound] = State.LOWER_BOUND
    states[_age(metric, reading, today, day) > metric.validity] = State.EXPIRED
    states[~known] = State.MISSING
    usable = has_value(states)
    return Column(np.where(usable, values, np.nan), states, usable & ~silent & metric.evidence)


def _age(metric: Metric, reading: Reading, today: int, day: float) -> Floats:
    """Days since the last datum that could have changed the value (presets 0.4).

    Where silence itself is an answer, that is the last day on which the source was heard.
    """
    since_heard = np.full(len(reading.value), today - day)
    if reading.last is None:
        return since_heard
    return np.fmax(since_heard, today - reading.last)


def _take(column: Column, other: Column, where: Bools) -> None:
    column.values[where] = other.values[where]
    column.states[where] = other.states[where]
    column.evidence[where] = other.evidence[where]


def _supply(metric: Metric, block: Block, column: Column) -> None:
    """Where facts are not fresh, use a valid value supplied under the metric's own name (presets 0.6)."""
    wanting = (column.states != State.FRESH) & (column.states != State.LOWER_BOUND)
    rows = block.once(_supplied).get(metric.key)
    if rows is None or not wanting.any():
        return
    valid = rows[block.within(rows["date"], metric.validity + 1)]
    position, latest = np.unique(valid["pos"].to_numpy()[::-1], return_index=True)  # the first from behind
    keep = wanting[position]
    column.values[position[keep]] = valid["value"].to_numpy()[::-1][latest[keep]]
    column.states[position[keep]] = State.SUPPLIED
    column.evidence[position[keep]] = True


def _supplied(block: Block) -> dict[str, pd.DataFrame]:
    """All ready-made values by the date, oldest first, by metric."""
    rows = block.rows(MetricValue, ["metric", "date", "value"], Q(date__lte=block.on))
    return {str(key): some for key, some in rows.sort_values("date", kind="stable").groupby("metric")}


def _mute(metric: Metric, block: Block, column: Column) -> None:
    """While a change is expected of a metric, whatever it says is left out, supplied values too (library 1)."""
    quiet = block.once(noted).get(metric.key)
    if quiet is not None:
        column.values[quiet] = np.nan
        column.states[quiet] = State.MISSING
        column.evidence[quiet] = False
