"""What usage rows add up to: figures per customer over a window, most of them from one query for a whole block."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import numpy as np
from django.db.models import QuerySet

from accounts.models import Usage
from scoring.engine.frame import Bools, Floats
from scoring.metrics.aggregating import among, per_customer
from scoring.metrics.block import Block
from scoring.metrics.counting import DERIVED, added_up, aggregates
from scoring.metrics.covering import last_heard
from scoring.metrics.daily import Figure, How, days_of
from scoring.metrics.rows import Rows
from scoring.metrics.spreading import by_day

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
# What tells whether a customer's days have more than one row, or its rows more than one day.
MIXED: Final[Mapping[str, Figure]] = {
    "first_source": Figure("min", "source"),
    "last_source": Figure("max", "source"),
    "products": Figure("max", "product"),
    "period": Figure("max", "period_days"),
}
# What is asked of all time: when rows began and ended, whether any measured a column, and the mixture.
PAST: Final[Mapping[str, Figure]] = {
    "first": FIRST,
    **{figure.column: Figure("max", figure.column) for figure in FIGURES},
    **MIXED,
}
MIXTURE: Final = aggregates(MIXED)


def usage_rows(block: Block, until: date | None = None) -> QuerySet[Any]:
    """All usage of the block's customers by a date, else by that of the block."""
    return block.of_customers(Usage).filter(date__lte=until or block.on).alias(**DERIVED)


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
    return ~np.isnan(last_heard(block, "usage")) & (~np.isnan(figure(block, how, column, window)) | quiet)


def given(block: Block, how: How, column: str) -> Bools:
    """Whether the feed has measured it for the customer: lately, or ever where there are no rows of late."""
    wanted = Figure(how, column)
    lately = [figure(block, how, column, window) for window, figures in USUAL.items() if wanted in figures]
    return ~np.isnan(np.fmax.reduce([block.once(history)[column], *lately]))


def any_row(block: Block) -> Bools:
    """Whether the customer has ever had a usage row."""
    return ~np.isnan(last_row(block))


def users(block: Block, window: int) -> tuple[Floats, Bools]:
    """People who used the product in the window, and where that is a lower bound: the most on any one day."""
    distinct, most = figure(block, "last", "active_users_28d", window), figure(block, "max", "active_users", window)
    return np.where(np.isnan(distinct), most, distinct), np.isnan(distinct) & ~np.isnan(most)


def first_row(block: Block) -> Floats:
    """The day of each customer's first row in the last 30 days, or ever where those have none (nor the last 28)."""
    return np.fmin(figure(block, *FIRST, 30), block.once(history)["first"])


def last_row(block: Block) -> Floats:
    """The day of each customer's latest row."""
    return np.fmax(figure(block, *LAST, 30), block.once(history)["date"])


def row_days(block: Block) -> Floats:
    """How many days the rows of each customer stand for; the longest where they differ, 1 where there are none."""
    return np.fmax(1.0, np.fmax(block.once(counted)["period"], block.once(history)["period"]))


def sources(block: Block, found: Mapping[str, Floats]) -> tuple[Floats, Floats]:
    """The least and the greatest id of each customer's sources, of rows found elsewhere and of those counted here."""
    lately, past = block.once(counted), block.once(history)
    least = [lately["first_source"], past["first_source"], found["first_source"]]
    greatest = [lately["last_source"], past["last_source"], found["last_source"]]
    return np.fmin.reduce(least), np.fmax.reduce(greatest)


def ever(block: Block, asked: Mapping[str, Figure], who: Bools) -> dict[str, Floats]:
    """The least or greatest numbers (n) of all rows up to the day, of the customers `who`; NaN for the others."""
    if not who.any():
        return {name: np.full(len(block), np.nan) for name in asked}
    days = days_of(block)
    rows = usage_rows(block) if days is None else usage_rows(block, date.fromordinal(days.first - 1))
    found = per_customer(block, among(block, rows, who), aggregates(asked))
    if days is not None:
        for name, (how, column) in asked.items():
            either = (np.fmin if how == "min" else np.fmax)(found[name], days.ever(block, column, how))
            found[name] = np.where(who, either, np.nan)
    return found


# -- loaders -----------------------------------------------------------------------------------------------------------


def counted(block: Block) -> dict[str, Floats]:
    """The usual figures where each row is a day, by their aliases, and the mixture."""
    return _counted(block, USUAL)


def history(block: Block) -> dict[str, Floats]:
    """What is asked of all time, for customers without any row in the last 28 days; NaN for the others."""
    return ever(block, PAST, ~(block.once(counted)[_alias(ROWS, 28)] > 0))


def usual(block: Block) -> dict[tuple[Figure, int], Floats]:
    """The usual figures by figure and window."""
    return _complete(block, USUAL, block.once(counted))


def _alias(figure: Figure, window: int) -> str:
    return f"{figure.how}_{figure.column}_{window}"


def _counted(block: Block, asked: Mapping[int, tuple[Figure, ...]]) -> dict[str, Floats]:
    longest = max(asked)
    wanted = {_alias(figure, window): (figure, window) for window, figures in asked.items() for figure in figures}
    wanted |= {name: (figure, longest) for name, figure in MIXED.items()}
    days = days_of(block, longest)
    if days is None:
        return added_up(block, usage_rows(block), wanted)
    return {name: days.figure(block, column, how, window) for name, ((how, column), window) in wanted.items()}


def _complete(
    block: Block, asked: Mapping[int, tuple[Figure, ...]], raw: Mapping[str, Floats]
) -> dict[tuple[Figure, int], Floats]:
    """Count anew where days and rows are not the same."""
    found = {(figure, window): raw[_alias(figure, window)] for window in asked for figure in asked[window]}
    mixed = _is_mixed(raw) | _is_mixed(block.once(history))
    if mixed.any():
        days = by_day(block, mixed, max(asked), row_days(block))
        for (figure, window), plain in found.items():
            inside = days[days["date"] > days.day - window]
            found[figure, window] = np.where(mixed, _reduced(block, inside, figure), plain)
    return found


def _is_mixed(raw: Mapping[str, Floats]) -> Bools:
    return (raw["first_source"] < raw["last_source"]) | (raw["products"] > 0) | (raw["period"] > 1)


def _reduced(block: Block, days: Rows, figure: Figure) -> Floats:
    if figure.how == "last":
        return block.reduce(days[days.known(figure.column)].last("date"), figure.column, "max")
    return block.reduce(days, figure.column, figure.how)
