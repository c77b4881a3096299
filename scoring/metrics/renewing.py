"""Metrics of what is due: the renewal, the notice before it, and milestones; and what was decided of the renewal."""

from __future__ import annotations

from typing import Final

import numpy as np

from scoring.engine.frame import Floats
from scoring.metrics.block import Block
from scoring.metrics.customers import known
from scoring.metrics.goals import of_kind
from scoring.metrics.metric import Quiet, Reading, declare
from scoring.metrics.noticing import declare_noticed
from scoring.metrics.opportunities import opportunities
from scoring.metrics.rows import Rows
from scoring.metrics.subscriptions import in_force

DECIDED_DAYS: Final = 180  # a renewal closed longer ago, or longer before it was due, was about an earlier term


def renewal_day(block: Block) -> Floats:
    """The day number of each customer's next renewal: of the customers file or of a subscription, the first to come.

    Where all lie behind, the latest of them; NaN where none is known.
    """
    own = block.customer("renewal_on")
    rows = block.once(in_force)
    coming = block.reduce(rows[rows["renews_on"] >= rows.day], "renews_on", "min")
    nearest = np.fmin(np.where(own >= block.days, own, np.nan), coming)
    return np.where(np.isnan(nearest), np.fmax(own, block.reduce(rows, "renews_on", "max")), nearest)


def notice_day(block: Block) -> Floats:
    """The day number of each customer's next notice: of the subscriptions in force that name one, the first to come.

    Each counts from its own renewal, or from that of the customers file where it names none. Where all lie behind, the
    latest of them; NaN where none is known.
    """
    rows = block.once(in_force)
    own = rows["renews_on"]
    renewal = np.where(np.isnan(own), block.customer("renewal_on")[rows.pos], own)
    rows = rows.assign(notice_on=renewal - rows["notice_days"])
    coming = block.reduce(rows[rows["notice_on"] >= rows.day], "notice_on", "min")
    return np.where(np.isnan(coming), block.reduce(rows, "notice_on", "max"), coming)


def decided(block: Block, window: int) -> Rows:
    """Renewals closed in a window, as far as the decision can be about the renewal that comes next.

    Where that is at most 180 days ahead, what was closed longer than those before it was about an earlier term: terms
    of half a year follow each other faster than a decision is forgotten. Where it has rolled on further already, lies
    behind or is not known, any in the window may be the one.
    """
    rows = block.once(opportunities)
    rows = rows[rows.has("kind", "renewal") & rows.within("closed_on", window)]
    due = block.once(renewal_day)
    is_next = (due >= block.days) & (due <= block.days + DECIDED_DAYS)
    since = np.where(is_next, due - DECIDED_DAYS, -np.inf)
    return rows[rows["closed_on"] >= since[rows.pos]]


@declare(
    "days_to_renewal",
    label="Days to renewal",
    unit="days",
    better="between",
    meaning="Days until the contract renews; below nought when the day has gone by.",
    kinds=("customers",),
    window=0,
    quiet=Quiet.MISSING,
    validity=3650,
    cite="S000-20",
    evidence=False,
)
def days_to_renewal(block: Block, window: int) -> Reading:
    """Renewal day - the date."""
    return known(block.once(renewal_day) - block.days)


@declare(
    "days_to_notice",
    label="Days to notice",
    unit="days",
    better="between",
    meaning="Days until the last day on which the contract can be cancelled before it renews.",
    kinds=("customers",),
    window=0,
    quiet=Quiet.MISSING,
    validity=3650,
    cite="S000-20",
    evidence=False,
)
def days_to_notice(block: Block, window: int) -> Reading:
    """Notice day - the date."""
    return known(block.once(notice_day) - block.days)


@declare_noticed(
    "milestones_overdue",
    noted_under=("milestones_on_time",),
    label="Milestones overdue",
    unit="milestones",
    better="down",
    meaning="Milestones that were due before the day and are not reached.",
    kinds=("goals",),
    window=0,
    quiet=Quiet.ZERO,
    validity=30,
    cite="S002-27",
    evidence=False,
)
def milestones_overdue(block: Block, window: int) -> Reading:
    """Count of milestones due on the day before or earlier and not achieved by the day."""
    rows = of_kind(block, "milestone")
    overdue = block.count(rows[(rows["due_on"] < rows.day) & ~rows.known("achieved_on")])
    return Reading(overdue, overdue)
