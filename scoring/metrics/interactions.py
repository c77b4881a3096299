"""Metrics of meetings, calls, messages and other interactions."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from django.db.models import Q

from accounts.business_days import end_of, start_of
from accounts.models import Interaction
from scoring.engine.frame import Floats
from scoring.metrics.block import Block, Since
from scoring.metrics.metric import Quiet, Reading, declare, share
from scoring.metrics.touching import latest

HISTORY_DAYS = 180
QBR_HISTORY_DAYS = 365  # QBRs are rare, so that a longer history of them costs little
COLUMNS = [
    *("kind", "at", "subject", "initiated_by", "campaign", "attended", "opened_at", "replied_at"),
    *("executive_present", "sentiment", "budget_concern", "competitor_mentioned"),
]
NO_ACTIVITY_DAYS = 9999  # X34: a customer without any activity is worth nothing, however new they are


def interactions(block: Block) -> pd.DataFrame:
    """Interactions within the history. An e-mail opened or answered later is not yet so on the date."""
    rows = block.shared_rows(Interaction, COLUMNS, _lately)
    days, qbr = rows["at_day"], (rows["kind"] == "qbr").to_numpy()
    inside = block.recent(days, HISTORY_DAYS) | qbr & block.recent(days, QBR_HISTORY_DAYS)
    rows = rows[inside & (days <= block.day)].reset_index(drop=True)
    for column in ("opened_at", "replied_at"):
        rows.loc[rows[f"{column}_day"] > block.day, [column, f"{column}_day"]] = np.nan
    return rows


def _lately(since: Since, until: date) -> Q:
    recent = Q(at__gte=start_of(since(HISTORY_DAYS))) | Q(kind="qbr", at__gte=start_of(since(QBR_HISTORY_DAYS)))
    return recent & Q(at__lt=end_of(until))


def held_in(block: Block, window: int, *kinds: str) -> pd.DataFrame:
    """Interactions of these kinds (of every kind when none is named) in a window."""
    rows = block.once(interactions)
    inside = block.within(rows["at_day"], window)
    return rows[inside & rows["kind"].isin(kinds)] if kinds else rows[inside]


def last_held(block: Block, rows: pd.DataFrame) -> Floats:
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


def _attendance(block: Block, invited: pd.DataFrame) -> Reading:
    known = invited[invited["attended"].notna()]
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
    strategic = held[(held["kind"] == "qbr") | (held["executive_present"] == 1)]
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
    return Reading(np.where(never, NO_ACTIVITY_DAYS, block.day - active), (~never).astype(np.float64))


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
    activities = block.count(held[held["kind"] != "note"])
    return Reading(activities, activities)
