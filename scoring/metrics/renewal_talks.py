"""Metrics of talks about a renewal: whether one is answered, or asleep."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np

from scoring.engine.frame import Bools, Floats
from scoring.metrics.block import Block
from scoring.metrics.interactions import held_in, interactions
from scoring.metrics.metric import Quiet, Reading
from scoring.metrics.noticing import declare_noticed
from scoring.metrics.opportunities import open_now
from scoring.metrics.outreach import working_day_numbers
from scoring.metrics.rows import Rows

TALK_DAYS: Final = 180  # an older renewal talk says nothing about today's renewal
ATTEMPTS: Final = ("renewal_talk", "email_out")


def _begun(block: Block) -> Floats:
    """The day number on which the open renewal was opened, of several the first (n); NaN = none is open."""
    rows = open_now(block, "renewal")
    known = block.reduce(rows, "opened_on", "min")
    return np.where(np.isnan(known) & (block.count(rows) > 0), block.days - TALK_DAYS, known)


@declare_noticed(
    "renewal_reply_days",
    noted_under=("response_rate",),
    label="Wait for a renewal reply",
    unit="business days",
    better="down",
    meaning="Business days since the oldest talk or e-mail of ours about an open renewal that nobody has answered.",
    kinds=("interactions",),
    window=TALK_DAYS,
    quiet=Quiet.ZERO,
    validity=7,
    cite="S002-15",
)
def renewal_reply_days(block: Block, window: int) -> Reading:
    """Business days after the day of the oldest unanswered attempt up to the date; 0 without one or an open renewal.

    An attempt is a renewal talk or personal e-mail of ours since the renewal was opened. A reply to it answers it, and
    so does whatever the customer takes part in later.
    """
    begun = block.once(_begun)
    held = held_in(block, window)
    held = held[~np.isnan(begun)[held.pos]]
    ours = held.has("kind", *ATTEMPTS) & ~held.has("initiated_by", "customer") & held.has("campaign", "")
    replied = held["replied_at_day"] <= held.day
    took_part = block.reduce(held[_took_part(held)], "at", "max")
    heard = np.fmax(took_part, block.reduce(held[replied], "replied_at", "max"))[held.pos]
    waiting = ours & ~replied & (held["attended"] != 1) & ~(held["at"] <= heard)
    oldest = block.reduce(held[waiting & (held["at_day"] >= begun[held.pos])], "at_day", "min")
    return Reading(_worked_since(block, oldest), (~np.isnan(oldest)).astype(np.float64))


def _took_part(held: Rows) -> Bools:
    """Whether the customer took part in each: nothing one-sided, and nothing they stayed away from."""
    attended = held["attended"]
    two_way = ~held.has("kind", "note", "community", *ATTEMPTS) & (attended != 0)
    talked = held.has("kind", "renewal_talk") & ((attended == 1) | held.has("initiated_by", "customer"))
    return two_way | talked


def _worked_since(block: Block, days: Floats) -> Floats:
    """Working days of each customer's calendar after a day up to the date; NaN where there is no day."""
    result = np.full(len(days), np.nan)
    for calendar, customers in block.working_days:
        theirs = customers & ~np.isnan(days)
        if theirs.any():
            worked = working_day_numbers(calendar, date.fromordinal(int(days[theirs].min())), block.dates[-1])
            begin, end = (np.searchsorted(worked, day[theirs], side="right") for day in (days, block.days))
            result[theirs] = end - begin
    return result


@declare_noticed(
    "renewal_silent_days",
    noted_under=("days_since_activity",),
    label="Days of silence in the renewal",
    unit="days",
    better="down",
    meaning="Days without any interaction while a renewal is open; 0 while none is.",
    kinds=("interactions",),
    window=TALK_DAYS,
    quiet=Quiet.ZERO,
    validity=7,
    cite="S000-20",
)
def renewal_silent_days(block: Block, window: int) -> Reading:
    """Days since the latest interaction that is no note, counted from the opening where that was later."""
    begun = block.once(_begun)
    is_open = ~np.isnan(begun)
    rows = interactions(block)
    rows = rows[is_open[rows.pos]]
    active = block.reduce(rows[~rows.has("kind", "note")], "at_day", "max")
    return Reading(np.where(is_open, block.days - np.fmax(active, begun), 0.0), is_open.astype(np.float64))
