"""Days on which a feed was silent for everybody: nobody's use fell then, the feed did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
from django.db import connection, models
from django.db.models import F, Max
from numpy.lib.stride_tricks import sliding_window_view

from accounts.models import Source
from accounts.numbering import Number, columned
from scoring.engine.frame import Bools, Floats
from scoring.metrics.aggregating import among
from scoring.metrics.block import Block
from scoring.metrics.rows import Ints, Table

MOST_COLUMNS: Final = 500  # days asked for at once: no database answers with more than some thousand columns


def heard_days(block: Block, model: type[models.Model], sources: tuple[Floats, Floats], days: int) -> Bools:
    """On which of the last days (n x days, the date last) any customer at all has a row from the customer's sources.

    `sources` are the least and the greatest id of each customer's sources, NaN without any. One query, which looks at
    one entry of an index per source and day, and one more where customers have several sources.
    """
    heard = np.zeros((len(block), days), dtype=np.bool_)
    owners, ids = _sources(block, model, sources, days)
    begin = block.days - block.shared.first.toordinal()
    for source, sent in _sent(block, model, days).items():
        mine = owners[ids == source]
        heard[mine] |= sliding_window_view(sent, days)[begin[mine]]
    return heard


def _sources(block: Block, model: type[models.Model], sources: tuple[Floats, Floats], days: int) -> tuple[Ints, Floats]:
    """The places of customers in the block, and the ids of a source of each."""
    first, last = sources
    one, several = np.flatnonzero(first == last), first < last
    if not several.any():
        return one, first[one]
    since = block.dates[0] - timedelta(days=days - 1)
    rows = among(block, block.of_customers(model), several).filter(date__range=(since, block.dates[-1])).order_by()
    each = F("date") if len(block.dates) > 1 else Max("date")  # the latest is enough for one date
    found = rows.values_list("customer_id", "source_id").annotate(day=Number(each)).distinct()
    table = Table.of(columned(found, ["customer_id", "source", "date"], model))
    day = table.columns["date"]
    theirs = block.situated(table, day, day + days - 1)
    theirs = theirs[several[theirs.pos]]
    return np.concatenate([one, theirs.pos]), np.concatenate([first[one], theirs["source"]])


def _sent(block: Block, model: type[models.Model], days: int) -> Mapping[int, Bools]:
    """On which days each source has a row of anybody, from so many days up to the stretch's first date to its last."""
    shared = block.shared

    def load() -> Mapping[int, Bools]:
        asked = [shared.last - timedelta(days=back) for back in range((shared.last - shared.first).days + days)][::-1]
        parts = [asked[start : start + MOST_COLUMNS] for start in range(0, len(asked), MOST_COLUMNS)]
        found = [_asked(model, part, shared.known_by) for part in parts]
        return {source: np.concatenate([part[source] for part in found]) for source in found[0]}

    return shared.once(("sent", model, days), load)


def _asked(model: type[models.Model], days: Sequence[date], known_by: datetime | None) -> Mapping[int, Bools]:
    """The same of some days. Written as SQL: to build one EXISTS for each day costs Django more than to run it."""
    table, source = (connection.ops.quote_name(one._meta.db_table) for one in (model, Source))
    there = f"EXISTS (SELECT 1 FROM {table} r WHERE r.source_id = s.id AND r.date = %s"
    there += " AND r.known_at < %s)" if known_by else ")"
    known = [connection.ops.adapt_datetimefield_value(known_by)] if known_by else []
    asked = [value for day in days for value in (connection.ops.adapt_datefield_value(day), *known)]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT s.id, {', '.join([there] * len(days))} FROM {source} s", asked)
        return {source_id: np.array(sent, dtype=np.bool_) for source_id, *sent in cursor.fetchall()}


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
