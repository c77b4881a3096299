"""Feature usage by day in memory: of blocks whose rows are better read whole than added up by the database."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final

import numpy as np
from django.db.models import Q

from accounts.business_days import WorkingDays
from accounts.models import Feature, FeatureUsage
from scoring.engine.frame import Bools, Floats
from scoring.metrics.block import Block, Since
from scoring.metrics.daily import REACH, Days
from scoring.metrics.rows import Ints, Table, coded

COLUMNS: Final = ("date", "feature", "source", "uses")


class FeatureDays(Days):
    """The feature usage of C customers on D days, of whose rows those of a customer and day are one in `table`.

    `uses` are the rows that tell of use, by customer, feature (as a number) and date, with the date of the one `before`
    of the same feature, -inf = none.
    """

    def __init__(self, rows: Table, core: Collection[str], first: int, last: int) -> None:
        super().__init__(_by_day(rows, core), first, last)
        self.last = last
        self.uses = _uses(rows)

    def features(self, window: int) -> Floats:
        """How many features were used in the window that ends on each day (C x D)."""
        return self.table.once(("features", window), lambda: self._features(window))

    def first_uses(self, window: int) -> Table:
        """`uses` with the day `since` when each is the first of its feature in the window that ends there.

        It is so until it leaves the window; never where that is no later.
        """
        return self.table.once(("first uses", window), lambda: self._first_uses(window))

    def latest_use(self) -> Floats:
        """The latest day of use by each day (C x D); NaN where there is none here."""
        return self.table.once("latest use", lambda: np.fmax.accumulate(self.on_days("last_use", "max"), axis=1))

    def working(self, calendar: WorkingDays) -> Days:
        """The same of the working days of a calendar."""
        return Days(self.table.part(calendar, lambda days: self._is_worked(days, calendar)), self.first, self.last)

    def _features(self, window: int) -> Floats:
        """Each feature counts once: by the use that is the first of it in the window."""
        firsts, (customers, days) = self.first_uses(window), self.shape
        shape = (customers, days + 1)  # the last for all that is later
        row = np.searchsorted(self.owners, firsts.owner)
        since, until = firsts.columns["since"], firsts.columns["date"] + window
        changes = _counted(row, since - self.first, shape) - _counted(row, until - self.first, shape)
        return changes[:, :-1].cumsum(axis=1).astype(np.float64)

    def _first_uses(self, window: int) -> Table:
        day, before = self.uses.columns["date"], self.uses.columns["before"]
        return Table(self.uses.owner, {"date": day, "since": np.maximum(day, before + window)})

    def _is_worked(self, days: Table, calendar: WorkingDays) -> Bools:
        worked = calendar.within(date.fromordinal(self.first), date.fromordinal(self.last))
        return np.isin(days.columns["date"], [day.toordinal() for day in worked])


def feature_days(block: Block) -> FeatureDays | None:
    """The feature usage of a block that is better read whole, from `REACH` days before its stretch on; else None."""
    if not block.is_read_whole:
        return None
    rows = block.table(FeatureUsage, COLUMNS, _lately, "date")
    return rows.once(FeatureDays, lambda: _made(block, rows))


def _lately(since: Since, until: date) -> Q:
    return Q(date__gte=since(REACH), date__lte=until)


def _made(block: Block, rows: Table) -> FeatureDays:
    first = block.shared.first - block.reach(REACH)
    core = Feature.objects.filter(is_core=True).values_list("feature", flat=True)
    return FeatureDays(rows, set(core), first.toordinal() + 1, block.shared.last.toordinal())


def _by_day(rows: Table, core: Collection[str]) -> Table:
    """One row for each customer and day. `rows` is how many say how often something was used; `uses` as a sum."""
    day, source, uses = (rows.columns[name] for name in ("date", "source", "uses"))
    starts = np.flatnonzero((np.diff(rows.owner, prepend=-1) != 0) | (np.diff(day, prepend=-1) != 0))
    counted = np.add.reduceat(~np.isnan(uses), starts, dtype=np.float64)
    used = np.logical_or.reduceat(uses > 0, starts)
    core_used = np.logical_or.reduceat((uses > 0) & rows.has("feature", *core), starts)
    columns = {
        "date": day[starts],
        "first_source": np.minimum.reduceat(source, starts),
        "last_source": np.maximum.reduceat(source, starts),
        "rows": counted,
        "uses": np.where(counted > 0, np.add.reduceat(np.nan_to_num(uses), starts), np.nan),
        "use_days": used.astype(np.float64),
        "core_days": core_used.astype(np.float64),
        "last_use": np.where(used, day[starts], np.nan),
    }
    return Table(rows.owner[starts], columns)


def _uses(rows: Table) -> Table:
    feature, used = coded(rows.columns["feature"])[0], rows.columns["uses"] > 0
    columns = {"customer_id": rows.owner, "feature": feature, "date": rows.columns["date"]}
    uses = Table.of({name: column[used] for name, column in columns.items()}, "feature", "date")
    same = (np.diff(uses.owner, prepend=-1) == 0) & (np.diff(uses.columns["feature"], prepend=-1) == 0)
    return Table(uses.owner, {**uses.columns, "before": np.where(same, np.roll(uses.columns["date"], 1), -np.inf)})


def _counted(row: Ints, column: Floats, shape: tuple[int, int]) -> Ints:
    """How often each cell is named; a column too far right is the last."""
    cell = row * shape[1] + np.minimum(column, shape[1] - 1).astype(np.int64)
    counted: Ints = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)
    return counted
