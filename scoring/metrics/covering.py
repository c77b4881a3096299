"""Whom a source covers, of whom it has ever had a row of a kind, and when it was last heard (presets 0.3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from typing import Any, Final

import numpy as np
from django.db import connection, models
from django.db.models import Min, Q

from accounts.business_days import end_of
from accounts.history import known_before
from accounts.kinds import KINDS
from accounts.models.records import OfCustomer
from accounts.numbering import Number, columned
from scoring.engine.frame import Bools, Floats
from scoring.metrics.block import Block
from scoring.metrics.deliveries import Deliveries, dated_by, happened_by
from scoring.metrics.rows import Ints
from scoring.metrics.sharing import Shared

RECENT_DAYS: Final = 60  # where most covered customers have a row; older history is asked for only of the others
ALWAYS: Final = 0.0  # the day since when somebody is covered by a row that nothing dates
Pairs = dict[int, tuple[Ints, Floats]]  # by source, the ids of customers and the day since when each is covered


def last_heard(block: Block, kind: str) -> Floats:
    """For each customer (n) the day up to which silence of a kind can be judged; NaN where no source covers them.

    It is the date itself where a source that covers the customer is alive, else the last day such a source was heard.
    A customer is covered by a source that ever had a row of the kind for them, or is complete for the kind.
    """
    return block.once(_last_heard_of(kind))


@cache
def _last_heard_of(kind: str) -> Callable[[Block], Floats]:
    """The loader for a kind; the same function each time, so that a block keeps its answer."""

    def load(block: Block) -> Floats:
        heard, (days, which) = np.full(len(block), np.nan), block.once(_dates)
        for source in _deliveries(block).sources(kind):
            last, alive = source.heard(days)
            day = np.where(alive, days, last)[which]
            here = True if source.covers_all else covered(block, kind, source.source_id)
            heard = np.where(here, np.fmax(heard, day), heard)
        return heard

    return load


def _dates(block: Block) -> tuple[Ints, Ints]:
    """The day numbers of a block, each once, and which of them is each customer's (n)."""
    days, which = np.unique(block.days, return_inverse=True)
    return days, which


def _deliveries(block: Block) -> Deliveries:
    """When each source delivered."""
    return block.shared.once(Deliveries, lambda: Deliveries(block.shared))


def covered(block: Block, kind: str, source_id: int) -> Bools:
    """Which customers a source covers for a kind on their days (n). Who was covered once is for ever."""
    pairs = _pairs_of(block, kind)
    if source_id not in pairs:
        return np.zeros(len(block), np.bool_)
    ids, since = pairs[source_id]
    place = np.searchsorted(ids, block.ids).clip(max=len(ids) - 1)
    found: Bools = (ids[place] == block.ids) & (since[place] <= block.days)
    return found


def _pairs_of(block: Block, kind: str) -> Pairs:
    shared = block.shared
    if shared.first < shared.last:
        return shared.once((_since, kind), lambda: _since(block, kind))
    if shared.customers[0] == shared.customers[1]:
        return shared.once(_of_one, lambda: _of_one(shared)).get(kind, {})
    return shared.once((_by_then, kind), lambda: _by_then(block, kind))


def _of_one(shared: Shared) -> dict[str, Pairs]:
    """The sources of every kind that cover one customer on one date. One query: to build many takes longer."""
    every = [kind for kind, model in KINDS.items() if issubclass(model, OfCustomer)]
    parts, values = zip(*(_rows_of_one(kind, shared) for kind in every), strict=True)
    found: dict[str, Pairs] = {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ".join(parts), [value for some in values for value in some])
        for kind, source_id in cursor.fetchall():
            found.setdefault(kind, {})[source_id] = np.array([shared.customers[0]]), np.array([ALWAYS])
    return found


def _rows_of_one(kind: str, shared: Shared) -> tuple[str, list[Any]]:
    """The query for the sources of a kind, with its values; what `_ever` says, as SQL."""
    model, ops, columns = KINDS[kind], connection.ops, dict(dated_by(kind))
    on, before = ops.adapt_datefield_value(shared.first), ops.adapt_datetimefield_value(end_of(shared.first))
    named = {column: f"r.{ops.quote_name(column)}" for column in columns}
    dated = [f"{named[column]} {'<' if is_moment else '<='} %s" for column, is_moment in columns.items()]
    if all(model._meta.get_field(column).null for column in columns):
        dated.append(" AND ".join([*(f"{name} IS NULL" for name in named.values()), "1 = 1"]))
    known = " AND r.known_at < %s" if known_before(model, shared.known_by) else ""
    sql = f"SELECT '{kind}', r.source_id FROM {ops.quote_name(model._meta.db_table)} r WHERE r.customer_id = %s"
    values = [before if is_moment else on for is_moment in columns.values()]
    known_by = [ops.adapt_datetimefield_value(shared.known_by)] if known else []
    return f"{sql} AND r.source_id IS NOT NULL AND ({' OR '.join(dated)}){known}", [
        shared.customers[0],
        *values,
        *known_by,
    ]


def _since(block: Block, kind: str) -> Pairs:
    """Of each source the customers of whom it ever had a row, and since when. One query."""
    model, columns = KINDS[kind], dict(dated_by(kind))
    first = {f"first_{column}": Number(Min(column)) for column in columns}
    rows = block.of_customers(model).exclude(source=None).order_by()
    found = columned(
        rows.values_list("source_id", "customer_id").annotate(**first), ["id", "customer_id", *columns], model
    )
    days = [found[f"{column}_day" if is_moment else column] for column, is_moment in columns.items()]
    return _by_source(found["id"], found["customer_id"], np.fmin.reduce(days) if days else np.full(len(found), np.nan))


def _by_then(block: Block, kind: str) -> Pairs:
    """The same of one date: of whom a source has recent rows, and older ones of others. A query, and one a source."""
    rows, on, ids = block.of_customers(KINDS[kind]).exclude(source=None), block.on, np.unique(block.ids)
    found = [_pairs(rows.filter(_dated(kind, on - timedelta(days=RECENT_DAYS), on)))]
    source_id, owner = found[0].T
    for source in _deliveries(block).sources(kind):
        others = ids[~np.isin(ids, owner[source_id == source.source_id])].tolist()
        if others and not source.covers_all:
            older = rows.filter(_ever(kind, on), source=source.source_id, customer_id__in=others)
            found.append(_pairs(older))
    source_id, owner = np.concatenate(found).T
    return _by_source(source_id, owner, np.full(len(owner), np.nan))


def _by_source(source_id: Ints, owner: Ints, since: Floats) -> Pairs:
    """Sorted by customer; a row that nothing dates has been there all along."""
    order, found = np.argsort(owner, kind="stable"), {}
    source_id, owner, since = source_id[order], owner[order], np.nan_to_num(since[order], nan=ALWAYS)
    for one in np.unique(source_id).tolist():
        mine = source_id == one
        found[one] = owner[mine], since[mine]
    return found


def _pairs(rows: models.QuerySet[Any]) -> Ints:
    pairs = list(rows.order_by().values_list("source_id", "customer_id").distinct())
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def _ever(kind: str, on: date) -> Q:
    """The condition that a row is dated by a date, or, as a contact with a name only, has been there all along.

    A column that is never empty is not asked whether it is: SQLite would take that for a reason to use another index.
    """
    columns, model = list(dated_by(kind)), KINDS[kind]
    undated = Q(**{f"{column}__isnull": True for column, _ in columns})
    dated = undated if all(model._meta.get_field(column).null for column, _ in columns) else Q()
    for column, is_moment in columns:
        dated |= happened_by(column, is_moment, on)
    return dated


def _dated(kind: str, after: date, until: date) -> Q:
    """The condition that one of a row's dates lies after the first and not after the second."""
    found = Q()
    for column, is_moment in dated_by(kind):
        found |= happened_by(column, is_moment, until) & ~happened_by(column, is_moment, after)
    return found
