"""Scores days and customers on demand: load, score, record. Never makes alerts, plays or notices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.conf import settings
from django.db import transaction

from accounts.business_days import today
from accounts.models import Customer
from scoring.metrics.block import blocks
from scoring.models import Purpose, Run, ScorecardVersion
from scoring.models.scorecards import Use
from scoring.recording import renew, retire
from scoring.running import complete, newest_date, open_run, reopen
from scoring.scorecards.choosing import Choice, choices_now
from scoring.scorecards.publishing import live_version, version_in_use
from scoring.scorecards.recommending import choose_live

Parts = Sequence[tuple[int, int]]  # the first and last id of each part of the customers


class NotOver(ValueError):
    """A date whose night has not begun: an official record of it would stand in the night's place."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the customers of a refresh."""

    scored: int
    not_scored: int
    failed: int


def official_version(on: date) -> ScorecardVersion:
    """The live version; before there is one, the preset that the data reach furthest is made live."""
    return live_version() or choose_live(on)


def trial_version(key: str) -> ScorecardVersion | None:
    """What a scorecard is tried with, apart from the official record; None where it is live, or none is named.

    Raises UnknownScorecard.
    """
    version = version_in_use(key) if key else None
    return None if version is None or version.use == Use.LIVE else version


def latest_date(key: str = "") -> date:
    """The latest date that can be scored: a trial may be of today, the official record is the night's to begin."""
    return today() if trial_version(key) else newest_date()


def check_over(on: date, key: str = "") -> None:
    """Raise NotOver for a date that is too young to be scored, and UnknownScorecard."""
    latest = latest_date(key)
    if on > latest:
        raise NotOver(f"the night of {on} has not begun; the latest date that can be scored is {latest}")


def score_day(on: date, key: str = "") -> Run:
    """Score a past date: the nightly record, marked backfilled, where there is none, else the restatement beside it.

    By all live scorecards, or with the key of one that is not live, a trial apart from the official record. Raises
    UnknownScorecard.
    """
    return complete(*begin_days([on], key))


@transaction.atomic
def begin_days(days: Sequence[date], key: str = "", parts: Parts = ()) -> list[Run]:
    """The runs that `score_day` completes, cut into these parts of customers where they have not begun."""
    trial = trial_version(key)
    if trial:
        return [_again(on, Purpose.TRIAL, trial, parts) for on in days]
    version = official_version(days[0])
    return [_begun(on, version, parts) for on in days]


def _begun(on: date, version: ScorecardVersion, parts: Parts) -> Run:
    nightly = Run.objects.filter(as_of=on, purpose=Purpose.NIGHTLY).first()
    if nightly is None or nightly.finished_at is None:
        return nightly or open_run(on, Purpose.NIGHTLY, version, backfilled=True, parts=parts)
    return _again(on, Purpose.RESTATED, version, parts)


def _again(on: date, purpose: Purpose, version: ScorecardVersion, parts: Parts) -> Run:
    named = "" if purpose == Purpose.RESTATED else version.scorecard.key
    there = Run.objects.filter(as_of=on, purpose=purpose, scorecard=named).first()
    again = reopen(there, version, parts=parts) if there else None
    return again or open_run(on, purpose, version, backfilled=True, parts=parts)


def refresh_current(on: date | None = None, customer: Customer | None = None) -> Counts:
    """Bring the current scores of all customers, or of one, up to a date (today when absent)."""
    day = on or today()
    choices = choices_now() or [Choice(official_version(day))]
    active = Customer.objects.active_on(day).order_by("pk")
    chosen = active.filter(pk=customer.pk) if customer else active
    stamps = dict(chosen.values_list("pk", "facts_changed_at"))
    news, known, failed = stamps if day == today() else None, 0, 0
    for part in blocks(np.fromiter(stamps, dtype=np.int64), settings.SHARD_SIZE):
        scores, lost = renew(part, day, choices, news)
        known += sum(int((scored.reason == 0).sum()) for scored in scores)
        failed += len(lost)
    if customer is None:
        retire(day)
    return Counts(known, len(stamps) - known - failed, failed)
