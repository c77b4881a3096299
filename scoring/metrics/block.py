"""A block of customers on a date: every table that metrics ask for is read once and lies in row arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from django.db import models
from django.db.models import Q

from accounts.business_days import WorkingDays
from accounts.calendars import load_working_days
from accounts.history import Asked, known_before, read_states, stretch
from accounts.models import Calendar
from accounts.numbering import framed, selected
from scoring.engine.frame import Bools, Floats
from scoring.metrics.covering import covered
from scoring.metrics.deliveries import Deliveries
from scoring.metrics.sharing import Shared, shared_on

Ints = npt.NDArray[np.int64]
Table = TypeVar("Table")
Since = Callable[[int], date]  # the first date to read so that windows of so many days are whole


class Block:
    """Customers `ids` (ascending) as of `on`. Arrays of length n follow their order; `pos` in a table points into them.

    `parameters` are the numbers frozen in the scorecard version; `longest` is how many days of history are needed for
    windows longer than those that metrics declare. With `known_by` everything is as it was known before that moment
    (D4): rows and changes that came later are left out, and later batches are no deliveries. What is no record of a
    customer is as now: exchange rates, calendars, products, features, sources, own attributes, periods.
    """

    def __init__(
        self,
        ids: Ints,
        on: date,
        parameters: Mapping[str, float] | None = None,
        longest: int = 0,
        known_by: datetime | None = None,
    ) -> None:
        self.ids = ids
        self.on = on
        self.day = on.toordinal()
        self.parameters = parameters or {}
        self.longest = longest
        self.known_by = known_by
        self._tables: dict[Any, Any] = {}
        self._others: dict[date, Block] = {on: self}

    def __len__(self) -> int:
        """The number of customers."""
        return len(self.ids)

    @cached_property
    def shared(self) -> Shared:
        """What this date shares with the others of its stretch."""
        return shared_on(self.on, self.range, self.known_by)

    @property
    def range(self) -> tuple[int, int]:
        """The first and last customer id: what queries ask for, so that they read one stretch of an index."""
        return int(self.ids[0]), int(self.ids[-1])

    def as_of(self, on: date) -> Block:
        """The same customers on another date, such as the last on which a silent source was heard."""
        if on not in self._others:
            other = Block(self.ids, on, self.parameters, self.longest, self.known_by)
            other._others = self._others
            self._others[on] = other
        return self._others[on]

    # -- tables -------------------------------------------------------------------------------------------------------

    def once(self, load: Callable[[Block], Table]) -> Table:
        """What a loader makes of this block, made once and shared by all metrics."""
        if load not in self._tables:
            self._tables[load] = load(self)
        table: Table = self._tables[load]
        return table

    def rows(self, model: type[models.Model], columns: Sequence[str], where: Q) -> pd.DataFrame:
        """Rows of a dated kind, typed as `accounts.numbering.framed` says, with `pos`. One query."""
        rows = self.of_customers(model).filter(where).order_by("pk")
        found = rows.values_list("customer_id", *selected(model, columns))
        return self.placed(framed(found, ["customer_id", *columns], model))

    def shared_rows(
        self, model: type[models.Model], columns: Sequence[str], where: Callable[[Since, date], Q]
    ) -> pd.DataFrame:
        """Rows of a dated kind as `rows` gives them, that the dates of a stretch share: one query for all of them.

        `where(since, until)` picks whatever matters to a date from the stretch's first to its last, `until`; the caller
        leaves out what does not matter to its own.
        """
        shared = self.shared

        def load() -> pd.DataFrame:
            matters = where(lambda days: shared.first - self.reach(days) + timedelta(days=1), shared.last)
            known = known_before(model, shared.known_by)
            rows = model._default_manager.filter(stretch(shared.customers), known, matters).order_by("pk")
            found = rows.values_list("customer_id", *selected(model, columns))
            return framed(found, ["customer_id", *columns], model)

        return self.placed(shared.once((model, tuple(columns), where, self.longest), load))

    def of_customers(self, model: type[models.Model]) -> models.QuerySet[Any]:
        """The rows of a model that belong to the block's stretch of customers and were known in time."""
        return model._default_manager.filter(stretch(self.range), known_before(model, self.known_by))

    def states(self, kind: str, columns: Sequence[str]) -> pd.DataFrame:
        """Records of a state kind as they were on the date, with `pos`. Two queries, shared in a stretch."""
        shared = self.shared
        asked = Asked(shared.customers, shared.first, shared.known_by)
        states = shared.once((kind, tuple(columns)), lambda: read_states(kind, columns, asked))
        return self.placed(states.on(self.on))

    def placed(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Add `pos`, the customer's place in the block, and leave out rows of customers outside it."""
        owners = frame["customer_id"].to_numpy()
        place = np.searchsorted(self.ids, owners)
        inside = self.ids[np.minimum(place, len(self) - 1)] == owners
        frame = frame.assign(pos=place)
        return frame if inside.all() else frame[inside].reset_index(drop=True)

    # -- time ---------------------------------------------------------------------------------------------------------

    def since(self, days: int) -> date:
        """The first date to read so that windows of `days`, and any longer one asked for, are whole."""
        return self.on - self.reach(days) + timedelta(days=1)

    def reach(self, days: int) -> timedelta:
        """How far back windows of `days` go, or any longer one asked for."""
        return timedelta(days=max(days, self.longest))

    def within(self, days: pd.Series, window: int, before: int = 0) -> Bools:
        """Which day numbers lie in the window of so many days that ends `before` days before the date (presets 0.1)."""
        end, numbers = self.day - before, days.to_numpy()
        found: Bools = (numbers > end - window) & (numbers <= end)
        return found

    def recent(self, days: pd.Series, window: int) -> Bools:
        """Which day numbers lie in a window that ends with the date or after it, or in any longer one asked for."""
        found: Bools = days.to_numpy() > self.day - self.reach(window).days
        return found

    @cached_property
    def working_days(self) -> list[tuple[WorkingDays, Bools]]:
        """Each calendar in use and which customers it is of: their country's where there is one, else the site's."""
        calendars = load_working_days()
        countries = self.states("customers", ["country"])["country"].to_numpy()
        keys = np.array([country if country in calendars else Calendar.SITE for country in countries], dtype=object)
        return [(days, keys == key) for key, days in calendars.items() if (keys == key).any()]

    # -- sums over rows -----------------------------------------------------------------------------------------------

    def count(self, rows: pd.DataFrame) -> Floats:
        """Rows per customer."""
        return np.bincount(rows["pos"].to_numpy(), minlength=len(self)).astype(np.float64)

    def sum(self, rows: pd.DataFrame, column: str) -> Floats:
        """Sum of a column per customer, 0 without rows; empty cells are left out."""
        values = rows[column].to_numpy(np.float64)
        filled = np.where(np.isnan(values), 0.0, values)
        return np.bincount(rows["pos"].to_numpy(), weights=filled, minlength=len(self)).astype(np.float64)

    def reduce(self, rows: pd.DataFrame, column: str, how: str) -> Floats:
        """max, min, sum, mean, median, nunique or another pandas reduction per customer, NaN without values."""
        known = rows[column].notna().to_numpy()
        place, values = rows["pos"].to_numpy()[known], rows[column].to_numpy()[known]
        result = np.full(len(self), np.nan)
        if how in ("max", "min"):
            (np.fmax if how == "max" else np.fmin).at(result, place, values)
        elif how in ("sum", "mean"):
            counts = np.bincount(place, minlength=len(self))
            sums, there = np.bincount(place, weights=values, minlength=len(self)), counts > 0
            result[there] = sums[there] / (counts[there] if how == "mean" else 1)
        elif len(place):
            found = pd.Series(values).groupby(place).agg(how)
            result[found.index] = found
        return result

    # -- sources ------------------------------------------------------------------------------------------------------

    @cached_property
    def deliveries(self) -> Deliveries:
        """When each source last delivered, as of the date."""
        return Deliveries(self.on, self.shared)

    def heard(self, kind: str) -> Floats:
        """For each customer the day up to which silence of a kind can be judged; NaN where no source covers them.

        It is the date itself where a source that covers the customer is alive, else the last day such a source was
        heard. A customer is covered by a source that ever had a row of the kind for them, or is complete for the kind.
        """
        return self.once(_heard_of(kind))


_HEARD: dict[str, Callable[[Block], Floats]] = {}


def _heard_of(kind: str) -> Callable[[Block], Floats]:
    """The loader of `Block.heard` for a kind; the same function each time, so that a block keeps its answer."""

    def load(block: Block) -> Floats:
        heard = np.full(len(block), np.nan)
        for delivery in block.deliveries.of(kind):
            day = float(block.day if delivery.alive else delivery.last_on.toordinal())
            whose = (kind, delivery.source_id)
            here = True if delivery.covers_all else covered(block.shared, block.ids, block.on, whose)
            heard = np.where(here, np.fmax(heard, day), heard)
        return heard

    return _HEARD.setdefault(kind, load)


def blocks(ids: Ints, size: int) -> Iterator[Ints]:
    """Cut ascending ids into stretches of at most `size`."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
