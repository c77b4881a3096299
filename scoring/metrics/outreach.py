"""Metrics of who writes to whom, and whether they are answered."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

import numpy as np

from accounts.business_days import WorkingDays
from scoring.engine.frame import Bools, Floats
from scoring.metrics.block import Block
from scoring.metrics.interactions import held_in, last_held
from scoring.metrics.metric import Quiet, Reading, declare, share
from scoring.metrics.rows import Rows, Table

REPLY_DAYS = 5  # business days in which an answer is still one
CHANNELS = ("email_in", "email_out", "call", "meeting")  # where either side may begin
# How mail programs mark an answer, in English, German, the Nordic languages, Dutch, Polish, French, Italian and
# Portuguese; some count: "Re[2]:". A forwarded message is new to us, so "Fwd:" is no answer.
ANSWER: Final = re.compile(r"\s*(?:re|aw|sv|vs|antw|odp|r[ée]p?|rif|res)\s*(?:[\[(]\d+[\])])?\s*:", re.IGNORECASE)


@declare(
    "response_rate",
    label="Response rate",
    unit="%",
    better="up",
    meaning="Share of our personal e-mails that the customer answered within five business days.",
    kinds=("interactions",),
    window=90,
    quiet=Quiet.MISSING,
    minimum=3,
    validity=45,
    cite="S002-3, S003-4",
)
def response_rate(block: Block, window: int) -> Reading:
    """100 x answered in time / personal e-mails sent in the window that were answered or whose time is up."""
    sent = held_in(block, window, "email_out")
    sent = sent[sent.has("campaign", "")]
    sent = sent.assign(due=_reply_due(block, sent))
    answered = sent["replied_at_day"] <= sent.day
    judged = sent[answered | (sent["due"] <= sent.day)]
    replies = sent[answered]
    in_time = replies[replies["replied_at_day"] <= replies["due"]]
    count = block.count(judged)
    last = np.fmax(last_held(block, judged), block.reduce(replies, "replied_at_day", "max"))
    return Reading(share(block.count(in_time), count), count, last)


def _reply_due(block: Block, sent: Rows) -> Floats:
    """The last day on which each e-mail counts as answered in time; infinite after all days asked about."""
    due = np.full(len(sent), np.inf)
    days = sent["at_day"]
    for calendar, customers in block.working_days:
        theirs = customers[sent.pos]
        if theirs.any():
            worked = working_day_numbers(calendar, date.fromordinal(int(days.min())), block.dates[-1])
            place = np.searchsorted(worked, days[theirs], side="right") + REPLY_DAYS - 1
            due[theirs] = np.append(worked, np.inf)[np.minimum(place, len(worked))]
    return due


def working_day_numbers(calendar: WorkingDays, first: date, last: date) -> Floats:
    """The working days from first to last as day numbers, ascending."""
    return np.array([day.toordinal() for day in calendar.within(first, last)], dtype=np.float64)


@declare(
    "email_open_rate",
    label="E-mail open rate",
    unit="%",
    better="up",
    meaning="Share of our e-mails, bulk mail among them, that were opened; mail opened by machines counts too.",
    kinds=("interactions",),
    window=90,
    quiet=Quiet.MISSING,
    minimum=5,
    validity=45,
    cite="S004-9",
)
def email_open_rate(block: Block, window: int) -> Reading:
    """100 x opened by the date / sent in the window."""
    sent = held_in(block, window, "email_out")
    opened = sent[sent["opened_at_day"] <= sent.day]
    count = block.count(sent)
    last = np.fmax(last_held(block, sent), block.reduce(opened, "opened_at_day", "max"))
    return Reading(share(block.count(opened), count), count, last)


@declare(
    "proactive_share",
    label="Started by the customer",
    unit="%",
    better="up",
    meaning="Share of e-mails, calls and meetings that the customer began, bulk mail left out.",
    kinds=("interactions",),
    window=90,
    quiet=Quiet.MISSING,
    minimum=4,
    validity=45,
    cite="S002-4, S003-4",
)
def proactive_share(block: Block, window: int) -> Reading:
    """100 x begun by the customer / all on channels where either side may begin; bulk mail invites no answer."""
    held = held_in(block, window, *CHANNELS)
    held = held[~held.has("kind", "email_out") | held.has("campaign", "")]
    begun = held.table.once(_begun_by_them, lambda: _begun_by_them(held.table))
    count = block.count(held)
    return Reading(share(block.count(held[begun[held.index]]), count), count, last_held(block, held))


def _begun_by_them(held: Table) -> Bools:
    """Whether the customer began each (R): with an e-mail they did where, for all we know, it answers none of ours."""
    begun = held.has("initiated_by", "customer").copy()
    unsaid = np.flatnonzero(held.has("kind", "email_in") & held.has("initiated_by", ""))
    begun[unsaid] = [ANSWER.match(subject) is None for subject in held.columns["subject"][unsaid]]
    return begun
