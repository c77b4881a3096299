"""Metrics of use week by week: what has just fallen, and what is out of the ordinary."""

from __future__ import annotations

from typing import Final

import numpy as np

from scoring.engine.frame import Bools, Floats
from scoring.metrics.block import Block
from scoring.metrics.metric import Quiet, Reading
from scoring.metrics.noticing import declare_noticed
from scoring.metrics.rows import Ints
from scoring.metrics.weekly import WEEK, first_known, median, weekly, weeks_before

DECIMALS: Final = 9  # so that a fall of exactly a fifth is one
WEEKS_BEFORE = 4
YEAR: Final = 52 * WEEK  # days, so that weekdays fall on weekdays
MOST_HOLIDAYS = 1
TROUGH: Final = -15.0  # percent: a fall of the same week a year ago that explains this one
WEEKS_NEEDED = 12
NORMAL: Final = 1.4826  # times the median absolute deviation = the standard deviation of a normal spread
LEAST_SPREAD: Final = 0.01  # of the median: without any spread the least change would be infinitely unusual


def growth(now: Floats, before: Floats) -> Floats:
    """100 x (now / before - 1), NaN where there was nothing before."""
    change = np.divide(100.0 * (now - before), before, out=np.full(len(now), np.nan), where=before > 0)
    return np.round(change, DECIMALS)


def _logins(block: Block) -> tuple[Floats, Floats]:
    """Logins of the last week, and the mean of the four weeks before."""
    logins = block.once(weekly).logins
    return logins[:, 0], logins[:, 1 : WEEKS_BEFORE + 1].mean(axis=1)


@declare_noticed(
    "logins_wow",
    noted_under=("login_trend",),
    label="Logins this week",
    unit="%",
    better="up",
    meaning="Logins of the last seven days against the mean of the four weeks before.",
    kinds=("usage",),
    window=35,
    quiet=Quiet.MISSING,
    minimum=20,
    validity=7,
    cite="S002-10",
)
def logins_wow(block: Block, window: int) -> Reading:
    """100 x (logins of 7 days / mean of the four 7 days before - 1), of 20 logins a week or more.

    Days on which the feed was silent are made up for: the feed fell then, nobody's use did.
    """
    now, before = _logins(block)
    return Reading(growth(now, before), np.nan_to_num(before))


@declare_noticed(
    "logins_before",
    label="Logins a week before",
    unit="logins",
    better="up",
    meaning="Mean of the logins per week in the four weeks before the last one.",
    kinds=("usage",),
    window=35,
    quiet=Quiet.MISSING,
    validity=7,
    cite="S002-10",
)
def logins_before(block: Block, window: int) -> Reading:
    """Mean of four 7-day sums."""
    before = _logins(block)[1]
    return Reading(before, (~np.isnan(before)).astype(np.float64))


@declare_noticed(
    "login_dip_expected",
    label="Quiet week expected",
    unit="0 or 1",
    better="between",
    meaning="Whether holidays, or the same week a year ago, explain fewer logins.",
    kinds=("usage",),
    window=14,
    quiet=Quiet.ZERO,
    validity=7,
    cite="S002-10",
)
def login_dip_expected(block: Block, window: int) -> Reading:
    """1 with two holidays or more in the last week or the one before, or a fall of 15 % or more a year ago."""
    dip = (_on_holiday(block) | _fell_a_year_ago(block)).astype(np.float64)
    return Reading(dip, dip)


def _on_holiday(block: Block) -> Bools:
    many = np.zeros(len(block), dtype=np.bool_)
    for calendar, who in block.working_days:
        days = sorted(day.toordinal() for day in calendar.holidays if day.isoweekday() in calendar.weekdays)
        by = [np.searchsorted(days, block.days[who] - ago, side="right") for ago in (0, WEEK, 2 * WEEK)]
        many[who] = np.maximum(by[0] - by[1], by[1] - by[2]) > MOST_HOLIDAYS
    return many


def _fell_a_year_ago(block: Block) -> Bools:
    """Asked only of those whose logins have fallen. One query."""
    fallen = growth(*_logins(block)) <= TROUGH
    if fallen.any():
        then, place = block.elsewhen(block.days - YEAR, fallen)
        found = weeks_before(then, np.zeros(len(then), dtype=np.int64), 1 + WEEKS_BEFORE)
        logins = np.nan_to_num(found["sum_logins"])
        fallen[fallen] = (growth(logins[:, 0], logins[:, 1:].mean(axis=1)) <= TROUGH)[place]
    return fallen


@declare_noticed(
    "usage_2w",
    noted_under=("usage_trend", "usage_anomaly"),
    label="Use of two weeks",
    unit="%",
    better="up",
    meaning="Use of the last two weeks against the four weeks before.",
    kinds=("usage",),
    window=42,
    quiet=Quiet.MISSING,
    minimum=20,
    validity=7,
    cite="S002-21",
)
def usage_2w(block: Block, window: int) -> Reading:
    """100 x (a week's mean of minutes in 14 days / in the 28 before - 1), else of actions, else of logins."""
    amounts = first_known(block.once(weekly), _all_known)
    before = amounts[:, 2:6].mean(axis=1)
    return Reading(growth(amounts[:, :2].mean(axis=1), before), np.nan_to_num(before))


def _all_known(amounts: Floats) -> Bools:
    known: Bools = ~np.isnan(amounts[:, :6]).any(axis=1) & (amounts[:, 2:6].sum(axis=1) > 0)
    return known


@declare_noticed(
    "usage_anomaly",
    noted_under=("usage_trend",),
    label="Unusual use",
    unit="spreads",
    better="between",
    meaning="How far the use of the last week lies from what has been usual in half a year, in usual spreads.",
    kinds=("usage",),
    window=189,
    quiet=Quiet.MISSING,
    minimum=WEEKS_NEEDED,
    validity=7,
    cite="S000-72",
)
def usage_anomaly(block: Block, window: int) -> Reading:
    """(week - median) / (1.4826 x median absolute deviation) of the 26 weeks before; below 0 = less than usual.

    Whole weeks are compared, so that there is no profile of weekdays in them.
    """
    amounts = first_known(block.once(weekly), _enough_weeks)
    before = np.where(np.isnan(amounts[:, 1:]).all(axis=1, keepdims=True), 0.0, amounts[:, 1:])
    middle = median(before)
    spread = NORMAL * median(np.abs(before - middle[:, None]))
    spread = np.fmax(spread, LEAST_SPREAD * middle)
    z = np.divide(amounts[:, 0] - middle, spread, out=np.full(len(block), np.nan), where=spread > 0)
    return Reading(np.round(z, DECIMALS), _weeks_known(amounts).astype(np.float64))


def _weeks_known(amounts: Floats) -> Ints:
    known: Ints = (~np.isnan(amounts[:, 1:])).sum(axis=1)
    return known


def _enough_weeks(amounts: Floats) -> Bools:
    return ~np.isnan(amounts[:, 0]) & (_weeks_known(amounts) >= WEEKS_NEEDED)
