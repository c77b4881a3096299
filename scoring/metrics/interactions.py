"""Metrics of meetings, calls, messages and other interactions."""

from __future__ import annotations

from datetime import date

import numpy as np
from django.db.models import Q

from accounts.business_days import end_of, start_of
from accounts.models import Interaction
from scoring.engine.frame import Floats
from scoring.metrics.block import Block, Since
from scoring.metrics.metric import Quiet, Reading, declare, share
from scoring.metrics.rows import Rows, Table
from scoring.metrics.touching import COLUMNS, every, latest

HISTORY_DAYS = 180
QBR_HISTORY_DAYS = 365  # QBRs are rare, so that a longer history of them costs little
NO_ACTIVITY_DAYS = 9999  # X34: a customer without any activity is worth nothing, however new they are


def interactions(block: Block, *kinds: str) -> Rows:
    """Interactions of these kinds (of every kind when none is named) within the history.

    What became of them later is there too: `opened_at` and `replied_at` may lie after the day.
    """
    table = _lately_held(block, kinds)
    return block.situated(table, table.columns["at_day"], _remembered(block, table))


def held_in(block: Block, window: int, *kinds: str, before: int = 0) -> Rows:
    """The same in a window that ends `before` days before the date."""
    table = _lately_held(block, kinds)
    first = table.columns["at_day"] + before
    return block.situated(table, first, np.minimum(first + window - 1, _remembered(block, table)))


def _lately_held(block: Block, kinds: tuple[str, ...]) -> Table:
    """The interactions of these kinds that are in the history of any of the days. Who reads all history has them."""
    if block.is_read_whole:
        first = block.shared.first.toordinal()
        table = every(block).part(_lately, lambda table: _remembered(block, table) >= first)
    else:
        table = block.table(Interaction, COLUMNS, _lately, "at")
    return table.part(("kinds", kinds), lambda table: table.has("kind", *kinds)) if kinds else table


def _lately(since: Since, until: date) -> Q:
    recent = Q(at__gte=start_of(since(HISTORY_DAYS))) | Q(kind="qbr", at__gte=start_of(since(QBR_HISTORY_DAYS)))
    return recent & Q(at__lt=end_of(until))


def _remembered(block: Block, table: Table) -> Floats:
    """The last day in whose history each interaction is (R)."""
    usual, longer = (block.reach(days).days for days in (HISTORY_DAYS, QBR_HISTORY_DAYS))
    return table.columns["at_day"] + np.where(table.has("kind", "qbr"), longer, usual) - 1


def last_held(block: Block, rows: Rows) -> Floats:
    """The day of the latest of these interactions per customer."""
    return block.reduce(rows, "at_day", "max")


@declare(
    "training_attendance",
    label="Training attendance",
    unit="%",
    better="up",
    meaning="Share of the trainings in the window that the customer came to, of those where it is known.",
    kinds=("interactions",),
    window=180,
    quiet=Quiet.MISSING,
    validity=180,
    cite="S002-3, S002-14",
)
def training_attendance(block: Block, window: int) -> Reading:
    """100 x attended / (attended + not attended)."""
    return _attendance(block, held_in(block, window, "training"))


@declare(
    "qbr_attendance",
    label="QBR attendance",
    unit="%",
    better="up",
    meaning="Share of the business reviews in the window that the customer came to, of those where it is known.",
    kinds=("interactions",),
    window=365,
    quiet=Quiet.MISSING,
    validity=200,
    cite="S003-4, S002-14",
)
def qbr_attendance(block: Block, window: int) -> Reading:
    """100 x attended / all QBRs with attendance known."""
    return _attendance(block, held_in(block, window, "qbr"))


def _attendance(block: Block, invited: Rows) -> Reading:
    known = invited[invited.known("attended")]
    count = block.count(known)
    return Reading(share(block.sum(known, "attended"), count), count, last_held(block, known))


@declare(
    "strategic_share",
    label="Strategic conversations",
    unit="%",
    better="up",
    meaning="Share of meetings, calls and business reviews that were a business review or had an executive present.",
    kinds=("interactions",),
    window=180,
    quiet=Quiet.MISSING,
    minimum=3,
    validity=90,
    cite="S003-4",
)
def strategic_share(block: Block, window: int) -> Reading:
    """100 x (QBRs + meetings and calls with an executive) / (meetings + calls + QBRs)."""
    held = held_in(block, window, "meeting", "call", "qbr")
    strategic = held[held.has("kind", "qbr") | (held["executive_present"] == 1)]
    count = block.count(held)
    return Reading(share(block.count(strategic), count), count, last_held(block, held))


@declare(
    "community_touches",
    label="Community touches",
    unit="interactions",
    better="up",
    meaning="How often the customer took part in the community in the window.",
    kinds=("interactions",),
    window=90,
    quiet=Quiet.ZERO,
    validity=45,
    cite="S002-3",
)
def community_touches(block: Block, window: int) -> Reading:
    """Count of community interactions."""
    touches = block.count(held_in(block, window, "community"))
    return Reading(touches, touches)


@declare(
    "budget_concerns",
    label="Budget concerns",
    unit="interactions",
    better="down",
    meaning="Interactions in the window in which the customer worried about the budget.",
    kinds=("interactions",),
    window=180,
    quiet=Quiet.ZERO,
    validity=60,
    cite="S003-7, S002-15",
)
def budget_concerns(block: Block, window: int) -> Reading:
    """Count of interactions with a budget concern; unknown of a customer with whom there was never an interaction."""
    held = held_in(block, window)
    concerns = block.count(held[held["budget_concern"] == 1])
    return Reading(concerns, concerns, possible=block.count(latest(block, "any")) > 0)


@declare(
    "days_since_activity",
    label="Days since activity",
    unit="days",
    better="down",
    meaning="Days since the latest interaction with the customer, our own notes left out.",
    kinds=("interactions",),
    window=0,
    quiet=Quiet.COUNTS,
    validity=3650,
    cite="S001-9, X34",
)
def days_since_activity(block: Block, window: int) -> Reading:
    """Days since the latest interaction that is not a note; 9999 when there never was one."""
    active = last_held(block, latest(block, "active"))
    never = np.isnan(active)
    return Reading(np.where(never, NO_ACTIVITY_DAYS, block.days - active), (~never).astype(np.float64))


@declare(
    "activities_30",
    label="Activities",
    unit="interactions",
    better="up",
    meaning="Interactions with the customer in the window, our own notes left out.",
    kinds=("interactions",),
    window=30,
    quiet=Quiet.ZERO,
    validity=3650,
    cite="X34",
)
def activities_30(block: Block, window: int) -> Reading:
    """Count of interactions that are not notes."""
    held = held_in(block, window)
    activities = block.count(held[~held.has("kind", "note")])
    return Reading(activities, activities)
