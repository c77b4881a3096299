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
from scoring.judging import judge_all
from scoring.metrics.block import blocks
from scoring.models import Purpose, Run, ScorecardVersion
from scoring.recording import refresh, retire
from scoring.running import complete, open_run, reopen
from scoring.scorecards.choosing import Choice, choices_now
from scoring.scorecards.publishing import live_version, version_in_use
from scoring.scorecards.recommending import choose_live

Parts = Sequence[tuple[int, int]]  # the first and last id of each part of the customers


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the customers of a refresh."""

    scored: int = 0
    not_scored: int = 0


def official_version(on: date) -> ScorecardVersion:
    """The live version; before there is one, the preset that the data reach furthest is made live."""
    return live_version() or choose_live(on)


def score_day(on: date, key: str = "") -> Run:
    """Score a past date: the nightly record, marked backfilled, where there is none, else the restatement beside it.

    With the key of a scorecard that is not live, a trial apart from the official record. Raises UnknownScorecard.
    """
    return complete(*begin_days([on], key))


@transaction.atomic
def begin_days(days: Sequence[date], key: str = "", parts: Parts = ()) -> list[Run]:
    """The runs that `score_day` completes, cut into these parts of customers where they have not begun."""
    version = version_in_use(key) if key else official_version(days[0])
    return [_begun(on, version, key, parts) for on in days]


def _begun(on: date, version: ScorecardVersion, key: str, parts: Parts) -> Run:
    if key and version.use != "live":
        return _again(on, Purpose.TRIAL, version, parts)
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
    ids = np.fromiter(chosen.values_list("pk", flat=True), dtype=np.int64)
    counts = Counts()
    for part in blocks(ids, settings.SHARD_SIZE):
        for judged in judge_all(part, day, choices):
            refresh(judged, day)
            known = int((judged.scored.reason == 0).sum())
            counts = Counts(counts.scored + known, counts.not_scored + len(judged.scored.ids) - known)
    if customer is None:
        retire(day)
    return counts
