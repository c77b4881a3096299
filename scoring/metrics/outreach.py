"""Metrics of who writes to whom, and whether they are answered."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from accounts.business_days import WorkingDays
from scoring.engine.frame import Floats
from scoring.metrics.block import Block
from scoring.metrics.interactions import held_in, last_held
from scoring.metrics.metric import Quiet, Reading, declare, share

REPLY_DAYS = 5  # business days in which an answer is still one
CHANNELS = ("email_in", "email_out", "call", "meeting")  # where either side may begin
# How mail programs mark an answer, in English, German, the Nordic languages, Dutch, Polish, French, Italian and
# Portuguese; some count: "Re[2]:". A forwarded message is new to us, so "Fwd:" is no answer.
ANSWER: Final = r"\s*(?:re|aw|sv|vs|antw|odp|r[ée]p?|rif|res)\s*(?:[\[(]\d+[\])])?\s*:"


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
    sent = sent[sent["campaign"] == ""]
    sent = sent.assign(due=_reply_due(block, sent))
    judged = sent[(sent["due"] <= block.day) | sent["replied_at_day"].notna()]
    in_time = judged[judged["replied_at_day"] <= judged["due"]]
    count = block.count(judged)
    last = np.fmax(last_held(block, judged), block.reduce(judged, "replied_at_day", "max"))
    return Reading(share(block.count(in_time), count), count, last)


def _reply_due(block: Block, sent: pd.DataFrame) -> Floats:
    """The last day on which each e-mail counts as answered in time; infinite where that day is yet to come."""
    due = np.full(len(sent), np.inf)
    days = sent["at_day"].to_numpy()
    for calendar, customers in block.working_days:
        theirs = customers[sent["pos"].to_numpy()]
        if theirs.any():
            worked = working_day_numbers(calendar, date.fromordinal(int(days.min())), block.on)
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
    count = block.count(sent)
    last = np.fmax(last_held(block, sent), block.reduce(sent, "opened_at_day", "max"))
    return Reading(share(block.count(sent[sent["opened_at"].notna()]), count), count, last)


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
    held = held[(held["kind"] != "email_out") | (held["campaign"] == "")]
    theirs = held[(held["initiated_by"] == "customer") | _opens_a_thread(held)]
    count = block.count(held)
    return Reading(share(block.count(theirs), count), count, last_held(block, held))


def _opens_a_thread(held: pd.DataFrame) -> pd.Series:
    """Whether each is an e-mail from the customer that, for all we know, answers none of ours."""
    unsaid = (held["kind"] == "email_in") & (held["initiated_by"] == "")
    return unsaid & ~held["subject"].astype(str).str.match(ANSWER, case=False)
