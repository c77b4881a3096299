"""Usage rows that the nights of a stretch share: read once, by ascending day, and cut to a window in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, Final

import numpy as np
import pandas as pd

from accounts.models import Usage
from accounts.numbering import framed, selected
from scoring.engine.frame import Bools, Floats
from scoring.metrics.block import Block, Ints
from scoring.metrics.sharing import Shared
from scoring.metrics.spreading import ACTIVE, LOGGED_IN

REACH: Final = 240  # days before a date: the half year of weeks that metrics look at, and the time a feed may be silent
CHUNK: Final = 20_000  # rows made numbers at once: as tuples they take ten times the room
AMOUNTS: Final = ("logins", "sessions", "minutes", "actions", "api_calls", "executive_logins")
LEVELS: Final = ("active_users", "active_users_28d", "licensed_users", "features_used", "core_features_used")
COLUMNS: Final = ("date", "source", "product", "period_days", *AMOUNTS, *LEVELS)


@dataclass(frozen=True, slots=True)
class Days:
    """R rows by ascending day number; `owner` points into `owners`, the ids of the customers that have rows."""

    first: int  # the day from which on all rows are here
    owners: Ints
    owner: Ints
    columns: Mapping[str, Floats]

    def part(self, block: Block, first: int, last: int) -> Part:
        """The rows of the block's customers from a day to another, both included."""
        start, end = np.searchsorted(self.columns["date"], [first, last + 1])
        place = np.minimum(np.searchsorted(block.ids, self.owners), len(block) - 1)
        place[block.ids[place] != self.owners] = -1
        pos = place[self.owner[start:end]]
        cut = {name: column[start:end] for name, column in self.columns.items()}
        if len(pos) and pos.min() < 0:
            inside = pos >= 0
            return Part(len(block), pos[inside], {name: column[inside] for name, column in cut.items()})
        return Part(len(block), pos, cut)


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of n customers: `pos` is the place of each row's customer, NaN in a column = not measured."""

    n: int
    pos: Ints
    columns: Mapping[str, Floats]

    def where(self, rows: Bools | slice) -> Part:
        """Some of the rows."""
        if not isinstance(rows, slice) and rows.all():
            return self
        return Part(self.n, self.pos[rows], {name: column[rows] for name, column in self.columns.items()})

    def only(self, *names: str) -> Part:
        """Some of the columns, so that cutting rows has less to copy."""
        return Part(self.n, self.pos, {name: self.columns[name] for name in names})

    def since(self, day: int) -> Part:
        """The rows from a day on."""
        return self.where(slice(int(np.searchsorted(self.columns["date"], day)), None))

    def between(self, first: int, last: int) -> Part:
        """The rows from a day to another, both included."""
        return self.where(slice(*np.searchsorted(self.columns["date"], [first, last + 1]).tolist()))

    def counts(self) -> Floats:
        """Rows per customer (n), NaN without any, as a query that has no line of the customer."""
        counted = np.bincount(self.pos, minlength=self.n).astype(np.float64)
        return np.where(counted > 0, counted, np.nan)

    def mixture(self) -> dict[str, Floats]:
        """What `usage.MIXTURE` tells of each customer's rows."""
        return {
            "first_source": self.reduce("source", "min"),
            "last_source": self.reduce("source", "max"),
            "products": np.where(self.counts() > 0, self.reduce("product", "count"), np.nan),
            "period": self.reduce("period_days", "max"),
        }

    def reduce(self, column: str, how: str) -> Floats:
        """count, sum, min or max of the numbers of a column (n); NaN without any, a count is 0 then."""
        values = self.columns[column]
        known = ~np.isnan(values)
        return reduced(self.pos[known], values[known], self.n, how)


def reduced(place: Ints, values: Floats, n: int, how: str) -> Floats:
    """count, sum, min or max of known values by place (n); NaN without any, a count is 0 then."""
    counted = np.bincount(place, minlength=n)
    if how == "count":
        return counted.astype(np.float64)
    if how == "sum":
        return np.where(counted > 0, np.bincount(place, weights=values, minlength=n), np.nan)
    result = np.full(n, np.nan)
    (np.fmax if how == "max" else np.fmin).at(result, place, values)
    return result


def days_of(block: Block, first: int, last: int) -> Part | None:
    """The block's rows from a day to another where they are shared or few; None where the database had better add up.

    Never for what was known by a moment, nor for days before those that are kept.
    """
    shared = block.shared
    if not block.is_read_whole or first < shared.first.toordinal() - REACH:
        return None
    days = shared.once(days_of, lambda: _read(shared))
    return days.part(block, first, min(last, block.day))


def _read(shared: Shared) -> Days:
    first = shared.first.toordinal() - REACH
    period = (date.fromordinal(first), shared.last)
    rows = Usage.objects.filter(shared.of_customers(), date__range=period).order_by()
    every = _columns(rows.values_list("customer_id", *selected(Usage, COLUMNS)).iterator(chunk_size=CHUNK))
    order = np.argsort(every["date"], kind="stable")
    owners, owner = np.unique(every.pop("customer_id")[order].astype(np.int64), return_inverse=True)
    columns = {name: column[order] for name, column in every.items()}
    return Days(first, owners, owner, {**columns, **_derived(columns)})


def _columns(rows: Iterable[Sequence[Any]]) -> dict[str, Floats]:
    names = ["customer_id", *COLUMNS]
    parts = [framed(some, names, Usage) for some in _cut(iter(rows))]
    frame = pd.concat(parts) if parts else framed([], names, Usage)
    return {name: frame[name].to_numpy() for name in names}


def _cut(rows: Iterator[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    while some := list(islice(rows, CHUNK)):
        yield some


def _derived(columns: Mapping[str, Floats]) -> dict[str, Floats]:
    """The columns of `usage.DERIVED`: 1 on such a day, 0 on another, NaN where not measured."""
    active, came = _above_zero(columns, ACTIVE), _above_zero(columns, LOGGED_IN)
    core = columns["core_features_used"]
    known = ~np.isnan(came) & ~np.isnan(core)
    return {
        "active_day": active,
        "login_day": came,
        "core_day": np.where(known, ((came > 0) & (core > 0)).astype(np.float64), np.nan),
        "login_on": np.where(came > 0, columns["date"], np.nan),
    }


def _above_zero(columns: Mapping[str, Floats], names: Sequence[str]) -> Floats:
    """1 where any of the columns is above zero, NaN where none is known."""
    most = np.fmax.reduce([columns[name] for name in names])
    return np.where(np.isnan(most), np.nan, (most > 0).astype(np.float64))
