"""Usage by day where a day has several rows, or a row stands for several days."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import numpy as np

from accounts.models import Usage
from accounts.numbering import columned, selected
from scoring.engine.frame import Bools, Floats
from scoring.metrics.aggregating import among
from scoring.metrics.block import Block
from scoring.metrics.daily import FLOWS, LEVELS, days_of, derived
from scoring.metrics.rows import DAY_BITS, Ints, Rows, Table, reduced

SOURCE_BITS: Final = 32  # of a key: ids of sources are below 2 ** 32
COLUMNS: Final = ("date", "source", "period_days", *FLOWS, *LEVELS)


def by_day(block: Block, who: Bools, window: int, longest: Floats) -> Rows:
    """One row for each of the customers in `who` (one at least) and day (`date`) of the window that a row tells of.

    Rows of sources and products of one day are added up (presets 1). A row of a weekly or monthly feed stands for each
    of its days, and for the days after it until the next one is due: a flow such as logins is shared out evenly, a
    level such as active users is the same on each. But only the day on which such a row ends is known to be an active
    one, so that days counted from it are a lower bound. `longest` (n) is the longest period to look back for.
    """
    days = spread(_rows(block, who, window + longest - 1))
    days = days[days["date"] > days.day - window]
    keys, place = np.unique(days.pos << DAY_BITS | days["date"].astype(np.int64), return_inverse=True)
    added = {name: _added(place, days[name], len(keys)) for name in (*FLOWS, *LEVELS, "ends")}
    added["date"] = (keys & (1 << DAY_BITS) - 1).astype(np.float64)
    pos = keys >> DAY_BITS
    table = Table(block.ids[pos], {**added, **derived(added, added["ends"] > 0)})
    return Rows(table, np.arange(len(keys)), pos, block.days)


def spread(rows: Rows) -> Rows:
    """Repeat each row on the days it stands for; `ends` is 1 on the one it is dated."""
    date, period = rows["date"], rows["period_days"]
    waiting = np.where(_is_last(rows), np.minimum(rows.day - date, period - 1), 0.0)
    lasts = (period + waiting).astype(np.int64)
    days = rows[np.repeat(np.arange(len(rows)), lasts)]
    gone = np.arange(len(days)) - np.repeat(lasts.cumsum() - lasts, lasts)
    day = days["date"] - days["period_days"] + 1 + gone
    flows = {name: days[name] / days["period_days"] for name in FLOWS}
    return days.assign(ends=(day == days["date"]).astype(np.float64), date=day, **flows)


def _is_last(rows: Rows) -> Bools:
    """Which rows are of the latest day of their source."""
    source = np.unique(rows.pos << SOURCE_BITS | rows["source"].astype(np.int64), return_inverse=True)[1]
    found: Bools = rows["date"] == reduced(source, rows["date"], len(rows), "max")[source]
    return found


def _added(place: Ints, values: Floats, n: int) -> Floats:
    known = ~np.isnan(values)
    return reduced(place[known], values[known], n, "sum")


def _rows(block: Block, who: Bools, back: Floats) -> Rows:
    """The rows of the customers in `who` (one at least) of the last days, of so many of each (n)."""
    most = int(back[who].max())
    days = days_of(block, most)
    table = _read(block, who, most) if days is None else days.table
    date = table.columns["date"]
    first = np.where(np.isin(table.owner, block.ids[who]), date, np.inf)  # never of the others
    rows = block.situated(table, first, date + most - 1)
    return rows[who[rows.pos] & (rows["date"] > rows.day - back[rows.pos])]


def _read(block: Block, who: Bools, days: int) -> Table:
    rows = among(block, block.of_customers(Usage), who)
    rows = rows.filter(date__gt=block.on - timedelta(days=days), date__lte=block.on).order_by()
    found = rows.values_list("customer_id", *selected(Usage, COLUMNS))
    return Table.of(columned(found, ["customer_id", *COLUMNS], Usage))
