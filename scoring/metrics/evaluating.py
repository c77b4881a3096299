"""From a reading to a value with its state: when silence is zero, what is too old, and what was supplied ready-made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date

import numpy as np
from django.db.models import Q

from accounts.models import MetricValue
from scoring.engine.frame import Bools, Floats, State, States, has_value
from scoring.metrics.block import Block, Since
from scoring.metrics.covering import last_heard
from scoring.metrics.expectations import noted
from scoring.metrics.metric import Metric, Quiet, Reading
from scoring.metrics.rows import Ints, Rows


@dataclass(frozen=True, slots=True)
class Column:
    """A metric of n customers: raw values (NaN = none), states, and which values are evidence."""

    values: Floats
    states: States
    evidence: Bools

    def of(self, who: Ints) -> Column:
        """The same of the customers in these places."""
        return Column(self.values[who], self.states[who], self.evidence[who])


def evaluate(metric: Metric, block: Block, window: int) -> Column:
    """Compute a metric with every rule of presets 0.3 to 0.6 for each customer of the block."""
    heard = _heard(metric, block)
    column = Column(
        np.full(len(block), np.nan), np.full(len(block), State.MISSING, np.uint8), np.zeros(len(block), np.bool_)
    )
    today = heard == block.days
    if today.any():
        judged = _judge(metric, metric.compute(block, window), block.days, block.days)
        _take(column, judged, today, today)
    for who in _silent(block, heard):
        other, place = block.elsewhen(np.nan_to_num(heard).astype(np.int64), who)
        reading = _taken(metric.compute(other, window), place)
        _take(column, _judge(metric, reading, block.days[who], other.days[place]), who, slice(None))
    _supply(metric, block, column)
    _mute(metric, block, column)
    return column


def _heard(metric: Metric, block: Block) -> Floats:
    """The day as of which to read: what the first kind that covers a customer says. Customers' own fields never age."""
    if metric.kinds == ("customers",):
        return block.days.astype(np.float64)
    heard = np.full(len(block), np.nan)
    for kind in metric.kinds:
        heard = np.where(np.isnan(heard), last_heard(block, kind), heard)
    return heard


def _silent(block: Block, heard: Floats) -> Iterator[Bools]:
    """Who was heard of last on an earlier day; of one date those of each such day, for the database to add up."""
    earlier = heard < block.days
    if len(block.dates) > 1 and earlier.any():
        yield earlier
    elif earlier.any():
        yield from (heard == day for day in np.unique(heard[earlier]))


def _taken(reading: Reading, place: Ints) -> Reading:
    """A reading of the customers in these places."""
    arrays = {one.name: getattr(reading, one.name) for one in fields(reading)}
    return Reading(**{name: array[place] for name, array in arrays.items() if array is not None})


def _judge(metric: Metric, reading: Reading, today: Ints, day: Ints) -> Column:
    """Turn a reading made as of `day` into values and states on `today` (day numbers, n each)."""
    possible = np.ones(len(reading.value), np.bool_) if reading.possible is None else reading.possible
    silent = reading.sample < 1
    values = np.where(silent, 0.0, reading.value) if metric.quiet is Quiet.ZERO else reading.value
    if metric.quiet is Quiet.MISSING:
        possible = possible & (reading.sample >= metric.minimum)
    values = np.where(possible, values, np.nan)
    known = ~np.isnan(values)
    states = np.where(day == today, State.FRESH, State.CARRIED).astype(np.uint8)
    if reading.lower_bound is not None:
        states[reading.lower_bound & (day == today)] = State.LOWER_BOUND
    states[_age(metric, reading, today, day) > metric.validity] = State.EXPIRED
    states[~known] = State.MISSING
    usable = has_value(states)
    return Column(np.where(usable, values, np.nan), states, usable & ~silent & metric.evidence)


def _age(metric: Metric, reading: Reading, today: Ints, day: Ints) -> Floats:
    """Days since the last datum that could have changed the value (presets 0.4).

    Where silence itself is an answer, that is the last day on which the source was heard.
    """
    since_heard = (today - day).astype(np.float64)
    if reading.last is None:
        return since_heard
    return np.fmax(since_heard, today - reading.last)


def _take(column: Column, other: Column, where: Bools, which: Bools | slice) -> None:
    """Put what the other says of `which` of its customers into these places."""
    column.values[where] = other.values[which]
    column.states[where] = other.states[which]
    column.evidence[where] = other.evidence[which]


def _supply(metric: Metric, block: Block, column: Column) -> None:
    """Where facts are not fresh, use a valid value supplied under the metric's own name (presets 0.6)."""
    wanting = (column.states != State.FRESH) & (column.states != State.LOWER_BOUND)
    rows = block.once(_supplied).get(metric.key)
    if rows is None or not wanting.any():
        return
    latest = rows[rows.within("date", metric.validity + 1)].last("date")
    latest = latest[wanting[latest.pos]]
    column.values[latest.pos] = latest["value"]
    column.states[latest.pos] = State.SUPPLIED
    column.evidence[latest.pos] = True


def _supplied(block: Block) -> dict[str, Rows]:
    """All ready-made values by the date, by metric."""
    table = block.table(MetricValue, ["metric", "date", "value"], _by)
    rows = block.situated(table, table.columns["date"])
    return {str(key): rows[rows.has("metric", key)] for key in np.unique(rows["metric"].astype(str)).tolist()}


def _by(since: Since, until: date) -> Q:
    return Q(date__lte=until)


def _mute(metric: Metric, block: Block, column: Column) -> None:
    """While a change is expected of a metric, whatever it says is left out, supplied values too (library 1)."""
    quiet = block.once(noted).get(metric.key)
    if quiet is not None:
        column.values[quiet] = np.nan
        column.states[quiet] = State.MISSING
        column.evidence[quiet] = False
