"""Metrics that hold use against what is expected of the customer, or what has been usual for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final

import numpy as np

from scoring.engine.frame import Bools, Floats
from scoring.metrics.block import Block
from scoring.metrics.daily import Figure
from scoring.metrics.expectations import expected, muted
from scoring.metrics.metric import Quiet, Reading, declare, share
from scoring.metrics.periods import customer_since
from scoring.metrics.usage import FIRST, ever, figure, first_row, known
from scoring.metrics.weekly import WEEK, median
from scoring.metrics.working import Windows, sums, working, working_sums

ENOUGH_DAYS = 10  # working days of history without which a mean says nothing
LOOK_BACK = 100  # days in which every calendar has that many working days
WEEKS: Final = range(5, 31)  # full weeks before the date: recent ones would hide a slow decline
WEEKS_TAKEN, WEEKS_NEEDED = 13, 8
PERIODS, PERIODS_NEEDED = 6, 3


@declare(
    "active_users_vs_expected",
    label="Active users against expected",
    unit="% of expected",
    better="up",
    meaning="Mean of the people active on a working day, as a share of how many are expected.",
    kinds=("usage",),
    window=28,
    quiet=Quiet.ZERO,
    validity=7,
    cite="S002-1, S002-2",
)
def active_users_vs_expected(block: Block, window: int) -> Reading:
    """100 x mean of active users over the customer's working days / expected; a working day without a row counts 0.

    Not known in the first ten working days of use, counted from the first usage row, or from the day the customer came
    where none ever arrived.
    """
    measured = ~np.isnan(figure(block, "max", "active_users", window))
    days = working(block, window).sum(axis=1)
    used = np.nan_to_num(block.once(working_sums(window))["active_users_now"])
    wanted = block.once(expected_users)
    possible = (wanted > 0) & ~muted(block, "active_users_vs_expected") & block.once(used_long_enough)
    possible &= known(block, "max", "active_users", window)
    return Reading(share(used, wanted * days), measured.astype(np.float64), possible=possible)


def expected_users(block: Block) -> Floats:
    """The expectation in force, else what the customers file expects, else what has been usual; NaN without any."""
    wanted = expected(block, "active_users_vs_expected")
    wanted = np.where(np.isnan(wanted), block.customer("expected_active_users"), wanted)
    whose = np.isnan(wanted)
    return np.where(whose, _usual_users(block, whose), wanted) if whose.any() else wanted


def _usual_users(block: Block, who: Bools) -> Floats:
    """The median of the latest 13 weekly means per working day, where at least 8 weeks have data."""
    lately = _weekly_means(block, who, WEEKS[:WEEKS_TAKEN])
    gaps = who & np.isnan(lately).any(axis=1)  # older weeks only where the latest thirteen do not all have data
    means = np.hstack([lately, _weekly_means(block, gaps, WEEKS[WEEKS_TAKEN:])])
    taken = (~np.isnan(means)).cumsum(axis=1) <= WEEKS_TAKEN
    return median(np.where(taken, means, np.nan), WEEKS_NEEDED)


def _weekly_means(block: Block, who: Bools, weeks: range) -> Floats:
    """Active users per working day (n x weeks) in weeks that end so many weeks before the date; NaN without data."""
    windows = Windows(WEEK, [WEEK * back for back in weeks])
    found = sums(block, ["active_users"], windows, who, on_working_days=True)["active_users"]
    latest_first = working(block, windows.begin + 1)[:, ::-1]
    days = latest_first[:, min(windows.ends) :].reshape(len(block), len(weeks), WEEK).sum(axis=2)
    return np.divide(found, days, out=np.full(found.shape, np.nan), where=days > 0)


def used_long_enough(block: Block) -> Bools:
    """Whether ten working days have gone since the first usage row, that of its own day included."""
    first = first_row(block)
    first = np.where(np.isnan(first), block.once(customer_since), first)
    long = _working_days_since(block, first) >= ENOUGH_DAYS
    older = ever(block, {"first": FIRST}, ~long)["first"]
    return long | (_working_days_since(block, older) >= ENOUGH_DAYS)


def _working_days_since(block: Block, first: Floats) -> Floats:
    """Working days from a day number to the date, both included, as far as the look back goes; 0 without a number."""
    left = working(block, LOOK_BACK)[:, ::-1].cumsum(axis=1)
    back = np.clip(np.nan_to_num(block.days - first, nan=-1), -1, LOOK_BACK - 1).astype(np.int64)
    return np.where(back < 0, 0, left[np.arange(len(block)), back])


@declare(
    "api_calls_vs_expected",
    label="API calls against expected",
    unit="% of expected",
    better="up",
    meaning="Calls of the programming interface, as a share of how many are expected.",
    kinds=("usage",),
    window=28,
    quiet=Quiet.ZERO,
    validity=7,
    cite="S002-1",
)
def api_calls_vs_expected(block: Block, window: int) -> Reading:
    """100 x calls / expected, where an expectation is for 30 days; unknown while the customer has never made a call."""
    calls = figure(block, "sum", "api_calls", window)
    noted = expected(block, "api_calls_vs_expected") * window / 30
    wanted = np.where(np.isnan(noted), block.once(usual_calls(window)), noted)
    possible = (wanted > 0) & ~muted(block, "api_calls_vs_expected") & known(block, "sum", "api_calls", window)
    possible &= (calls > 0) | _ever_called(block, possible & ~(calls > 0))
    return Reading(share(calls, wanted), (~np.isnan(calls)).astype(np.float64), possible=possible)


def _ever_called(block: Block, who: Bools) -> Bools:
    return ever(block, {"most": Figure("max", "api_calls")}, who)["most"] > 0


@cache
def usual_calls(window: int) -> Callable[[Block], Floats]:
    """The loader of the calls that have been usual in a window, for customers of whom nothing is expected.

    It is the median of the six windows before, of those from the first with data on, where three or more have calls.
    """

    def load(block: Block) -> Floats:
        who = np.isnan(expected(block, "api_calls_vs_expected"))
        windows = Windows(window, [back * window for back in reversed(range(1, PERIODS + 1))])
        calls = sums(block, ["api_calls"], windows, who)["api_calls"]
        begun = np.logical_or.accumulate(~np.isnan(calls), axis=1)
        usual = median(np.where(begun, np.nan_to_num(calls), np.nan), PERIODS_NEEDED)
        return np.where((calls > 0).sum(axis=1) >= PERIODS_NEEDED, usual, np.nan)

    return load
