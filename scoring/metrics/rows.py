"""Rows of tables in memory: read once for every date that wants them, and laid beside the customers of a block."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, Final, Self, TypeVar

import numpy as np
import numpy.typing as npt

from scoring.engine.frame import Bools, Floats

Ints = npt.NDArray[np.int64]
Column = npt.NDArray[Any]
Mask = Bools | Ints | slice
Thing = TypeVar("Thing")
DAY_BITS: Final = 22  # of a key: day numbers are below 2 ** 22
ID_BITS: Final = 40  # of a key: a record's id is below 2 ** 40


class Table:
    """R rows of customers by ascending owner (R), as `accounts.numbering.columned` types them.

    What is made of it, such as a part of its rows, is made once.
    """

    def __init__(self, owner: Ints, columns: Mapping[str, Column]) -> None:
        self.owner = owner
        self.columns = columns
        self._kept: dict[Hashable, Any] = {}

    @classmethod
    def of(cls, columns: Mapping[str, Column], *by: str) -> Self:
        """The rows of a mapping with `customer_id`, sorted by customer and then by columns of numbers, else as read."""
        order = np.lexsort([*(columns[name] for name in reversed(by)), columns["customer_id"]])
        return cls(columns["customer_id"][order], {name: column[order] for name, column in columns.items()})

    def __len__(self) -> int:
        """The number of rows."""
        return len(self.owner)

    def once(self, key: Hashable, make: Callable[[], Thing]) -> Thing:
        """What `make` gives, made the first time."""
        if key not in self._kept:
            self._kept[key] = make()
        found: Thing = self._kept[key]
        return found

    def has(self, column: str, *words: str) -> Bools:
        """Which rows (R) hold one of the words in a column of words."""
        return self.once((column, words), lambda: self._has(column, words))

    def part(self, key: Hashable, which: Callable[[Table], Bools]) -> Table:
        """Some of the rows, by a name of the choice."""
        return self.once(("part", key), lambda: self._only(which(self)))

    def _has(self, column: str, words: tuple[str, ...]) -> Bools:
        code, known = self.once(("words", column), lambda: coded(self.columns[column]))
        wanted = np.array([*(word in words for word in known), False], dtype=np.bool_)
        found: Bools = wanted[code]  # what is none of them has the code -1, and so the last place
        return found

    def _only(self, mine: Bools) -> Table:
        return Table(self.owner[mine], {name: column[mine] for name, column in self.columns.items()})


class Rows:
    """Rows of a table, each beside a customer of a block: `pos` is its place there, and `day` the day asked about.

    A row may be there several times: for each of the customer's days on which it counts. `rows["name"]` is a column,
    `rows[mask]` some of the rows. Rows of one place keep the order of the table.
    """

    __slots__ = ("_days", "_kept", "index", "made", "pos", "table")

    def __init__(
        self, table: Table, index: Ints, pos: Ints, days: Ints, made: Mapping[str, Column] | None = None
    ) -> None:
        self.table = table
        self.index = index
        self.pos = pos
        self.made = made or {}
        self._days = days
        self._kept: dict[str, Column] = {}

    def __len__(self) -> int:
        """The number of rows."""
        return len(self.pos)

    def __contains__(self, column: str) -> bool:
        """Whether there is such a column."""
        return column in self.made or column in self.table.columns

    def __getitem__(self, key: Any) -> Any:
        """A column by its name, or the rows of a mask, of places or of a slice."""
        return self._column(key) if isinstance(key, str) else self._some(key)

    @property
    def day(self) -> Ints:
        """The day number about which each row is asked."""
        return self._days[self.pos]

    def assign(self, **columns: Column) -> Rows:
        """The same rows with further columns, or others in place of those of the same name."""
        return Rows(self.table, self.index, self.pos, self._days, {**self.made, **columns})

    def has(self, column: str, *words: str) -> Bools:
        """Which rows hold one of the words in a column of the table."""
        found: Bools = self.table.has(column, *words)[self.index]
        return found

    def known(self, column: str) -> Bools:
        """Which rows have a number in a column."""
        return ~np.isnan(self._column(column))

    def within(self, column: str, window: int, before: int = 0) -> Bools:
        """Which rows have a day in the window of so many days that ends `before` days before the date (presets 0.1)."""
        ago = self.day - before - self._column(column)
        found: Bools = (ago >= 0) & (ago < window)
        return found

    def last(self, *order: str) -> Rows:
        """The last row of each place, by these columns, an empty one first, and then as the rows stand."""
        keys = [column for name in reversed(order) for column in (self._column(name), self.known(name))]
        sorting = np.lexsort([*(np.nan_to_num(key) for key in keys), self.pos])
        ends = np.flatnonzero(np.diff(self.pos[sorting], append=-1))
        return self._some(sorting[ends])

    def places_among(self, records: Rows, column: str) -> Ints:
        """The place among records, with `id`, of the one each row names in a column, on its day; -1 = not there."""
        named = np.nan_to_num(self._column(column)).astype(np.int64)  # no record has the number nought
        keys, wanted = records.pos << ID_BITS | records["id"], self.pos << ID_BITS | named
        order = np.argsort(keys)
        place = np.append(order, -1)[np.searchsorted(keys, wanted, sorter=order)]
        return np.where(np.append(keys, -1)[place] == wanted, place, -1)

    def _column(self, name: str) -> Column:
        if name in self.made:
            return self.made[name]
        if name not in self._kept:
            self._kept[name] = self.table.columns[name][self.index]
        return self._kept[name]

    def _some(self, which: Mask) -> Rows:
        made = {name: column[which] for name, column in self.made.items()}
        return Rows(self.table, self.index[which], self.pos[which], self._days, made)


def coded(words: Column) -> tuple[Ints, list[Any]]:
    """A number for each word or value in the order in which they come, -1 = none; and what each number means."""
    numbers: dict[Any, int] = {}
    codes = [-1 if word is None else numbers.setdefault(word, len(numbers)) for word in words.tolist()]
    return np.array(codes, dtype=np.int64), list(numbers)


def until_next(start: Floats, *groups: Column) -> Floats:
    """The last day on which no later row of the same group counts yet (R), inf = none comes.

    Rows lie group by group, the latest last; each counts from `start` on.
    """
    follows = np.logical_and.reduce([np.diff(group) == 0 for group in groups])
    # Raised by its group, a day is never before one of a lower group: the least one from a row on is of its own group.
    raised = np.append(0, np.cumsum(~follows))[: len(start)] << DAY_BITS
    first = np.minimum.accumulate((start + raised)[::-1])[::-1] - raised
    until = np.full(len(start), np.inf)
    until[:-1][follows] = first[1:][follows] - 1
    return until


def reduced(place: Ints, values: Column, n: int, how: str) -> Floats:
    """count, sum, mean, min, max, median or nunique of the values by place (n); NaN without any, a count is 0 then.

    The values are numbers without gaps; only for nunique they may be words.
    """
    counted = np.bincount(place, minlength=n)
    if how == "count":
        return counted.astype(np.float64)
    result = np.full(n, np.nan)
    if how in ("sum", "mean"):
        sums, there = np.bincount(place, weights=values, minlength=n), counted > 0
        result[there] = sums[there] / (counted[there] if how == "mean" else 1)
    elif how in ("min", "max"):
        (np.fmax if how == "max" else np.fmin).at(result, place, values)
    elif how == "nunique":
        codes = coded(values)[0]
        pairs = np.unique(np.stack([place, codes]), axis=1)
        result[counted > 0] = np.bincount(pairs[0], minlength=n)[counted > 0]
    elif how == "median":
        order = np.lexsort([values, place])
        ends = counted.cumsum()[counted > 0]
        begins, sizes = ends - counted[counted > 0], counted[counted > 0]
        low, high = values[order[begins + (sizes - 1) // 2]], values[order[begins + sizes // 2]]
        result[counted > 0] = (low + high) / 2
    else:
        raise ValueError(f"there is no reduction {how!r}")
    return result
