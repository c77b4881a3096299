"""Working days of customers, and usage summed over them or over any stretch of days."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import cache
from typing import Final, NamedTuple

import numpy as np
from django.db.models import Q, Sum
from numpy.lib.stride_tricks import sliding_window_view

from accounts.business_days import WorkingDays
from scoring.engine.frame import Bools, Floats
from scoring.metrics.aggregating import among, joined, per_customer
from scoring.metrics.block import Block
from scoring.metrics.daily import Days, How, days_of
from scoring.metrics.rows import Ints, Table
from scoring.metrics.spreading import by_day
from scoring.metrics.usage import MIXTURE, row_days, usage_rows

COLUMNS: Final = ("active_users", "logins", "minutes", "actions")
WEEKDAYS: Final = 7


class Windows(NamedTuple):
    """Stretches of so many days that end so many days before the date."""

    days: int
    ends: Sequence[int]

    @property
    def begin(self) -> int:
        """How many days before the date the earliest day lies."""
        return max(self.ends) + self.days - 1


def working(block: Block, window: int) -> Bools:
    """Which of the last `window` days (n x window, the date last) are working days of each customer's calendar."""
    marked = np.zeros((len(block), window), dtype=np.bool_)
    first, last = block.dates[0].toordinal(), block.dates[-1].toordinal()
    for calendar, who in block.working_days:
        days = worked(calendar, first - window + 1, last)
        marked[who] = sliding_window_view(days, window)[block.days[who] - first]
    return marked


def worked(calendar: WorkingDays, first: int, last: int) -> Bools:
    """Which of the days from a day number to another, both included, are working days; day number 1 was a Monday."""
    days = np.arange(first, last + 1)
    holidays = [day.toordinal() for day in calendar.holidays]
    return np.isin((days - 1) % WEEKDAYS + 1, list(calendar.weekdays)) & ~np.isin(days, holidays)


def sums(
    block: Block, columns: Sequence[str], windows: Windows, who: Bools, *, on_working_days: bool = False
) -> dict[str, Floats]:
    """Usage of the customers `who` added up over windows, by column (n x windows); NaN without a row that measures it.

    Rows that stand for several days are spread over them. Beside the sums it tells the sources (least and greatest id,
    n) of the rows. The database is asked once for each calendar, and once more for rows to spread.
    """
    calendars: Sequence[tuple[WorkingDays | None, Bools]] = block.working_days if on_working_days else [(None, who)]
    found = joined([_added(block, columns, windows, who & theirs, calendar) for calendar, theirs in calendars])
    spread = who & (np.fmax(found["period"], row_days(block)) > 1)
    if spread.any():
        anew = _spread(block, columns, windows, spread, on_working_days)
        found |= {column: np.where(spread[:, np.newaxis], anew[column], found[column]) for column in columns}
    return found


def _added(
    block: Block, columns: Sequence[str], windows: Windows, who: Bools, calendar: WorkingDays | None
) -> dict[str, Floats]:
    """The sums of rows as they are, on the working days of a calendar if there is one; their sources and period."""
    days = days_of(block, windows.begin)
    if days is None:
        return _asked(block, columns, windows, who, calendar)
    some = _part(days, (*columns, "source", "period_days"), np.unique(block.ids[who]), calendar)
    asked: dict[str, tuple[str, How]] = {column: (column, "sum") for column in columns}
    asked |= {"first_source": ("source", "min"), "last_source": ("source", "max"), "period": ("period_days", "max")}
    figures = {name: some.over(*figure, windows.days) for name, figure in asked.items()}
    found = gathered(some, block, figures, np.array(windows.ends))
    found = {name: np.where(who[:, np.newaxis], values, np.nan) for name, values in found.items()}
    ends = {"first_source": np.fmin, "last_source": np.fmax, "period": np.fmax}
    return found | {name: end.reduce(found[name], axis=1) for name, end in ends.items()}


def _part(days: Days, columns: tuple[str, ...], ids: Ints, calendar: WorkingDays | None) -> Days:
    """The rows of some customers, and of a calendar's working days if there is one; made once while they stay the same.

    Mostly the same customers are asked for, with other days of theirs.
    """
    of, part = days.parts.get((columns, calendar)) or (None, days)
    if of is None or not np.array_equal(of, ids):
        part = _made(days, columns, ids, calendar)
        days.parts[columns, calendar] = ids, part
    return part


def _made(days: Days, columns: tuple[str, ...], ids: Ints, calendar: WorkingDays | None) -> Days:
    table, last = days.table, days.first + days.shape[1] - 1
    mine = np.isin(table.owner, ids)
    if calendar is not None:
        mine &= worked(calendar, days.first, last)[table.columns["date"].astype(np.int64) - days.first]
    rows = Table(table.owner[mine], {name: table.columns[name][mine] for name in ("date", *columns)})
    return Days(rows, days.first, last)


def gathered(days: Days, block: Block, figures: Mapping[str, Floats], back: Ints) -> dict[str, Floats]:
    """Figures (C x D) so many days before each customer's day (n x k, or k for all), NaN without a row of theirs.

    The days must have been read that far back.
    """
    theirs = np.isin(block.ids, days.owners)
    owner = np.searchsorted(days.owners, block.ids[theirs])[:, np.newaxis]
    column = block.days[:, np.newaxis] - days.first - back
    found = {name: np.full(column.shape, np.nan) for name in figures}
    for name, figure in figures.items():
        found[name][theirs] = figure[owner, column[theirs]]
    return found


def _asked(
    block: Block, columns: Sequence[str], windows: Windows, who: Bools, calendar: WorkingDays | None
) -> dict[str, Floats]:
    """The same from the database."""
    first, last = block.on - timedelta(days=windows.begin), block.on - timedelta(days=min(windows.ends))
    rows = among(block, usage_rows(block), who).filter(date__range=(first, last))
    if calendar is not None:
        rows = rows.filter(date__in=calendar.within(first, last))
    ends = {end: block.on - timedelta(days=end) for end in windows.ends}
    inside = {end: Q(date__range=(day - timedelta(days=windows.days - 1), day)) for end, day in ends.items()}
    asked = {f"{column}_{end}": Sum(column, filter=when) for column in columns for end, when in inside.items()}
    found = per_customer(block, rows, {**asked, **MIXTURE})
    added = {column: np.stack([found[f"{column}_{end}"] for end in windows.ends], axis=1) for column in columns}
    return added | {name: found[name] for name in MIXTURE}


def _spread(
    block: Block, columns: Sequence[str], windows: Windows, who: Bools, on_working_days: bool
) -> dict[str, Floats]:
    """The sums of rows that are spread over the days they stand for."""
    rows = by_day(block, who, windows.begin + 1, row_days(block))
    ago = (rows.day - rows["date"]).astype(np.int64)
    counts = working(block, windows.begin + 1)[rows.pos, -1 - ago] if on_working_days else True
    inside = [rows[counts & (ago >= end) & (ago < end + windows.days)] for end in windows.ends]
    return {column: np.stack([block.reduce(part, column, "sum") for part in inside], axis=1) for column in columns}


@cache  # a block keeps what a loader made by the loader itself, so that a window must have the same one each time
def working_sums(window: int) -> Callable[[Block], dict[str, Floats]]:
    """The loader of use on working days: `<column>_now` in the window, `<column>_before` in the one before."""

    def load(block: Block) -> dict[str, Floats]:
        everybody = np.ones(len(block), dtype=np.bool_)
        found = sums(block, COLUMNS, Windows(window, (0, window)), everybody, on_working_days=True)
        named = {f"{column}_now": found[column][:, 0] for column in COLUMNS}
        named |= {f"{column}_before": found[column][:, 1] for column in COLUMNS}
        return named | {name: found[name] for name in ("first_source", "last_source")}

    return load
