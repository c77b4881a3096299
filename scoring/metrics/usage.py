"""What usage rows add up to: figures per customer over a window, most of them from one query for a whole block."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final, Literal, NamedTuple

import numpy as np
from django.db.models import Aggregate, Case, Count, F, Max, Min, Q, QuerySet, Sum, When

from accounts.models import Usage
from accounts.numbering import Number, framed
from scoring.engine.frame import Bools, Floats
from scoring.metrics.aggregating import SOURCES, among, per_customer
from scoring.metrics.block import Block
from scoring.metrics.daily import Part, days_of
from scoring.metrics.spreading import ACTIVE, LOGGED_IN, by_day

How = Literal["count", "sum", "min", "max", "last"]


class Figure(NamedTuple):
    """How the rows of a column become one number: `last` is the value on the latest date that has one."""

    how: How
    column: str


ROWS: Final = Figure("count", "date")
FIRST, LAST = Figure("min", "date"), Figure("max", "date")
# What the metrics ask for at the windows they declare. Another window costs one more query, for all figures at once.
USUAL: Final[Mapping[int, tuple[Figure, ...]]] = {
    28: (
        ROWS,
        Figure("sum", "logins"),
        Figure("sum", "minutes"),
        Figure("sum", "api_calls"),
        Figure("sum", "login_day"),
        Figure("sum", "core_day"),
        Figure("max", "active_users"),
        Figure("last", "active_users_28d"),
        Figure("last", "licensed_users"),
    ),
    30: (
        ROWS,
        FIRST,
        LAST,
        Figure("sum", "minutes"),
        Figure("sum", "sessions"),
        Figure("sum", "actions"),
        Figure("sum", "active_day"),
        Figure("max", "features_used"),
        Figure("max", "login_on"),
    ),
}
FIGURES: Final = tuple(sorted({figure for figures in USUAL.values() for figure in figures}))
AGGREGATES: Final[Mapping[str, type[Aggregate]]] = {"count": Count, "sum": Sum, "min": Min, "max": Max}


def _above_zero(columns: Iterable[str]) -> Q:
    return Q(*((f"{column}__gt", 0) for column in columns), _connector=Q.OR)


def _known(columns: Iterable[str]) -> Q:
    return Q(*((f"{column}__isnull", False) for column in columns), _connector=Q.OR)


# Columns made of others, as `spreading.by_day` makes them: 1 on such a day, 0 on another, null where not measured.
DERIVED: Final = {
    "active_day": Case(When(_above_zero(ACTIVE), then=1), When(_known(ACTIVE), then=0)),
    "login_day": Case(When(_above_zero(LOGGED_IN), then=1), When(_known(LOGGED_IN), then=0)),
    "core_day": Case(
        When(_above_zero(LOGGED_IN) & Q(core_features_used__gt=0), then=1),
        When(_known(LOGGED_IN) & Q(core_features_used__isnull=False), then=0),
    ),
    "login_on": Case(When(_above_zero(LOGGED_IN), then=F("date"))),
}
# What tells whether a customer's days have more than one row, or its rows more than one day.
MIXTURE: Final = {
    **SOURCES,
    "products": Count("product"),
    "period": Max("period_days"),
}


def usage_rows(block: Block) -> QuerySet[Any]:
    """All usage of the block's customers by the date."""
    return block.of_customers(Usage).filter(date__lte=block.on).alias(**DERIVED)


def figure(block: Block, how: How, column: str, window: int) -> Floats:
    """A figure of each customer (n) over a window; NaN where no row of the window measures it."""
    found = block.once(usual)
    wanted = Figure(how, column)
    if (wanted, window) not in found:
        asked = {window: FIGURES}
        found.update(_complete(block, asked, _counted(block, asked)))
    return found[wanted, window]


def known(block: Block, how: How, column: str, window: int) -> Bools:
    """Whether the window has a value, or its silence is an answer: what a feed never measures is unknown, not nought.

    Silence is one where the window has no rows although earlier ones measured the figure, or where a source that says
    it is complete never had a row of the customer.
    """
    quiet = ~(figure(block, *ROWS, window) > 0) & (given(block, how, column) | ~any_row(block))
    return ~np.isnan(block.heard("usage")) & (~np.isnan(figure(block, how, column, window)) | quiet)


def given(block: Block, how: How, column: str) -> Bools:
    """Whether the feed has measured it for the customer: lately, or ever where there are no rows of late."""
    wanted = Figure(how, column)
    lately = [figure(block, how, column, window) for window, figures in USUAL.items() if wanted in figures]
    return ~np.isnan(np.fmax.reduce([block.once(history)[_alias(wanted)], *lately]))


def any_row(block: Block) -> Bools:
    """Whether the customer has ever had a usage row."""
    return ~np.isnan(last_row(block))


def users(block: Block, window: int) -> tuple[Floats, Bools]:
    """People who used the product in the window, and where that is a lower bound: the most on any one day."""
    distinct, most = figure(block, "last", "active_users_28d", window), figure(block, "max", "active_users", window)
    return np.where(np.isnan(distinct), most, distinct), np.isnan(distinct) & ~np.isnan(most)


def first_row(block: Block) -> Floats:
    """The day of each customer's first row in the last 30 days, or ever where those have none (nor the last 28)."""
    return np.fmin(figure(block, *FIRST, 30), block.once(history)[_alias(FIRST)])


def last_row(block: Block) -> Floats:
    """The day of each customer's latest row."""
    return np.fmax(figure(block, *LAST, 30), block.once(history)[_alias(LAST)])


def row_days(block: Block) -> Floats:
    """How many days the rows of each customer stand for; the longest where they differ, 1 where there are none."""
    return np.fmax(1.0, np.fmax(block.once(counted)["period"], block.once(history)["period"]))


def sources(block: Block, found: Mapping[str, Floats]) -> tuple[Floats, Floats]:
    """The least and the greatest id of each customer's sources, of rows found elsewhere and of those counted here."""
    lately, past = block.once(counted), block.once(history)
    least = [lately["first_source"], past["first_source"], found["first_source"]]
    greatest = [lately["last_source"], past["last_source"], found["last_source"]]
    return np.fmin.reduce(least), np.fmax.reduce(greatest)


# -- loaders -----------------------------------------------------------------------------------------------------------


def counted(block: Block) -> dict[str, Floats]:
    """The usual figures as the database counts them, where each row is a day."""
    return _counted(block, USUAL)


def history(block: Block) -> dict[str, Floats]:
    """The figures of all time for customers without any row in the last 28 days; NaN for the others."""
    quiet = ~(block.once(counted)[_alias(ROWS, 28)] > 0)
    asked = {_alias(figure): _aggregate(figure, Q()) for figure in FIGURES}
    return per_customer(block, among(block, usage_rows(block), quiet), {**asked, **MIXTURE})


def usual(block: Block) -> dict[tuple[Figure, int], Floats]:
    """The usual figures by figure and window."""
    return _complete(block, USUAL, block.once(counted))


def _alias(figure: Figure, window: int | str = "ever") -> str:
    return f"{figure.how}_{figure.column}_{window}"


def _aggregate(figure: Figure, inside: Q) -> Aggregate:
    if figure.how == "last":  # first the date, then `_values_on` it
        return Max("date", filter=inside & Q(**{f"{figure.column}__isnull": False}))
    return AGGREGATES[figure.how](figure.column, filter=inside or None)


def _counted(block: Block, asked: Mapping[int, tuple[Figure, ...]]) -> dict[str, Floats]:
    longest = max(asked)
    part = days_of(block, block.day - longest + 1, block.day)
    if part is not None:
        return _counted_here(part, block.day, asked)
    aggregates = {}
    for window, figures in asked.items():
        inside = Q(date__gt=block.on - timedelta(days=window)) if window < longest else Q()
        aggregates.update({_alias(figure, window): _aggregate(figure, inside) for figure in figures})
    rows = usage_rows(block).filter(date__gt=block.on - timedelta(days=longest))
    return per_customer(block, rows, {**aggregates, **MIXTURE})


def _counted_here(part: Part, day: int, asked: Mapping[int, tuple[Figure, ...]]) -> dict[str, Floats]:
    """What `_counted` asks the database for, of rows that are here already."""
    there, found = part.counts() > 0, dict[str, Floats]()
    for window, figures in asked.items():
        inside = part.since(day - window + 1)
        found |= {_alias(figure, window): np.where(there, _reduced(inside, figure), np.nan) for figure in figures}
    return {**found, **part.mixture()}


def _reduced(inside: Part, figure: Figure) -> Floats:
    if figure.how == "last":
        return inside.only("date").where(~np.isnan(inside.columns[figure.column])).reduce("date", "max")
    return inside.reduce(figure.column, figure.how)


def _complete(
    block: Block, asked: Mapping[int, tuple[Figure, ...]], raw: Mapping[str, Floats]
) -> dict[tuple[Figure, int], Floats]:
    """Look up the last values, and count anew where days and rows are not the same."""
    found = {(figure, window): raw[_alias(figure, window)] for window in asked for figure in asked[window]}
    dates = {key: days for key, days in found.items() if key[0].how == "last"}
    found |= _values_on(block, dates)
    mixed = _is_mixed(raw) | _is_mixed(block.once(history))
    if mixed.any():
        days = by_day(block, mixed, block.day - max(asked) + 1, int(row_days(block).max()))
        for figure, window in found:
            inside = days[days["date"] > block.day - window]
            anew = block.reduce(inside, figure.column, figure.how)
            found[figure, window] = np.where(mixed, anew, found[figure, window])
    return found


def _is_mixed(raw: Mapping[str, Floats]) -> Bools:
    return (raw["first_source"] < raw["last_source"]) | (raw["products"] > 0) | (raw["period"] > 1)


def _values_on(block: Block, dates: Mapping[tuple[Figure, int], Floats]) -> dict[tuple[Figure, int], Floats]:
    """The sum of the rows on each customer's latest date, for several figures. One query where they are not here."""
    every = [float(np.nanmin(days)) for days in dates.values() if not np.isnan(days).all()]
    part = days_of(block, int(min(every, default=block.day)), block.day)
    if part is not None:
        latest = {key: part.columns["date"] == days[part.pos] for key, days in dates.items()}
        return {key: part.only(key[0].column).where(rows).reduce(key[0].column, "sum") for key, rows in latest.items()}
    return _values_there(block, dates)


def _values_there(block: Block, dates: Mapping[tuple[Figure, int], Floats]) -> dict[tuple[Figure, int], Floats]:
    columns = sorted({figure.column for figure, _ in dates})
    every = {date.fromordinal(int(day)) for days in dates.values() for day in days[~np.isnan(days)]}
    sums = {f"sum_{column}": Sum(column) for column in columns}
    rows = usage_rows(block).filter(date__in=every).order_by()
    found = rows.values_list("customer_id", Number("date")).annotate(**sums)
    values = block.placed(framed(found, ["customer_id", "date", *columns], Usage))
    on_day = {key: values[values["date"] == days[values["pos"].to_numpy()]] for key, days in dates.items()}
    return {key: block.reduce(latest, key[0].column, "max") for key, latest in on_day.items()}
