"""Metrics of talks about a renewal: whether one is answered, or asleep."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from scoring.engine.frame import Floats
from scoring.metrics.block import Block
from scoring.metrics.interactions import held_in, interactions
from scoring.metrics.metric import Quiet, Reading
from scoring.metrics.noticing import declare_noticed
from scoring.metrics.opportunities import open_now
from scoring.metrics.outreach import working_day_numbers

TALK_DAYS: Final = 180  # an older renewal talk says nothing about today's renewal
ATTEMPTS: Final = ("renewal_talk", "email_out")


def _begun(block: Block) -> Floats:
    """The day number on which the open renewal was opened, of several the first (n); NaN = none is open."""
    rows = open_now(block, "renewal")
    known = block.reduce(rows, "opened_on", "min")
    return np.where(np.isnan(known) & (block.count(rows) > 0), block.day - TALK_DAYS, known)


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
    held = held_in(block, window)
    ours = held["kind"].isin(ATTEMPTS) & (held["initiated_by"] != "customer") & (held["campaign"] == "")
    open_since = _begun(block)[held["pos"]]
    heard = np.fmax(block.reduce(held[_took_part(held)], "at", "max"), block.reduce(held, "replied_at", "max"))
    waiting = ours & held["replied_at"].isna() & (held["attended"] != 1) & ~(held["at"] <= heard[held["pos"]])
    oldest = block.reduce(held[waiting & (held["at_day"] >= open_since)], "at_day", "min")
    return Reading(_worked_since(block, oldest), (~np.isnan(oldest)).astype(np.float64))


def _took_part(held: pd.DataFrame) -> pd.Series:
    """Whether the customer took part in each: nothing one-sided, and nothing they stayed away from."""
    two_way = ~held["kind"].isin(["note", "community", *ATTEMPTS]) & (held["attended"] != 0)
    talked = held["kind"].eq("renewal_talk") & ((held["attended"] == 1) | (held["initiated_by"] == "customer"))
    return two_way | talked


def _worked_since(block: Block, days: Floats) -> Floats:
    """Working days of each customer's calendar after a day up to the date; NaN where there is no day."""
    result = np.full(len(days), np.nan)
    for calendar, customers in block.working_days:
        theirs = customers & ~np.isnan(days)
        if theirs.any():
            worked = working_day_numbers(calendar, date.fromordinal(int(days[theirs].min())), block.on)
            result[theirs] = len(worked) - np.searchsorted(worked, days[theirs], side="right")
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
    rows = block.once(interactions)
    active = block.reduce(rows[rows["kind"] != "note"], "at_day", "max")
    silent = block.day - np.fmax(active, _begun(block))
    is_open = ~np.isnan(_begun(block))
    return Reading(np.where(is_open, silent, 0.0), is_open.astype(np.float64))
