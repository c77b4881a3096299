"""Usage by day where a day has several rows, or a row stands for several days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import numpy as np
import pandas as pd
from django.db.models import Sum

from accounts.models import Usage
from accounts.numbering import framed, selected
from scoring.engine.frame import Bools
from scoring.metrics.aggregating import among
from scoring.metrics.block import Block

LOGGED_IN: Final = ("active_users", "logins")  # above zero on a day when somebody came
ACTIVE: Final = (*LOGGED_IN, "sessions")
FLOWS: Final = ["logins", "sessions", "minutes", "actions", "api_calls"]  # add up over days
LEVELS: Final = ["active_users", "active_users_28d", "licensed_users", "features_used", "core_features_used"]


def by_day(block: Block, who: Bools, since: int, longest: int) -> pd.DataFrame:
    """One row per customer (`pos`) and day (`date`) from the day number `since` on, for customers in `who`.

    Rows of sources and products of one day are added up (presets 1). A row of a weekly or monthly feed stands for each
    of its days, and for the days after it until the next one is due: a flow such as logins is shared out evenly, a
    level such as active users is the same on each. But only the day on which such a row ends is known to be an active
    one, so that days counted from it are a lower bound. `longest` is the longest period to look back for.
    """
    days = spread(_rows(block, who, since - longest), block.day)
    days = days[days["date"] >= since]
    added = days.groupby(["pos", "date"])[[*FLOWS, *LEVELS, "ends"]].sum(min_count=1).reset_index()
    came = _flag(added, LOGGED_IN)
    core = added["core_features_used"]
    return added.assign(
        active_day=_flag(added, ACTIVE),
        login_day=came,
        core_day=(came * (core > 0)).where(core.notna()),
        login_on=added["date"].where(came > 0),
    )


def spread(rows: pd.DataFrame, today: int) -> pd.DataFrame:
    """Repeat each row on the days it stands for; `ends` is 1 on the one it is dated."""
    last = rows.groupby(["pos", "source_id"])["date"].transform("max")
    waiting = np.where(rows["date"] == last, np.minimum(today - rows["date"], rows["period_days"] - 1), 0.0)
    lasts = (rows["period_days"] + waiting).to_numpy(np.int64)
    days = rows.loc[rows.index.repeat(lasts)]
    day = days["date"] - days["period_days"] + 1 + days.groupby(level=0).cumcount()
    shared = days[FLOWS].div(days["period_days"], axis=0)
    return days.assign(ends=(day == days["date"]).astype(np.float64), date=day, **shared)


def _flag(days: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    measured = days[list(columns)]
    above = measured.gt(0).any(axis=1) & (days["ends"] > 0)
    return above.astype(np.float64).where(measured.notna().any(axis=1))


def _rows(block: Block, who: Bools, after: int) -> pd.DataFrame:
    """The rows of each customer, source, date and period, products added up."""
    rows = among(block, block.of_customers(Usage), who)
    rows = rows.filter(date__gt=date.fromordinal(after), date__lte=block.on)
    keys = ["customer_id", "source_id", "date", "period_days"]
    sums = {f"sum_{column}": Sum(column) for column in (*FLOWS, *LEVELS)}
    found = rows.order_by().values_list(*selected(Usage, keys)).annotate(**sums)
    return block.placed(framed(found, [*keys, *FLOWS, *LEVELS], Usage))
