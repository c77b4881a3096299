"""Working days of customers, and usage summed over them or over any stretch of days."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Final, NamedTuple

import numpy as np
from django.db.models import Q, Sum

from scoring.engine.frame import Bools, Floats
from scoring.metrics.aggregating import among, joined, per_customer
from scoring.metrics.block import Block
from scoring.metrics.daily import Part, days_of
from scoring.metrics.spreading import by_day
from scoring.metrics.usage import MIXTURE, row_days, usage_rows

COLUMNS: Final = ("active_users", "logins", "minutes", "actions")


class Span(NamedTuple):
    """A column to add up from the day number `first` to `last`, both included."""

    column: str
    first: int
    last: int


def working(block: Block, window: int) -> Bools:
    """Which of the last `window` days (n x window, the date last) are working days of each customer's calendar."""
    days = [block.on - timedelta(days=back) for back in reversed(range(window))]
    marked = np.zeros((len(block), window), dtype=np.bool_)
    for calendar, who in block.working_days:
        marked[who] = [calendar.is_working(day) for day in days]
    return marked


def sums(block: Block, asked: Mapping[str, Span], who: Bools, only: Sequence[date] | None = None) -> dict[str, Floats]:
    """Usage of the customers `who` added up over spans, NaN without a row that measures it; one query.

    `only` leaves out all other days. Rows that stand for several days are spread over them (one more query). Beside
    the spans it tells the sources (least and greatest id) of the rows.
    """
    first, longest = min(span.first for span in asked.values()), int(row_days(block).max())
    last = max(span.last for span in asked.values()) + longest - 1  # a row tells of days before it
    part = days_of(block, first, last)
    found = _added(block, asked, who, (first, last, only)) if part is None else _added_here(part, asked, who, only)
    spread = who & (np.fmax(found["period"], row_days(block)) > 1)
    if spread.any():
        days = by_day(block, spread, first, longest)
        days = days if only is None else days[days["date"].isin([day.toordinal() for day in only])]
        for name, span in asked.items():
            inside = days[days["date"].between(span.first, span.last)]
            found[name] = np.where(spread, block.reduce(inside, span.column, "sum"), found[name])
    return found


def _added(
    block: Block, asked: Mapping[str, Span], who: Bools, days: tuple[int, int, Sequence[date] | None]
) -> dict[str, Floats]:
    first, last, only = days
    rows = among(block, usage_rows(block), who)
    rows = rows.filter(date__range=(date.fromordinal(first), date.fromordinal(last)))
    rows = rows if only is None else rows.filter(date__in=only)
    aggregates = {name: Sum(span.column, filter=_inside(span)) for name, span in asked.items()}
    return per_customer(block, rows, {**aggregates, **MIXTURE})


def _added_here(part: Part, asked: Mapping[str, Span], who: Bools, only: Sequence[date] | None) -> dict[str, Floats]:
    """The same of rows that are here already."""
    mine = who[part.pos]
    if only is not None and len(mine):
        first = int(part.columns["date"][0])
        wanted = np.zeros(int(part.columns["date"][-1]) - first + 1, dtype=np.bool_)
        places = np.array([day.toordinal() - first for day in only], dtype=np.int64)
        wanted[places[(places >= 0) & (places < len(wanted))]] = True
        mine = mine & wanted[part.columns["date"].astype(np.int64) - first]
    rows = part.only("date", "source", "product", "period_days", *{span.column for span in asked.values()}).where(mine)
    sums = {name: rows.between(span.first, span.last).reduce(span.column, "sum") for name, span in asked.items()}
    return {**sums, **rows.mixture()}


def _inside(span: Span) -> Q:
    return Q(date__range=(date.fromordinal(span.first), date.fromordinal(span.last)))


@cache  # a block keeps what a loader made by the loader itself, so that a window must have the same one each time
def working_sums(window: int) -> Callable[[Block], dict[str, Floats]]:
    """The loader of use on working days: `<column>_now` in the window, `<column>_before` in the one before."""

    def load(block: Block) -> dict[str, Floats]:
        start = block.day - window
        asked = {f"{column}_now": Span(column, start + 1, block.day) for column in COLUMNS}
        asked |= {f"{column}_before": Span(column, start - window + 1, start) for column in COLUMNS}
        parts = []
        for calendar, who in block.working_days:
            days = calendar.within(date.fromordinal(start - window + 1), block.on)
            parts.append(sums(block, asked, who, days))
        return joined(parts)

    return load
