"""Metrics of whether the customer still turns up: touches, reviews, trainings, answers to us."""

from __future__ import annotations

from typing import Final

import numpy as np

from scoring.engine.frame import Floats
from scoring.metrics.block import Block
from scoring.metrics.interactions import held_in, interactions, last_held
from scoring.metrics.metric import Quiet, Reading
from scoring.metrics.noticing import declare_noticed
from scoring.metrics.periods import customer_since
from scoring.metrics.rows import Rows
from scoring.metrics.tickets import opened_in
from scoring.metrics.weekly_use import growth

TOUCHES: Final = ("meeting", "call", "qbr", "email_in")
MONTHS_BEFORE = 3  # of 30 days each
SILENT_DAYS = 21


def _came(rows: Rows) -> Rows:
    """Those that took place as far as we know: nobody has said that the customer stayed away."""
    return rows[rows["attended"] != 0]


def _touches(block: Block, window: int, before: int = 0) -> Floats:
    """Touches, two-way and with the customer there, in the window that ends `before` days before the date."""
    return block.count(_came(held_in(block, window, *TOUCHES, before=before)))


@declare_noticed(
    "touches_30",
    label="Touches",
    unit="touches",
    better="up",
    meaning="Meetings, calls, business reviews and e-mails from the customer in the last 30 days.",
    kinds=("interactions",),
    window=30,
    quiet=Quiet.ZERO,
    validity=7,
    cite="S000-8, S000-71",
)
def touches_30(block: Block, window: int) -> Reading:
    """Count of touches."""
    found = _touches(block, window)
    return Reading(found, found)


@declare_noticed(
    "touches_before",
    label="Touches a month before",
    unit="touches",
    better="up",
    meaning="Touches per month in the three months before the last one.",
    kinds=("interactions",),
    window=30,
    quiet=Quiet.ZERO,
    validity=7,
    cite="S000-8, S000-71",
)
def touches_before(block: Block, window: int) -> Reading:
    """Count of touches in the 90 days before / 3."""
    found = _touches(block, MONTHS_BEFORE * window, window)
    return Reading(found / MONTHS_BEFORE, found)


@declare_noticed(
    "touches_change",
    noted_under=("touches_30",),
    label="Change of touches",
    unit="%",
    better="up",
    meaning="Touches of the last 30 days against the monthly mean of the three months before.",
    kinds=("interactions",),
    window=30,
    quiet=Quiet.MISSING,
    validity=7,
    cite="S000-8, S000-71",
)
def touches_change(block: Block, window: int) -> Reading:
    """100 x (touches / monthly mean before - 1)."""
    before = _touches(block, MONTHS_BEFORE * window, window)
    return Reading(growth(MONTHS_BEFORE * _touches(block, window), before), before)


@declare_noticed(
    "missed_qbrs_30",
    noted_under=("qbr_attendance",),
    label="Missed business reviews",
    unit="reviews",
    better="down",
    meaning="Business reviews of the last 30 days to which the customer did not come.",
    kinds=("interactions",),
    window=30,
    quiet=Quiet.ZERO,
    validity=30,
    cite="S002-14",
)
def missed_qbrs_30(block: Block, window: int) -> Reading:
    """Count of QBRs not attended."""
    rows = held_in(block, window, "qbr")
    missed = block.count(rows[rows["attended"] == 0])
    return Reading(missed, missed)


@declare_noticed(
    "days_since_qbr",
    noted_under=("qbr_attendance",),
    label="Days since business review",
    unit="days",
    better="down",
    meaning="Days since the last business review that took place, counted from the start when there was none.",
    kinds=("interactions",),
    window=0,
    quiet=Quiet.COUNTS,
    validity=30,
    cite="S002-14",
)
def days_since_qbr(block: Block, window: int) -> Reading:
    """Days since the last QBR held, of those of a year; none: since the customer came."""
    held = last_held(block, _came(interactions(block, "qbr")))
    since: Floats = np.fmax(held, block.once(customer_since))
    return Reading(block.days - since, (~np.isnan(held)).astype(np.float64))


@declare_noticed(
    "training_no_shows_30",
    noted_under=("training_attendance",),
    label="Missed trainings",
    unit="trainings",
    better="down",
    meaning="Trainings of the last 30 days that the customer missed and has not made up for since.",
    kinds=("interactions",),
    window=30,
    quiet=Quiet.ZERO,
    validity=30,
    cite="S002-14",
)
def training_no_shows_30(block: Block, window: int) -> Reading:
    """Count of trainings not attended after the latest one attended."""
    rows = held_in(block, window, "training")
    made_up = block.reduce(rows[rows["attended"] == 1], "at", "max")[rows.pos]
    missed = block.count(rows[(rows["attended"] == 0) & ~(rows["at"] < made_up)])
    return Reading(missed, missed)


@declare_noticed(
    "unanswered_21",
    noted_under=("response_rate",),
    label="Unanswered attempts",
    unit="attempts",
    better="down",
    meaning="Our personal e-mails and calls of the last 21 days, as long as nothing at all came from the customer.",
    kinds=("interactions",),
    window=SILENT_DAYS,
    quiet=Quiet.ZERO,
    validity=7,
    cite="S002-14",
)
def unanswered_21(block: Block, window: int) -> Reading:
    """Attempts in the window, 0 where one was answered, or anything else came in: a ticket is a sign of life too."""
    rows = held_in(block, window)
    ours = rows.has("kind", "email_out", "call") & (rows["attended"] != 1) & ~rows.has("initiated_by", "customer")
    life = ~ours & ~rows.has("kind", "note", "email_out") & (rows["attended"] != 0)
    replied = rows["replied_at_day"] <= rows.day
    mail = interactions(block, "email_out")  # of half a year: what was asked before the window may be answered in it
    late = mail[mail.within("replied_at_day", window)]
    answered = block.count(rows[life | replied]) + block.count(late) + block.count(opened_in(block, window))
    tries = block.count(rows[ours & rows.has("campaign", "")])
    return Reading(np.where(answered > 0, 0.0, tries), tries)
