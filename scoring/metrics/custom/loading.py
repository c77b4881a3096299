"""The rows that a metric declared without code adds up, as they were known to be on the date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache

import numpy as np
from django.db.models import Q

from accounts.business_days import end_of, start_of
from scoring.engine.frame import Bools
from scoring.metrics.block import Block, Since
from scoring.metrics.custom import declared
from scoring.metrics.custom.comparing import holding
from scoring.metrics.custom.tables import PLANNED, TABLES, Holds, Table, day_of, is_moment
from scoring.metrics.money import in_reporting_currency
from scoring.metrics.rows import Column, Rows

Loader = Callable[[Block], Rows]
UNRATED = "unrated"  # the column that marks amounts without an exchange rate


def rows_in(source: declared.Rows, block: Block, window: int) -> Rows:
    """The rows that count, with the day of a fact as `on`, and money in the reporting currency."""
    rows = block.once(_loader(source.kind, _columns(source), window))
    return rows[holding(rows, source.where, source.table)]


def _columns(source: declared.Rows) -> tuple[str, ...]:
    """What is read: the date, what is asked, and the currency where money is."""
    table = source.table
    asked = {source.column, table.date, *table.begins, *(one.column for one in source.where)} - {""}
    if any(table.columns.get(one) is Holds.MONEY for one in asked):
        asked.add("currency")
    return tuple(sorted(asked))


@lru_cache(maxsize=256)  # a block keeps what a loader made by the loader itself: the same question, the same loader
def _loader(kind: str, columns: tuple[str, ...], window: int) -> Loader:
    table = TABLES[kind]
    return lambda block: _finished(
        _facts(block, table, columns, window) if table.date else _states(block, table, columns), block, table
    )


def _facts(block: Block, table: Table, columns: tuple[str, ...], window: int) -> Rows:
    found = block.table(table.model, columns, _lately(table.kind, window))
    day = found.columns[day_of(table, table.date)]
    rows = block.situated(found, day, day + window - 1)
    return rows.assign(on=rows[day_of(table, table.date)])


@lru_cache(maxsize=256)  # the nights of a stretch share rows by the condition itself
def _lately(kind: str, window: int) -> Callable[[Since, date], Q]:
    table = TABLES[kind]

    def where(since: Since, until: date) -> Q:
        if is_moment(table, table.date):
            return Q(**{f"{table.date}__gte": start_of(since(window)), f"{table.date}__lt": end_of(until)})
        return Q(**{f"{table.date}__gte": since(window), f"{table.date}__lte": until})

    return where


def _states(block: Block, table: Table, columns: tuple[str, ...]) -> Rows:
    """Records as they were on the date; what begins later is not there yet."""
    rows = block.records(table.kind, columns)
    there: Bools = np.ones(len(rows), np.bool_)
    for begins in table.begins:
        there &= ~(rows[begins] > rows.day)
    rows = rows[there]
    return rows.assign(on=rows.day.astype(np.float64))


def _finished(rows: Rows, block: Block, table: Table) -> Rows:
    """Empty what has not happened by the date, and turn money into the reporting currency."""
    unrated: Bools = np.zeros(len(rows), np.bool_)
    made: dict[str, Column] = {}
    for column in (one for one in table.columns if one in rows):
        holds = table.columns[column]
        if holds is Holds.MONEY:
            made[column] = in_reporting_currency(block, rows, column, rows["on"])
            unrated |= rows.known(column) & np.isnan(made[column])
        if holds is Holds.DAY and column not in PLANNED:
            days = day_of(table, column)
            later = rows[days] > rows.day
            made |= {name: np.where(later, np.nan, rows[name]) for name in {column, days}}
    return rows.assign(**made, **{UNRATED: unrated})
