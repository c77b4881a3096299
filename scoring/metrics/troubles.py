"""Metrics of trouble that shows in tickets and in the tone of what customers say."""

from __future__ import annotations

from typing import Final

import numpy as np

from scoring.engine.frame import Floats
from scoring.metrics.block import Block
from scoring.metrics.interactions import held_in
from scoring.metrics.metric import Quiet, Reading
from scoring.metrics.noticing import declare_noticed
from scoring.metrics.rows import Ints, Rows, Table, coded, reduced
from scoring.metrics.surveys import answered_in
from scoring.metrics.tickets import opened_in, tickets

RECENT = 30
BEFORE = 90
SEVERE: Final = ("critical", "high")
MOST_RISE = 10.0  # times; where nothing was severe before any number would be infinite
NEGATIVE_TONE, BAD_RATING, DETRACTOR = -0.3, 2, 6


def _severe(block: Block, window: int, before: int = 0) -> tuple[Floats, Floats]:
    """Severe tickets and all tickets opened in a window."""
    rows = opened_in(block, window, before)
    return block.count(rows[rows.has("severity", *SEVERE)]), block.count(rows)


@declare_noticed(
    "severe_tickets_30",
    label="Severe tickets lately",
    unit="tickets",
    better="down",
    meaning="Critical and high tickets opened in the last 30 days.",
    kinds=("tickets",),
    window=RECENT,
    quiet=Quiet.ZERO,
    validity=7,
    cite="S002-12",
)
def severe_tickets_30(block: Block, window: int) -> Reading:
    """Count of critical and high tickets."""
    severe = _severe(block, window)[0]
    return Reading(severe, severe)


@declare_noticed(
    "severe_rise",
    noted_under=("severe_ticket_share",),
    label="Rise of severe tickets",
    unit="times",
    better="down",
    meaning="Share of severe tickets in the last 30 days against their share in the 90 days before.",
    kinds=("tickets",),
    window=RECENT,
    quiet=Quiet.ZERO,
    validity=7,
    cite="S002-12",
)
def severe_rise(block: Block, window: int) -> Reading:
    """Share / share before, at most 10; nothing severe before, or no ticket at all, is a share of nought."""
    (now, of), (before, out_of) = _severe(block, window), _severe(block, BEFORE, window)
    # Whole numbers are multiplied before they are divided: one and a half is then exactly that.
    rise = np.divide(now * out_of, before * of, out=np.where(now > 0, MOST_RISE, 0.0), where=before * of > 0)
    return Reading(np.minimum(rise, MOST_RISE), of)


def _lately(block: Block, window: int) -> Rows:
    """Tickets opened or closed in the window."""
    rows = block.once(tickets)
    return rows[rows.within("opened_at_day", window) | rows.within("closed_at_day", window)]


def _topics(table: Table) -> Ints:
    """A number for the topic of each ticket (R), the same for "Login" and " login"; -1 = none."""
    words = [word.strip().casefold() or None for word in table.columns["topic"].tolist()]
    return coded(np.array(words, dtype=object))[0]


@declare_noticed(
    "repeat_topic_30",
    label="Repeated topic",
    unit="tickets",
    better="down",
    meaning="The most tickets about one and the same topic opened in the last 30 days.",
    kinds=("tickets",),
    window=RECENT,
    quiet=Quiet.ZERO,
    validity=7,
    cite="S002-12",
)
def repeat_topic_30(block: Block, window: int) -> Reading:
    """Largest count of one topic, however it is written; tickets without a topic repeat nothing."""
    rows = opened_in(block, window)
    topics = rows.table.once(_topics, lambda: _topics(rows.table))[rows.index]
    there = topics >= 0
    (place, _), times = np.unique(np.stack([rows.pos[there], topics[there]]), axis=1, return_counts=True)
    most = np.nan_to_num(reduced(place, times, len(block), "max"))
    return Reading(most, most)


@declare_noticed(
    "reopened_30",
    label="Reopened tickets",
    unit="times",
    better="down",
    meaning="How often tickets opened or closed in the last 30 days were reopened.",
    kinds=("tickets",),
    window=RECENT,
    quiet=Quiet.ZERO,
    validity=7,
    cite="S002-12",
)
def reopened_30(block: Block, window: int) -> Reading:
    """Sum of reopenings; no feed says when one was, so that older tickets count when they were closed lately."""
    times = block.sum(_lately(block, window), "reopened")
    return Reading(times, times)


@declare_noticed(
    "escalations_30",
    label="Escalated tickets",
    unit="tickets",
    better="down",
    meaning="Escalated tickets among those opened or closed in the last 30 days.",
    kinds=("tickets",),
    window=RECENT,
    quiet=Quiet.ZERO,
    validity=7,
    cite="S002-16",
)
def escalations_30(block: Block, window: int) -> Reading:
    """Count of escalated tickets; no feed says when one was, so that older ones count when they were closed lately."""
    rows = _lately(block, window)
    escalated = block.count(rows[rows["escalated"] == 1])
    return Reading(escalated, escalated)


@declare_noticed(
    "ticket_sentiment_30",
    noted_under=("ticket_sentiment",),
    label="Tone of tickets",
    unit="-1 to 1",
    better="up",
    meaning="Mean tone of the tickets opened in the last 30 days.",
    kinds=("tickets",),
    window=RECENT,
    quiet=Quiet.MISSING,
    minimum=2,
    validity=30,
    cite="S002-12",
)
def ticket_sentiment_30(block: Block, window: int) -> Reading:
    """Mean sentiment of two tickets or more."""
    rows = opened_in(block, window)
    rated = rows[rows.known("sentiment")]
    mean = np.round(block.reduce(rated, "sentiment", "mean"), 9)
    return Reading(mean, block.count(rated), block.reduce(rated, "opened_at_day", "max"))


@declare_noticed(
    "negative_interactions_30",
    noted_under=("ticket_sentiment",),
    label="Negative moments",
    unit="times",
    better="down",
    meaning="Conversations, tickets and answers of the last 30 days in which the customer was unhappy, each once.",
    kinds=("interactions", "tickets", "surveys"),
    window=RECENT,
    quiet=Quiet.ZERO,
    validity=7,
    cite="S002-23",
)
def negative_interactions_30(block: Block, window: int) -> Reading:
    """Interactions and tickets with a tone of -0.3 or less or rated 2 or less, and answers to surveys that low."""
    held = held_in(block, window)
    bad = _bad_tickets(block, window)
    negative = block.count(held[(held["sentiment"] <= NEGATIVE_TONE) & ~held.has("kind", "note")]) + block.count(bad)
    for kind, worst in (("nps", DETRACTOR), ("csat", BAD_RATING)):
        answers = answered_in(block, window, kind)
        # A survey about a ticket that is counted already is the same moment.
        negative += block.count(answers[(answers["score"] <= worst) & (answers.places_among(bad, "ticket") < 0)])
    return Reading(negative, negative)


def _bad_tickets(block: Block, window: int) -> Rows:
    """Tickets opened in a bad tone or, when they were closed, rated badly, in the window."""
    rows = block.once(tickets)
    tone = (rows["sentiment"] <= NEGATIVE_TONE) & rows.within("opened_at_day", window)
    return rows[tone | ((rows["csat"] <= BAD_RATING) & rows.within("closed_at_day", window))]
