"""Metrics of opinions that turn: falling NPS, promoters lost and won, and bad reviews."""

from __future__ import annotations

from typing import Final

import numpy as np

from scoring.engine.frame import Bools, Floats
from scoring.metrics.block import Block
from scoring.metrics.metric import Quiet, Reading
from scoring.metrics.noticing import declare_noticed
from scoring.metrics.people import contacts, in_role
from scoring.metrics.rows import Rows
from scoring.metrics.surveys import (
    PROMOTER,
    REMEMBERED_DAYS,
    answered_in,
    balance,
    by_person,
    long_ago_too,
)

HALF_YEAR = 180
ANSWERS_NEEDED = 3  # on either side (library 1, I23)
DETRACTOR = 6
LOW_REVIEW = 2  # of 5
ROLES: Final = ("decision_maker", "executive_sponsor", "champion")


def _nps(block: Block, window: int, before: int = 0) -> tuple[Floats, Floats]:
    """NPS of the answers in a window by the latest of each person, and how many people answered."""
    reading = balance(block, answered_in(block, window, "nps", before))
    return reading.value, reading.sample


@declare_noticed(
    "nps_change_180",
    noted_under=("nps",),
    label="Change of NPS",
    unit="points",
    better="up",
    meaning="NPS of the last 180 days against that of the 180 days before, of three answers or more each.",
    kinds=("surveys",),
    window=HALF_YEAR,
    quiet=Quiet.MISSING,
    minimum=ANSWERS_NEEDED,
    validity=HALF_YEAR,
    cite="S002-16",
)
def nps_change_180(block: Block, window: int) -> Reading:
    """NPS - NPS before; the sample is the smaller of the two."""
    (now, sample), (before, sample_before) = _nps(block, window), _nps(block, window, window)
    last = block.reduce(answered_in(block, window, "nps"), "at_day", "max")
    return Reading(now - before, np.minimum(sample, sample_before), last)


@declare_noticed(
    "promoters_lost_180",
    noted_under=("nps",),
    label="Promoters lost",
    unit="people",
    better="down",
    meaning="People whose latest answer, in the last 180 days, is a detractor's, and who were promoters before.",
    kinds=("surveys",),
    window=HALF_YEAR,
    quiet=Quiet.ZERO,
    validity=60,
    cite="S002-16",
)
def promoters_lost_180(block: Block, window: int) -> Reading:
    """Contacts with a latest NPS answer of 6 or less in the window, and one of 9 or more in the two years before it.

    Whatever they said between the two: who slides from 9 to 8 to 4 is lost as well.
    """
    rows = block.once(long_ago_too)
    answers, superseded = by_person(rows[rows.has("kind", "nps")])
    turned = ~superseded & (answers["score"] <= DETRACTOR) & answers.within("at_day", window)
    promoted = _last_promoted(answers, ~np.roll(superseded, 1))
    lost = block.count(answers[turned & (answers["at_day"] - promoted <= REMEMBERED_DAYS)])
    return Reading(lost, lost)


def _last_promoted(answers: Rows, is_first: Bools) -> Floats:
    """The day (R) on which the same person last answered as a promoter, up to each answer; NaN where never.

    The answers of a person lie one after the other, the oldest first.
    """
    place = np.arange(len(answers))
    first = np.maximum.accumulate(np.where(is_first, place, 0))
    last = np.maximum.accumulate(np.where(answers["score"] >= PROMOTER, place, -1))
    return np.where(last >= first, answers["at_day"][last], np.nan)


@declare_noticed(
    "low_reviews_90",
    noted_under=("nps",),
    label="Bad reviews",
    unit="reviews",
    better="down",
    meaning="Reviews of the last 90 days with one or two of five stars.",
    kinds=("surveys",),
    window=90,
    quiet=Quiet.ZERO,
    validity=30,
    cite="S002-16",
)
def low_reviews_90(block: Block, window: int) -> Reading:
    """Count of reviews with a score of 2 or less."""
    rows = answered_in(block, window, "review")
    low = block.count(rows[rows["score"] <= LOW_REVIEW])
    return Reading(low, low)


@declare_noticed(
    "new_promoters_30",
    label="New promoters",
    unit="people",
    better="up",
    meaning="Decision makers, executive sponsors and champions who answered as promoters in the last 30 days.",
    kinds=("surveys",),
    window=30,
    quiet=Quiet.ZERO,
    validity=30,
    cite="S001-23",
)
def new_promoters_30(block: Block, window: int) -> Reading:
    """Contacts in one of the three roles, still there, with an NPS answer of 9 or more in the window."""
    answers = answered_in(block, window, "nps")
    happy, superseded = by_person(_in_roles(block, answers[answers["score"] >= PROMOTER]))
    count = block.count(happy[~superseded])
    return Reading(count, count)


def _in_roles(block: Block, answers: Rows) -> Rows:
    """The answers of those who count and have not left, on the date. Reads contacts only where there are answers."""
    if len(answers) == 0:
        return answers
    people = block.once(contacts)
    people = people[people["here"]]
    counting = people[np.logical_or.reduce([in_role(people, role) for role in ROLES])]
    return answers[answers.places_among(counting, "contact") >= 0]
