"""Figures of usage as the database adds them up: of blocks of one date and many customers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from django.db.models import Aggregate, Case, Count, F, Max, Min, Q, QuerySet, Sum, When

from accounts.models import Usage
from accounts.numbering import Number, columned
from scoring.engine.frame import Floats
from scoring.metrics.aggregating import per_customer
from scoring.metrics.block import Block
from scoring.metrics.daily import ACTIVE, LOGGED_IN, Figure
from scoring.metrics.rows import Table

AGGREGATES: Final[Mapping[str, type[Aggregate]]] = {"count": Count, "sum": Sum, "min": Min, "max": Max}


def _above_zero(columns: Iterable[str]) -> Q:
    return Q(*((f"{column}__gt", 0) for column in columns), _connector=Q.OR)


def _known(columns: Iterable[str]) -> Q:
    return Q(*((f"{column}__isnull", False) for column in columns), _connector=Q.OR)


# Columns made of others, as by `daily.derived`: 1 on such a day, 0 on another, null where not measured.
DERIVED: Final = {
    "active_day": Case(When(_above_zero(ACTIVE), then=1), When(_known(ACTIVE), then=0)),
    "login_day": Case(When(_above_zero(LOGGED_IN), then=1), When(_known(LOGGED_IN), then=0)),
    "core_day": Case(
        When(_above_zero(LOGGED_IN) & Q(core_features_used__gt=0), then=1),
        When(_known(LOGGED_IN) & Q(core_features_used__isnull=False), then=0),
    ),
    "login_on": Case(When(_above_zero(LOGGED_IN), then=F("date"))),
}


def aggregates(asked: Mapping[str, Figure]) -> dict[str, Aggregate]:
    """What to ask the database for; in place of a `last` value the date of it."""
    return {name: _aggregate(figure, Q()) for name, figure in asked.items()}


def added_up(block: Block, rows: QuerySet[Any], asked: Mapping[str, tuple[Figure, int]]) -> dict[str, Floats]:
    """Figures of usage over windows that end on the date (n each); NaN where no row measures it. Two queries."""
    windows = {window: Q(date__gt=block.on - timedelta(days=window)) for _, window in asked.values()}
    longest = max(windows)
    rows_inside, windows = rows.filter(windows[longest]), windows | {longest: Q()}
    found = per_customer(
        block, rows_inside, {name: _aggregate(figure, windows[window]) for name, (figure, window) in asked.items()}
    )
    last = {name: (figure.column, found[name]) for name, (figure, _) in asked.items() if figure.how == "last"}
    return found | _values_on(block, rows, last)


def _aggregate(figure: Figure, inside: Q) -> Aggregate:
    if figure.how == "last":  # first the date, then `_values_on` it
        return Max("date", filter=inside & Q(**{f"{figure.column}__isnull": False}))
    return AGGREGATES[figure.how](figure.column, filter=inside or None)


def _values_on(block: Block, rows: QuerySet[Any], asked: Mapping[str, tuple[str, Floats]]) -> dict[str, Floats]:
    """The sum of a column over the rows of each customer's date (n), for several columns and dates. One query."""
    columns = list(dict.fromkeys(column for column, _ in asked.values()))
    every = {date.fromordinal(int(day)) for _, days in asked.values() for day in days[~np.isnan(days)]}
    sums = {f"sum_{column}": Sum(column) for column in columns}
    found = rows.filter(date__in=every).order_by().values_list("customer_id", Number("date")).annotate(**sums)
    values = block.situated(Table.of(columned(found, ["customer_id", "date", *columns], Usage)))
    return {
        name: block.reduce(values[values["date"] == days[values.pos]], column, "max")
        for name, (column, days) in asked.items()
    }
