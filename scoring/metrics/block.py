"""A block of customers on dates: every table that metrics ask for is read once and lies in row arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt
from django.db import models
from django.db.models import Q

from accounts.business_days import WorkingDays
from accounts.calendars import load_working_days
from accounts.history import Asked, known_before, read_log, read_states
from accounts.models import Calendar
from accounts.numbering import CHUNK, columned, selected
from scoring.engine.frame import Bools, Floats
from scoring.metrics.rows import DAY_BITS, Ints, Rows, Table, reduced
from scoring.metrics.sharing import Shared
from scoring.metrics.states import READ_TOGETHER

Made = TypeVar("Made")
Since = Callable[[int], date]  # the first date to read so that windows of so many days are whole
FEW: Final = 500  # customers that a query names one by one, where they are scattered
SLACK_DAYS: Final = 60  # before the dates of a stretch: a feed that is silent was mostly heard in them


class Block:
    """n customers, each on a day: ascending pairs of `ids` and `days` (n each, day numbers). Arrays follow their order.

    Mostly all are of one date, `on`; in a stretch of the past a customer is there once for each of its dates.
    `parameters` are the numbers frozen in the scorecard version; `longest` is how many days of history are needed for
    windows longer than those that metrics declare. With `known_by` everything is as it was known before that moment
    (D4): rows and changes that came later are left out, and later batches are no deliveries. What is no record of a
    customer is as now: exchange rates, calendars, products, features, sources, own attributes, periods. `within` is
    what a longer stretch of days shares that this block is a part of.
    """

    def __init__(
        self,
        ids: Ints,
        on: date | Ints,
        parameters: Mapping[str, float] | None = None,
        longest: int = 0,
        known_by: datetime | None = None,
        within: Shared | None = None,
    ) -> None:
        self.ids = ids
        self.days: Ints = np.full(len(ids), on.toordinal()) if isinstance(on, date) else on
        self.parameters = parameters or {}
        self.longest = longest
        self.known_by = known_by
        self._date = on if isinstance(on, date) else None
        self._tables: dict[Any, Any] = {}
        self._shared: list[Shared] = [within] if within else []
        self._others: dict[bytes, Block] = {}

    def __len__(self) -> int:
        """The number of customers, each as often as it has days."""
        return len(self.ids)

    # -- dates --------------------------------------------------------------------------------------------------------

    @cached_property
    def dates(self) -> list[date]:
        """The different dates, ascending."""
        return [date.fromordinal(day) for day in np.unique(self.days).tolist()] or [self._date or date.min]

    @property
    def on(self) -> date:
        """The date of a block of one date; ValueError for any other."""
        (only,) = self.dates
        return only

    @property
    def day(self) -> int:
        """The same as a day number."""
        return self.on.toordinal()

    @property
    def is_read_whole(self) -> bool:
        """Whether rows are better read whole than added up by the database: in a stretch, or of one customer."""
        return self.known_by is None and (self.shared.first < self.shared.last or len(self) == 1)

    def elsewhen(self, days: Ints, who: Bools | None = None) -> tuple[Block, Ints]:
        """The customers (`who` of them) on other days (n): a block of the different pairs, and each one's place in it.

        It shares what was read with this block where its days lie in the same stretch.
        """
        mine = slice(None) if who is None else who
        keys, place = np.unique(self.ids[mine] << DAY_BITS | days[mine], return_inverse=True)
        if keys.tobytes() not in self._others:
            other = Block(keys >> DAY_BITS, keys & (1 << DAY_BITS) - 1, self.parameters, self.longest, self.known_by)
            other._shared, other._others = self._shared, self._others
            self._others[keys.tobytes()] = other
        return self._others[keys.tobytes()], place

    @cached_property
    def shared(self) -> Shared:
        """What this block shares with those of the same customers in the same stretch of days."""
        first, last = self.dates[0], self.dates[-1]
        asked = Shared(first, last, self.range, self._scattered(), self.known_by)
        for shared in self._shared:
            if shared.covers(asked):
                return shared
        if first < last:
            asked = replace(asked, first=first - timedelta(days=SLACK_DAYS))
        self._shared.append(asked)
        return asked

    @property
    def range(self) -> tuple[int, int]:
        """The first and last customer id: what queries ask for, so that they read one stretch of an index."""
        return int(self.ids[0]), int(self.ids[-1])

    def _scattered(self) -> tuple[int, ...]:
        """The customers, where they are few of those between the first and the last."""
        first, last = self.range
        ids = np.unique(self.ids)
        return tuple(ids.tolist()) if len(ids) <= FEW and 2 * len(ids) < last - first else ()

    # -- tables -------------------------------------------------------------------------------------------------------

    def once(self, load: Callable[[Block], Made]) -> Made:
        """What a loader makes of this block, made once and shared by all metrics."""
        if load not in self._tables:
            self._tables[load] = load(self)
        made: Made = self._tables[load]
        return made

    def table(
        self, model: type[models.Model], columns: Sequence[str], where: Callable[[Since, date], Q], *by: str
    ) -> Table:
        """Rows of a dated kind, sorted by customer and by these columns, that blocks of a stretch share. One query.

        `where(since, until)` picks whatever matters to a date from the stretch's first to its last, `until`; `situated`
        leaves out what does not matter to a block's own days.
        """
        shared = self.shared

        def load() -> Table:
            matters = where(lambda days: shared.first - self.reach(days) + timedelta(days=1), shared.last)
            rows = model._default_manager.filter(shared.of_customers(), known_before(model, shared.known_by), matters)
            found = rows.order_by("pk").values_list("customer_id", *selected(model, columns))
            return Table.of(columned(found.iterator(CHUNK), ["customer_id", *columns], model), *by)

        return shared.once((model, tuple(columns), where, by, self.longest), load)

    def records(self, kind: str, columns: Sequence[str]) -> Rows:
        """Records of a state kind as they were on each customer's day. Two queries, shared in a stretch."""
        usual = READ_TOGETHER.get(kind, ())
        asked = usual if set(columns) <= set(usual) else tuple(columns)
        shared = self.shared

        def load() -> tuple[Table, Floats, Floats]:
            since = Asked(shared.customers, shared.first, shared.known_by)
            # Of one customer all that changed is less work than a query for each kind.
            together = len(self) == 1 and asked is usual
            log = shared.once("log", lambda: read_log(READ_TOGETHER, since)) if together else None
            states = read_states(kind, asked, since, log)
            table = Table.of({**states.columns, "from": states.first, "to": states.last})
            return table, table.columns["from"], table.columns["to"]

        key = ("records", kind, asked)
        if key not in self._tables:
            self._tables[key] = self.situated(*shared.once(key, load))
        rows: Rows = self._tables[key]
        return rows

    def customer(self, column: str) -> npt.NDArray[Any]:
        """A column of the customers themselves (n) as they were on their days."""
        rows = self.records("customers", [column])
        found = np.empty(len(self), dtype=rows[column].dtype)
        found[rows.pos] = rows[column]
        return found

    def situated(self, table: Table, first: Floats | None = None, last: Floats | None = None) -> Rows:
        """The rows of a table beside the customers: on each of their days from `first` to `last` (R each, included).

        None or NaN = from ever, for ever. Rows of one place keep the order of the table.
        """
        keys, owner = self._keys, table.owner << DAY_BITS
        begin = np.searchsorted(keys, owner + _day(first, 0), side="left")
        end = np.searchsorted(keys, owner + _day(last, (1 << DAY_BITS) - 1), side="right")
        times = np.maximum(end - begin, 0)
        index = np.repeat(np.arange(len(table)), times)
        pos = np.arange(len(index)) - np.repeat(times.cumsum() - times - begin, times)
        return Rows(table, index, pos, self.days)

    @cached_property
    def _keys(self) -> Ints:
        keys: Ints = self.ids.astype(np.int64) << DAY_BITS | self.days
        return keys

    def of_customers(self, model: type[models.Model]) -> models.QuerySet[Any]:
        """The rows of a model that belong to the block's stretch of customers and were known in time."""
        return model._default_manager.filter(self.shared.of_customers(), known_before(model, self.known_by))

    # -- time ---------------------------------------------------------------------------------------------------------

    def since(self, days: int) -> date:
        """The first date to read so that windows of `days`, and any longer one asked for, are whole."""
        return self.on - self.reach(days) + timedelta(days=1)

    def reach(self, days: int) -> timedelta:
        """How far back windows of `days` go, or any longer one asked for."""
        return timedelta(days=max(days, self.longest))

    @cached_property
    def working_days(self) -> list[tuple[WorkingDays, Bools]]:
        """Each calendar in use and which customers it is of: their country's where there is one, else the site's."""
        calendars = load_working_days()
        countries = self.customer("country")
        keys = np.array([country if country in calendars else Calendar.SITE for country in countries], dtype=object)
        return [(days, keys == key) for key, days in calendars.items() if (keys == key).any()]

    # -- sums over rows -----------------------------------------------------------------------------------------------

    def count(self, rows: Rows) -> Floats:
        """Rows per customer."""
        return np.bincount(rows.pos, minlength=len(self)).astype(np.float64)

    def sum(self, rows: Rows, column: str) -> Floats:
        """Sum of a column per customer, 0 without rows; empty cells are left out."""
        return np.bincount(rows.pos, weights=np.nan_to_num(rows[column]), minlength=len(self)).astype(np.float64)

    def reduce(self, rows: Rows, column: str, how: str) -> Floats:
        """`rows.reduced` of a column of numbers per customer; empty cells are left out."""
        known = rows.known(column)
        return reduced(rows.pos[known], rows[column][known], len(self), how)


def _day(days: Floats | None, otherwise: int) -> Ints | int:
    """Day numbers that fit into a key."""
    if days is None:
        return otherwise
    most = (1 << DAY_BITS) - 1
    return np.nan_to_num(days, nan=otherwise, posinf=most, neginf=0).clip(0, most).astype(np.int64)


def blocks(ids: Ints, size: int) -> Iterator[Ints]:
    """Cut ascending ids into stretches of at most `size`."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
