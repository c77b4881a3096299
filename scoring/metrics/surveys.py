"""Metrics of what customers say: answers to surveys, ratings of tickets, and tone."""

from __future__ import annotations

from datetime import date

import pandas as pd
from django.db.models import Q

from accounts.business_days import end_of, start_of
from accounts.models import Survey
from scoring.metrics.block import Block, Since
from scoring.metrics.interactions import held_in
from scoring.metrics.metric import Quiet, Reading, declare
from scoring.metrics.tickets import opened_in, tickets

HISTORY_DAYS = 365


def surveys(block: Block) -> pd.DataFrame:
    """Answers within the history, the oldest first."""
    rows = block.shared_rows(Survey, ["kind", "score", "at", "contact", "ticket"], _lately)
    inside = block.recent(rows["at_day"], HISTORY_DAYS) & (rows["at_day"] <= block.day)
    return rows[inside].reset_index(drop=True).sort_values("at", kind="stable")


def _lately(since: Since, until: date) -> Q:
    return Q(at__gte=start_of(since(HISTORY_DAYS)), at__lt=end_of(until))


def answered_in(block: Block, window: int, kind: str) -> pd.DataFrame:
    """Answers of one kind in a window, the oldest first."""
    rows = block.once(surveys)
    return rows[(rows["kind"] == kind) & block.within(rows["at_day"], window)]


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


def balance(block: Block, answers: pd.DataFrame) -> Reading:
    """The NPS of some answers, the oldest first, by the latest of each person; the sample is how many people."""
    # Nobody knows whether two answers without a name are one person's: each stands for itself.
    superseded = answers["contact"].notna() & answers.duplicated(["pos", "contact"], keep="last")
    answers = answers[~superseded]
    opinion = (answers["score"] >= 9).astype(float) - (answers["score"] <= 6).astype(float)
    return _mean(block, answers.assign(value=100.0 * opinion, day=answers["at_day"]))


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
    closed = closed[block.within(closed["closed_at_day"], window)]
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
    held = held[held["kind"] != "note"]
    return _mean(
        block,
        _rated(opened_in(block, window), "sentiment", "opened_at_day"),
        _rated(held, "sentiment", "at_day"),
    )


def _rated(rows: pd.DataFrame, value: str, day: str) -> pd.DataFrame:
    """The rows that carry a value, with the columns `pos`, `value` and `day`."""
    # Filtered last: an empty frame would take over the length of what is assigned to it.
    rated = rows.assign(value=rows[value], day=rows[day])[["pos", "value", "day"]]
    return rated[rated["value"].notna()]


def _mean(block: Block, *rated: pd.DataFrame) -> Reading:
    """The mean of `value` over all rows, each once, heard last on the latest `day`."""
    rows = pd.concat(rated)
    return Reading(block.reduce(rows, "value", "mean"), block.count(rows), block.reduce(rows, "day", "max"))
