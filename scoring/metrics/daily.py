"""Usage by day in memory: of blocks whose rows are better read whole than added up by the database."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from datetime import date
from typing import Any, Final, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from accounts.models import Usage
from accounts.numbering import CHUNK, columned, selected
from scoring.engine.frame import Bools, Floats
from scoring.metrics.block import Block
from scoring.metrics.rows import Ints, Table
from scoring.metrics.sharing import Shared

REACH: Final = 240  # days before a date: the half year of weeks that metrics look at, and the time a feed may be silent
FLOWS: Final = ("logins", "sessions", "minutes", "actions", "api_calls", "executive_logins")  # add up over days
LEVELS: Final = ("active_users", "active_users_28d", "licensed_users", "features_used", "core_features_used")
COLUMNS: Final = ("date", "source", "product", "period_days", *FLOWS, *LEVELS)
LOGGED_IN: Final = ("active_users", "logins")  # above zero on a day when somebody came
ACTIVE: Final = (*LOGGED_IN, "sessions")
How = Literal["count", "sum", "min", "max", "last"]


class Figure(NamedTuple):
    """How the rows of a column become one number: `last` is the value on the latest date that has one."""

    how: How
    column: str


class Days:
    """The usage of C customers on D days, the first of which is the day number `first`, as arrays of C x D.

    `table` has the rows themselves, by customer and date.
    """

    def __init__(self, table: Table, first: int, last: int) -> None:
        self.table = table
        self.first = first
        self.owners, place = np.unique(table.owner, return_inverse=True)
        self.shape = (len(self.owners), last - first + 1)
        self.parts: dict[Hashable, tuple[Ints, Days]] = {}  # of some customers, by what was asked for
        self._cell = place * self.shape[1] + (table.columns["date"].astype(np.int64) - first)

    def figure(self, block: Block, column: str, how: How, window: int) -> Floats:
        """What the rows in the window that ends on each customer's day (n) come to; NaN where none measures it."""
        return self.at(block, self.over(column, how, window))

    def ever(self, block: Block, column: str, how: How) -> Floats:
        """The same of all rows up to the day that are here."""
        return self.figure(block, column, how, self.shape[1])

    def at(self, block: Block, figures: Floats, before: int = 0) -> Floats:
        """The numbers (n) of each customer's day, or of one so many days before it; NaN outside and for others."""
        owner, day = block.once(self._places)
        column = day - before
        inside = (owner >= 0) & (column >= 0) & (column < self.shape[1])
        result = np.full(len(block), np.nan)
        result[inside] = figures[owner[inside], column[inside]]
        return result

    def over(self, column: str, how: How, window: int) -> Floats:
        """A figure over the window that ends on each day (C x D); NaN where no row of it measures the column.

        `last` is the sum of the latest day that has a number; a count is of known values, NaN where there are none.
        """
        return self.table.once((column, how, window), lambda: self._over(column, how, window))

    def on_days(self, column: str, how: How = "sum") -> Floats:
        """The rows of each day in one number (C x D): sum, min, max, or the count of known values; NaN without any."""
        return self.table.once((column, how), lambda: self._on_days(column, how))

    def _places(self, block: Block) -> tuple[Ints, Ints]:
        """Where the block's pairs are: the place of the customer, -1 of one without rows, and that of the day."""
        place = np.searchsorted(self.owners, block.ids)
        there = np.isin(block.ids, self.owners)
        return np.where(there, place, -1), block.days - self.first

    def _over(self, column: str, how: How, window: int) -> Floats:
        if how == "last":
            return self._latest(column, window)
        days = self.on_days(column, how)
        if how in ("min", "max"):
            return rolled(days, window, np.fmin if how == "min" else np.fmax)
        added = rolled(np.nan_to_num(days), window, np.add)
        return np.where(rolled(~np.isnan(days), window, np.logical_or), added, np.nan)

    def _latest(self, column: str, window: int) -> Floats:
        days, places = self.on_days(column), np.arange(self.shape[1])
        latest = np.maximum.accumulate(np.where(np.isnan(days), -1, places), axis=1)
        found = np.take_along_axis(days, np.maximum(latest, 0), axis=1)
        return np.where((latest >= 0) & (places - latest < window), found, np.nan)

    def _on_days(self, column: str, how: How) -> Floats:
        values = self.table.columns[column]
        known = ~np.isnan(values)
        cell, values, size = self._cell[known], values[known], self.shape[0] * self.shape[1]
        result = np.full(size, np.nan)
        if how in ("min", "max"):
            (np.fmax if how == "max" else np.fmin).at(result, cell, values)
        else:
            result[cell] = 0.0
            np.add.at(result, cell, values if how == "sum" else 1.0)
        return result.reshape(self.shape)


def rolled(days: npt.NDArray[Any], window: int, add: np.ufunc) -> npt.NDArray[Any]:
    """What the last `window` days (C x D) come to on each day. Windows are doubled, which no sum loses a digit by."""
    if window == 1:
        return days
    if window >= days.shape[1]:
        whole: npt.NDArray[Any] = add.accumulate(days, axis=1)
        return whole
    half = rolled(days, window // 2, add)
    result = _joined(half, half, window // 2, add)
    return _joined(result, days, window - 1, add) if window % 2 else result


def _joined(days: npt.NDArray[Any], earlier: npt.NDArray[Any], by: int, add: np.ufunc) -> npt.NDArray[Any]:
    """Each day together with what there was so many days earlier."""
    result = np.empty_like(days)
    result[:, :by] = days[:, :by]
    add(days[:, by:], earlier[:, :-by], out=result[:, by:])
    return result


def days_of(block: Block, back: int = REACH) -> Days | None:
    """The usage of a block that is better read whole, from so many days before its stretch on; None of any other."""
    shared, reach = block.shared, max(back, REACH)
    return shared.once((Days, reach), lambda: _read(shared, reach)) if block.is_read_whole else None


def _read(shared: Shared, reach: int) -> Days:
    first = shared.first.toordinal() - reach
    rows = Usage.objects.filter(shared.of_customers(), date__range=(date.fromordinal(first), shared.last)).order_by()
    found = rows.values_list("customer_id", *selected(Usage, COLUMNS)).iterator(CHUNK)
    columns = columned(found, ["customer_id", *COLUMNS], Usage)
    return Days(Table.of({**columns, **derived(columns)}, "date"), first, shared.last.toordinal())


def derived(columns: Mapping[str, Floats], sure: Bools | Literal[True] = True) -> dict[str, Floats]:
    """Those of `counting.DERIVED`: 1 on such a day, 0 on another or one that is not sure, NaN where not measured."""
    came, core = _above_zero(columns, LOGGED_IN, sure), columns["core_features_used"]
    known = ~np.isnan(came) & ~np.isnan(core)
    return {
        "active_day": _above_zero(columns, ACTIVE, sure),
        "login_day": came,
        "core_day": np.where(known, (came > 0) & (core > 0), np.nan),
        "login_on": np.where(came > 0, columns["date"], np.nan),
    }


def _above_zero(columns: Mapping[str, Floats], names: Sequence[str], sure: Bools | Literal[True]) -> Floats:
    """1 where any of the columns is above zero, NaN where none is known."""
    most = np.fmax.reduce([columns[name] for name in names])
    return np.where(np.isnan(most), np.nan, (most > 0) & sure)
