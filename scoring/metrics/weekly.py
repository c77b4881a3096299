"""Usage added up over whole weeks, so that no weekday weighs more in one than in another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from django.db.models import Count, IntegerField, Max, Q, Sum
from django.db.models.functions import Cast
from numpy.lib.stride_tricks import sliding_window_view

from accounts.models import Usage
from accounts.numbering import Number
from scoring.engine.frame import Bools, Floats
from scoring.metrics.aggregating import among
from scoring.metrics.block import Block
from scoring.metrics.daily import Days, days_of, rolled
from scoring.metrics.rows import Ints
from scoring.metrics.silence import heard_days
from scoring.metrics.usage import counted, row_days, sources, usage_rows
from scoring.metrics.working import gathered

WEEK: Final = 7
LONGEST: Final = 27  # weeks: the last one and the half year before it
COMPARED: Final = 6  # weeks in which days that the feed was silent are made up for
HEARD_DAYS: Final = WEEK * (COMPARED + 1)
AMOUNTS: Final = ("logins", "minutes", "actions")
NEEDED: Final = ("date", *AMOUNTS, "core_day", "executive_logins")
ASKED: Final = {
    "rows": Count("pk"),
    **{f"sum_{column}": Sum(column) for column in AMOUNTS},
    "core_days": Count("date", distinct=True, filter=Q(core_day=1)),
    "core_rows": Count("core_day"),
    "executive": Max(Number("date"), filter=Q(executive_logins__gt=0)),
}


@dataclass(frozen=True, slots=True)
class Weeks:
    """Sums of n customers over so many weeks (n x weeks), the latest first; NaN = not known.

    A week without rows is nought once the customer has had rows; a week whose rows do not measure it is unknown, and so
    is everything where rows stand for more than a week. `core_days` and `core_rows` are plain counts. `executive` (n)
    is the latest day of an executive's login.
    """

    logins: Floats
    minutes: Floats
    actions: Floats
    core_days: Floats
    core_rows: Floats
    executive: Floats


def median(rows: Floats, needed: int = 1) -> Floats:
    """The median of each row's numbers (n x weeks), NaN where fewer are there than needed.

    numpy's own leaves NaN out with masked arrays, which takes eight times as long.
    """
    ordered, known = np.sort(rows, axis=1), (~np.isnan(rows)).sum(axis=1)  # NaN come last
    row = np.arange(len(rows))
    middle = (ordered[row, np.maximum(known - 1, 0) // 2] + ordered[row, known // 2]) / 2
    return np.where(known >= needed, middle, np.nan)


def weekly(block: Block) -> Weeks:
    """The weeks of half a year and one, the last of which ends on the last day that the customer's feed was heard."""
    heard = block.once(heard_of)
    lag = np.where(heard.any(axis=1), heard[:, ::-1].argmax(axis=1), 0)
    found = weeks_before(block, lag, LONGEST)
    factor = np.ones((len(block), LONGEST))
    factor[:, :COMPARED] = _made_up(heard, lag)
    fits = (row_days(block) <= WEEK)[:, np.newaxis]
    amounts = {column: np.where(fits, _known(found, column) * factor, np.nan) for column in AMOUNTS}
    executive = np.fmax.reduce(found["executive"], axis=1)
    counts = {name: np.nan_to_num(found[name]) for name in ("core_days", "core_rows")}
    return Weeks(**amounts, **counts, executive=executive)


def heard_of(block: Block) -> Bools:
    """On which of the last seven weeks' days (n x 49, the date last) the customer's feeds sent anything of anybody."""
    return heard_days(block, Usage, sources(block, block.once(counted)), HEARD_DAYS)


def _made_up(heard: Bools, lag: Ints) -> Floats:
    """What each of the compared weeks' sums is multiplied by: days usually heard of a week / days heard of it."""
    back = np.pad(heard[:, ::-1], ((0, 0), (0, HEARD_DAYS)))
    days = sliding_window_view(back, WEEK * COMPARED, axis=1)[np.arange(len(heard)), lag]
    days = days.reshape(len(heard), COMPARED, WEEK).sum(axis=2)
    usual = days.max(axis=1, keepdims=True)
    made_up: Floats = np.divide(usual, days, out=np.full(days.shape, np.nan), where=days > 0)
    return np.where(usual > 0, made_up, 1.0)


def _known(found: Mapping[str, Floats], column: str) -> Floats:
    rows, amounts = np.nan_to_num(found["rows"]), found[f"sum_{column}"]
    begun = np.logical_or.accumulate(~np.isnan(amounts[:, ::-1]), axis=1)[:, ::-1]
    return np.where(begun & (rows == 0), 0.0, amounts)


def weeks_before(block: Block, lag: Ints, weeks: int) -> Mapping[str, Floats]:
    """`ASKED` for each customer and week (n x weeks) of those that end `lag` days (n) before the date.

    Where the database adds up, one query for each different lag.
    """
    days = days_of(block)
    if days is not None:
        return _weeks_here(days, block, lag, weeks)
    found = dict.fromkeys(ASKED, np.full((len(block), weeks), np.nan))
    for ago in np.unique(lag).tolist():
        who = lag == ago
        added = _weeks_asked(block, block.day - ago, weeks, who)
        found = {name: np.where(who[:, np.newaxis], added[name], found[name]) for name in ASKED}
    return found


def _weeks_here(days: Days, block: Block, lag: Ints, weeks: int) -> Mapping[str, Floats]:
    back = lag[:, np.newaxis] + WEEK * np.arange(weeks)
    figures = {f"sum_{column}": days.over(column, "sum", WEEK) for column in AMOUNTS}
    figures |= {"rows": days.over("date", "count", WEEK), "core_rows": days.over("core_day", "count", WEEK)}
    figures |= days.table.once(_in_weeks, lambda: _in_weeks(days))
    return gathered(days, block, figures, back)


def _in_weeks(days: Days) -> Mapping[str, Floats]:
    """In the week that ends on each day (C x D): days of use of the core, and the latest of an executive's logins."""
    core = (days.on_days("core_day", "max") == 1).astype(np.float64)
    dates = np.where(days.on_days("executive_logins", "max") > 0, days.first + np.arange(days.shape[1]), np.nan)
    return {"core_days": rolled(core, WEEK, np.add), "executive": rolled(dates, WEEK, np.fmax)}


def _weeks_asked(block: Block, end: int, weeks: int, who: Bools) -> Mapping[str, Floats]:
    """The same of the customers in `who` and the weeks up to a day number, from the database."""
    last = date.fromordinal(end)
    rows = among(block, usage_rows(block), who)
    rows = rows.filter(date__gt=last - timedelta(days=WEEK * weeks), date__lte=last)
    week = (end - Cast(Number("date"), IntegerField())) / WEEK  # whole numbers: what is left over is cut off
    found = list(rows.order_by().annotate(week=week).values_list("customer_id", "week").annotate(**ASKED))
    columns: list[Any] = list(zip(*found, strict=True)) or [()] * (2 + len(ASKED))
    owners, place = np.array(columns[0], np.int64), np.array(columns[1], np.int64)
    pos: Ints = np.minimum(np.searchsorted(block.ids, owners), len(block) - 1)
    inside = block.ids[pos] == owners
    result = {}
    for name, column in zip(ASKED, columns[2:], strict=True):
        result[name] = np.full((len(block), weeks), np.nan)
        result[name][pos[inside], place[inside]] = np.array(column, np.float64)[inside]
    return result


def first_known(weeks: Weeks, needed: Callable[[Floats], Bools]) -> Floats:
    """The first of minutes, actions and logins (n x weeks) of which enough is known; NaN where none is."""
    chosen = np.full(weeks.logins.shape, np.nan)
    for amounts in (weeks.logins, weeks.actions, weeks.minutes):
        chosen = np.where(needed(amounts)[:, None], amounts, chosen)
    return chosen
