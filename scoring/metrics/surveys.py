"""Metrics of what customers say: answers to surveys, ratings of tickets, and tone."""

from __future__ import annotations

from datetime import date

import numpy as np
from django.db.models import Q

from accounts.business_days import end_of, start_of
from accounts.models import Survey
from scoring.engine.frame import Bools, Floats
from scoring.metrics.block import Block, Since
from scoring.metrics.interactions import held_in
from scoring.metrics.metric import Quiet, Reading, declare
from scoring.metrics.rows import Ints, Rows, reduced
from scoring.metrics.tickets import opened_in, tickets

HISTORY_DAYS = 365
PROMOTER = 9
REMEMBERED_DAYS = 730  # before an answer: what a person who is asked once a year had said before counts (I23)
PROMOTERS_DAYS = REMEMBERED_DAYS + 180  # of the answers of promoters, before those of half a year


def surveys(block: Block) -> Rows:
    """Answers within the history, the oldest first."""
    return _answers(block, HISTORY_DAYS)


def long_ago_too(block: Block) -> Rows:
    """The same, and the answers of promoters with a name from before, back to two years before half a year ago."""
    return _answers(block, PROMOTERS_DAYS)


def _answers(block: Block, history: int) -> Rows:
    """What was read of so many days, the oldest first. One query, whichever history is asked for."""
    table = block.table(Survey, ["kind", "score", "at", "contact", "ticket"], _lately, "at")
    day = table.columns["at_day"]
    return block.situated(table, day, day + block.reach(history).days - 1)


def _lately(since: Since, until: date) -> Q:
    """All answers of the history, and of before it the few that somebody may have turned away from."""
    promoters = Q(kind="nps", score__gte=PROMOTER, contact__isnull=False, at__gte=start_of(since(PROMOTERS_DAYS)))
    return (Q(at__gte=start_of(since(HISTORY_DAYS))) | promoters) & Q(at__lt=end_of(until))


def answered_in(block: Block, window: int, kind: str, before: int = 0) -> Rows:
    """Answers of one kind in a window, the oldest first."""
    rows = block.once(surveys)
    return rows[rows.has("kind", kind) & rows.within("at_day", window, before)]


def by_person(answers: Rows) -> tuple[Rows, Bools]:
    """The answers, those of a person one after the other, and which of them the same person followed by another.

    Nobody knows whether two answers without a name are one person's: each stands for itself.
    """
    answers = answers[np.lexsort([answers["contact"], answers.pos])]
    same_person = np.diff(answers["contact"], append=np.nan) == 0
    return answers, same_person & (np.diff(answers.pos, append=-1) == 0)


@declare(
    "nps",
    label="NPS",
    unit="points",
    better="up",
    meaning="Share of promoters less share of detractors, by the latest answer of each person.",
    kinds=("surveys",),
    window=365,
    quiet=Quiet.MISSING,
    validity=365,
    cite="S002-6, S003-6",
)
def nps(block: Block, window: int) -> Reading:
    """100 x (share of scores from 9 - share of scores to 6), from -100 to 100."""
    return balance(block, answered_in(block, window, "nps"))


def balance(block: Block, answers: Rows) -> Reading:
    """The NPS of some answers, the oldest first, by the latest of each person; the sample is how many people."""
    answers, superseded = by_person(answers)
    latest = answers[~superseded]
    opinion = 100.0 * (latest["score"] >= PROMOTER) - 100.0 * (latest["score"] <= 6)
    return _mean(block, _rated(latest.assign(opinion=opinion), "opinion", "at_day"))


@declare(
    "csat",
    label="CSAT",
    unit="of 5",
    better="up",
    meaning="Mean rating, from 1 to 5, of the tickets closed and the satisfaction surveys answered in the window.",
    kinds=("tickets", "surveys"),
    window=90,
    quiet=Quiet.MISSING,
    minimum=2,
    validity=90,
    cite="S000-52, S003-5, S004-12, S004-15",
)
def csat(block: Block, window: int) -> Reading:
    """Mean over rated tickets closed and surveys answered in the window."""
    closed = block.once(tickets)
    closed = closed[closed.within("closed_at_day", window)]
    answers = answered_in(block, window, "csat")
    return _mean(block, _rated(closed, "csat", "closed_at_day"), _rated(answers, "score", "at_day"))


@declare(
    "ticket_sentiment",
    label="Sentiment",
    unit="-1 to 1",
    better="up",
    meaning="Mean tone, from -1 to 1, of the tickets opened and the interactions held in the window.",
    kinds=("tickets", "interactions"),
    window=90,
    quiet=Quiet.MISSING,
    minimum=2,
    validity=60,
    cite="S002-3, S003-5",
)
def ticket_sentiment(block: Block, window: int) -> Reading:
    """Mean over tickets opened and interactions held, each item once; our own notes are not the customer's tone."""
    held = held_in(block, window)
    held = held[~held.has("kind", "note")]
    return _mean(
        block,
        _rated(opened_in(block, window), "sentiment", "opened_at_day"),
        _rated(held, "sentiment", "at_day"),
    )


def _rated(rows: Rows, value: str, day: str) -> tuple[Ints, Floats, Floats]:
    """The places, values and days of the rows that carry a value."""
    rated = rows[rows.known(value)]
    return rated.pos, rated[value], rated[day]


def _mean(block: Block, *rated: tuple[Ints, Floats, Floats]) -> Reading:
    """The mean of the values over all that is rated, each once, heard last on the latest day."""
    place, value, day = (np.concatenate(parts) for parts in zip(*rated, strict=True))
    n = len(block)
    return Reading(reduced(place, value, n, "mean"), reduced(place, value, n, "count"), reduced(place, day, n, "max"))
