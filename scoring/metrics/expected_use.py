"""Metrics that hold use against what is expected of the customer, or what has been usual for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Final

import numpy as np
from django.db.models import Min

from accounts.business_days import WorkingDays
from scoring.engine.frame import Bools, Floats
from scoring.metrics.aggregating import among, per_customer
from scoring.metrics.block import Block
from scoring.metrics.expectations import expected, muted
from scoring.metrics.metric import Quiet, Reading, declare, share
from scoring.metrics.periods import customer_since
from scoring.metrics.usage import figure, first_row, known, usage_rows
from scoring.metrics.working import Span, sums, working, working_sums

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
    declared = block.states("customers", ["expected_active_users"])["expected_active_users"].to_numpy()
    wanted = np.where(np.isnan(wanted), declared, wanted)
    for calendar, who in block.working_days:
        whose = who & np.isnan(wanted)
        if whose.any():
            wanted[whose] = _usual_users(block, calendar, whose)[whose]
    return wanted


def _usual_users(block: Block, calendar: WorkingDays, who: Bools) -> Floats:
    """The median of the latest 13 weekly means per working day, where at least 8 weeks have data."""
    lately = _weekly_means(block, calendar, who, WEEKS[:WEEKS_TAKEN])
    gaps = who & np.isnan(lately).any(axis=1)  # older weeks only where the latest thirteen do not all have data
    means = np.hstack([lately, _weekly_means(block, calendar, gaps, WEEKS[WEEKS_TAKEN:])])
    taken = (~np.isnan(means)).cumsum(axis=1) <= WEEKS_TAKEN
    return _median(np.where(taken, means, np.nan), WEEKS_NEEDED)


def _weekly_means(block: Block, calendar: WorkingDays, who: Bools, weeks: range) -> Floats:
    """Active users per working day (n x weeks) in weeks that end so many weeks before the date; NaN without data."""
    spans = {f"week_{back}": Span("active_users", block.day - 7 * back - 6, block.day - 7 * back) for back in weeks}
    first, last = spans[f"week_{weeks[-1]}"].first, spans[f"week_{weeks[0]}"].last
    days = calendar.within(date.fromordinal(first), date.fromordinal(last))
    worked = [sum(span.first <= day.toordinal() <= span.last for day in days) for span in spans.values()]
    found = sums(block, spans, who, days)
    return np.stack([found[name] for name in spans], axis=1) / np.where(worked, worked, np.nan)


def _median(rows: Floats, needed: int) -> Floats:
    """The median of each row's numbers, NaN where fewer are there than needed."""
    enough = (~np.isnan(rows)).sum(axis=1) >= needed
    result = np.full(len(rows), np.nan)
    result[enough] = np.nanmedian(rows[enough], axis=1)
    return result


def used_long_enough(block: Block) -> Bools:
    """Whether ten working days have gone since the first usage row, that of its own day included."""
    first = first_row(block)
    first = np.where(np.isnan(first), block.once(customer_since), first)
    long = _working_days_since(block, first) >= ENOUGH_DAYS
    older = per_customer(block, among(block, usage_rows(block), ~long), {"first": Min("date")})["first"]
    return long | (_working_days_since(block, older) >= ENOUGH_DAYS)


def _working_days_since(block: Block, first: Floats) -> Floats:
    """Working days from a day number to the date, both included, as far as the look back goes; 0 without a number."""
    left = working(block, LOOK_BACK)[:, ::-1].cumsum(axis=1)
    back = np.clip(block.day - np.nan_to_num(first, nan=block.day + 1.0), -1, LOOK_BACK - 1).astype(np.int64)
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
    rows = among(block, usage_rows(block), who).filter(api_calls__gt=0)
    return np.isin(block.ids, list(rows.order_by().values_list("customer_id", flat=True).distinct()))


@cache
def usual_calls(window: int) -> Callable[[Block], Floats]:
    """The loader of the calls that have been usual in a window, for customers of whom nothing is expected.

    It is the median of the six windows before, of those from the first with data on, where three or more have calls.
    """

    def load(block: Block) -> Floats:
        asked = {
            f"calls_{back}": Span("api_calls", block.day - (back + 1) * window + 1, block.day - back * window)
            for back in reversed(range(1, PERIODS + 1))
        }
        who = np.isnan(expected(block, "api_calls_vs_expected"))
        found = sums(block, asked, who)
        calls = np.stack([found[name] for name in asked], axis=1)
        begun = np.logical_or.accumulate(~np.isnan(calls), axis=1)
        usual = _median(np.where(begun, np.nan_to_num(calls), np.nan), PERIODS_NEEDED)
        return np.where((calls > 0).sum(axis=1) >= PERIODS_NEEDED, usual, np.nan)

    return load
