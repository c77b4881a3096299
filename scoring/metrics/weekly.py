"""Usage added up over whole weeks, so that no weekday weighs more in one than in another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import numpy as np
from django.db.models import Count, IntegerField, Max, Q, QuerySet, Sum
from django.db.models.functions import Cast

from accounts.models import Usage
from accounts.numbering import Number
from scoring.engine.frame import Bools, Floats
from scoring.metrics.aggregating import among
from scoring.metrics.block import Block, Ints
from scoring.metrics.daily import Part, days_of, reduced
from scoring.metrics.silence import heard_days
from scoring.metrics.usage import counted, row_days, sources, usage_rows

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


def weekly(block: Block) -> Weeks:
    """The weeks of half a year and one, the last of which ends on the last day that the customer's feed was heard."""
    heard = block.once(heard_of)
    lag = np.where(heard.any(axis=1), heard[:, ::-1].argmax(axis=1), 0)
    found = dict.fromkeys(ASKED, np.full((len(block), LONGEST), np.nan))
    factor = np.ones((len(block), LONGEST))
    for days in np.unique(lag):
        who = lag == days
        added = weeks_before(block, block.day - int(days), LONGEST, who)
        found = {name: np.where(who[:, None], added[name], found[name]) for name in ASKED}
        factor[who, :COMPARED] = _made_up(heard[who], int(days))
    fits = (row_days(block) <= WEEK)[:, None]
    amounts = {column: np.where(fits, _known(found, column) * factor, np.nan) for column in AMOUNTS}
    executive = np.fmax.reduce(found["executive"], axis=1)
    counts = {name: np.nan_to_num(found[name]) for name in ("core_days", "core_rows")}
    return Weeks(**amounts, **counts, executive=executive)


def heard_of(block: Block) -> Bools:
    """On which of the last seven weeks' days (n x 49, the date last) the customer's feeds sent anything of anybody."""
    return heard_days(block, Usage, sources(block, block.once(counted)), HEARD_DAYS)


def _made_up(heard: Bools, lag: int) -> Floats:
    """What each of the compared weeks' sums is multiplied by: days usually heard of a week / days heard of it."""
    days = heard[:, ::-1][:, lag : lag + WEEK * COMPARED]
    missing = WEEK * COMPARED - days.shape[1]
    days = np.pad(days, ((0, 0), (0, max(missing, 0)))).reshape(len(heard), COMPARED, WEEK).sum(axis=2)
    usual = days.max(axis=1, keepdims=True)
    made_up: Floats = np.divide(usual, days, out=np.full(days.shape, np.nan), where=days > 0)
    return np.where(usual > 0, made_up, 1.0)


def _known(found: dict[str, Floats], column: str) -> Floats:
    rows, amounts = np.nan_to_num(found["rows"]), found[f"sum_{column}"]
    begun = np.logical_or.accumulate(~np.isnan(amounts[:, ::-1]), axis=1)[:, ::-1]
    return np.where(begun & (rows == 0), 0.0, amounts)


def weeks_before(block: Block, end: int, weeks: int, who: Bools) -> dict[str, Floats]:
    """`ASKED` for each customer of `who` and week (n x weeks) up to the day number `end`. At most one query."""
    part = days_of(block, end - WEEK * weeks + 1, end)
    if part is not None:
        return _placed_here(part.only(*NEEDED).where(who[part.pos]), end, weeks)
    rows = among(block, usage_rows(block), who)
    last = block.on - timedelta(days=block.day - end)
    rows = rows.filter(date__gt=last - timedelta(days=WEEK * weeks), date__lte=last)
    return _placed(block, rows, end, weeks)


def _placed(block: Block, rows: QuerySet[Any], end: int, weeks: int) -> dict[str, Floats]:
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


def _placed_here(part: Part, end: int, weeks: int) -> dict[str, Floats]:
    """What `_placed` asks the database for, of rows that are here already."""
    size = part.n * weeks
    place = part.pos * weeks + (end - part.columns["date"].astype(np.int64)) // WEEK
    days = Part(size, place, part.columns)
    rows = days.counts()
    found = {"rows": rows, **{f"sum_{column}": days.reduce(column, "sum") for column in AMOUNTS}}
    core = days.only("date").where(days.columns["core_day"] == 1)
    _, first = np.unique(core.pos * end + core.columns["date"].astype(np.int64), return_index=True)
    counts = {
        "core_days": reduced(core.pos[first], core.columns["date"][first], size, "count"),
        "core_rows": days.reduce("core_day", "count"),
    }
    found |= {name: np.where(rows > 0, count, np.nan) for name, count in counts.items()}
    found["executive"] = days.only("date").where(days.columns["executive_logins"] > 0).reduce("date", "max")
    return {name: found[name].reshape(part.n, weeks) for name in ASKED}


def first_known(weeks: Weeks, needed: Callable[[Floats], Bools]) -> Floats:
    """The first of minutes, actions and logins (n x weeks) of which enough is known; NaN where none is."""
    chosen = np.full(weeks.logins.shape, np.nan)
    for amounts in (weeks.logins, weeks.actions, weeks.minutes):
        chosen = np.where(needed(amounts)[:, None], amounts, chosen)
    return chosen
