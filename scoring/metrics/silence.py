"""Days on which a feed was silent for everybody: nobody's use fell then, the feed did."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
from django.db import connection, models

from accounts.models import Source
from scoring.engine.frame import Bools, Floats
from scoring.metrics.aggregating import among
from scoring.metrics.block import Block, Ints
from scoring.metrics.daily import REACH
from scoring.metrics.sharing import Shared


def heard_days(block: Block, model: type[models.Model], sources: tuple[Floats, Floats], days: int) -> Bools:
    """On which of the last days (n x days, the date last) any customer at all has a row from the customer's sources.

    `sources` are the least and the greatest id of each customer's sources, NaN without any. One query, which looks at
    one entry of an index per source and day, and one more where customers have several sources.
    """
    owners, ids = _sources(block, model, sources, days)
    known, column = np.unique(ids, return_inverse=True)
    belongs = np.zeros((len(block), len(known)), dtype=np.bool_)
    belongs[owners, column] = True
    return belongs @ _heard(block, model, known, days)


def _sources(block: Block, model: type[models.Model], sources: tuple[Floats, Floats], days: int) -> tuple[Ints, Ints]:
    """The places of customers in the block, and the ids of a source of each."""
    first, last = sources
    one, several = first == last, first < last
    rows = among(block, block.of_customers(model), several)
    rows = rows.filter(date__gt=block.on - timedelta(days=days), date__lte=block.on)
    pairs = list(rows.order_by().values_list("customer_id", "source_id").distinct())
    found = block.placed(pd.DataFrame(pairs, columns=["customer_id", "source"], dtype=np.int64))
    owners = np.concatenate([np.flatnonzero(one), found["pos"].to_numpy(np.int64)])
    return owners, np.concatenate([first[one], found["source"]]).astype(np.int64)


def _heard(block: Block, model: type[models.Model], sources: Ints, days: int) -> Bools:
    """Whether each of the sources (ids ascending) has a row of anybody on each of the last days."""
    if not len(sources):
        return np.zeros((0, days), dtype=np.bool_)
    shared = block.shared
    if shared.first < shared.last and days <= REACH:
        pairs = shared.once(("heard", model), lambda: _heard_days(model, shared))
        sent, on = (pairs[:, 0], pairs[:, 1] - (block.day - days + 1))
        inside = np.isin(sent, sources) & (on >= 0) & (on < days)
        here = np.zeros((len(sources), days), dtype=np.bool_)
        here[np.searchsorted(sources, sent[inside]), on[inside]] = True
        return here
    return _asked(model, sources, [block.on - timedelta(days=back) for back in reversed(range(days))], block.known_by)


def _asked(model: type[models.Model], sources: Ints, days: Sequence[date], known_by: datetime | None) -> Bools:
    """The same from the database. Written as SQL: to build one EXISTS for each day costs Django more than to run it."""
    table, source = (connection.ops.quote_name(one._meta.db_table) for one in (model, Source))
    there = f"EXISTS (SELECT 1 FROM {table} r WHERE r.source_id = s.id AND r.date = %s"
    there += " AND r.known_at < %s)" if known_by else ")"
    known = [connection.ops.adapt_datetimefield_value(known_by)] if known_by else []
    asked = [value for day in days for value in (connection.ops.adapt_datefield_value(day), *known)]
    marks = ", ".join(["%s"] * len(sources))
    with connection.cursor() as cursor:
        sql = f"SELECT {', '.join([there] * len(days))} FROM {source} s WHERE s.id IN ({marks}) ORDER BY s.id"
        cursor.execute(sql, [*asked, *sources.tolist()])
        return np.array(cursor.fetchall(), dtype=np.bool_).reshape(len(sources), len(days))


def _heard_days(model: type[models.Model], shared: Shared) -> Ints:
    """Every source and day number of a stretch, or of the time before that it may ask for, with a row of anybody."""
    days = (shared.first - timedelta(days=REACH), shared.last)
    rows = model._default_manager.filter(date__range=days).order_by().values_list("source_id", "date").distinct()
    pairs = [(source, day.toordinal()) for source, day in rows if source is not None]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def stretched(heard: Bools, periods: Floats) -> Bools:
    """The days that rows of several days tell of: those they stand for, and from the last on those until one is due."""
    result = heard.copy()
    days = np.arange(heard.shape[1])
    for period in np.unique(periods[periods > 1]).astype(np.int64):
        who = periods == period
        last = days[-1] - heard[who, ::-1].argmax(axis=1)[:, np.newaxis]
        result[who] |= (days > last) & (days < last + period)
        for step in range(1, min(int(period), len(days))):
            result[who, :-step] |= heard[who, step:]
    return result
