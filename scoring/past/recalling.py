"""Scores of a past date made once more: as known then, from what had come by its end, or as known now (D4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Final, Literal

import numpy as np
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.business_days import end_of
from accounts.models import Customer
from scoring.engine.changes import Change
from scoring.engine.scoring import Scored, score
from scoring.explaining import Explained, NotScored, changes_between
from scoring.judging import Judged, judge, judged_apart
from scoring.loading import Ids, load, load_inputs
from scoring.metrics.block import blocks
from scoring.models import Failure, Purpose, Run, ScorecardVersion, ScoreRecord
from scoring.packing import pack
from scoring.past.rescoring import check_over, official_version, score_day
from scoring.recording import record

Known = Literal["then", "now"]
KNOWN: Final[tuple[Known, ...]] = ("now", "then")


def recall(customer: Customer, on: date, *, known: Known, version: ScorecardVersion | None = None) -> Explained:
    """One customer's automatic score for a past date, made without storing anything.

    "now": from all that is known today of the time up to the date. "then": from what was known before the date's end,
    in the site's zone. By the version of the night's record, else by the official one. Raises NotScored for somebody
    who was no customer on the date.
    """
    if not Customer.objects.active_on(on).filter(pk=customer.pk).exists():
        raise NotScored(f"{customer} was no customer on {on}")
    version = version or _version_of(customer, on)
    frame = load_inputs(np.array([customer.pk]), on, version.engine, end_of(on) if known == "then" else None)
    scored = score(frame, version.engine)
    return Explained(on, version, _numbers(scored, version), scored)


def compare_known(customer: Customer, on: date) -> tuple[Explained, Explained, list[Change]]:
    """A past date's score as known then and as known now, and the exact split of the difference. Raises NotScored."""
    version = _version_of(customer, on)
    then = recall(customer, on, known="then", version=version)
    now = recall(customer, on, known="now", version=version)
    return then, now, changes_between(then, now)


def _version_of(customer: Customer, on: date) -> ScorecardVersion:
    night = ScoreRecord.objects.filter(customer=customer, run__as_of=on, run__purpose=Purpose.NIGHTLY)
    found = night.select_related("version__scorecard").first()
    return found.version if found else official_version(on)


def _numbers(scored: Scored, version: ScorecardVersion) -> ScoreRecord:
    """The one customer's numbers as a record would hold them; it is not saved."""
    known = int(scored.reason[0]) == 0
    return ScoreRecord(
        customer_id=int(scored.ids[0]),
        version=version,
        outcome=int(scored.reason[0]),
        score=float(scored.score[0]) if known else None,
        band=int(scored.band[0]),
        coverage=float(scored.coverage[0]),
        low=float(scored.low[0]) if known else 0.0,
        high=float(scored.high[0]) if known else 100.0,
        inputs=pack(scored.raw, scored.states)[0],
    )


# -- whole dates -------------------------------------------------------------------------------------------------------


def score_date(on: date, *, known: Known = "now", key: str = "") -> Run:
    """Score a past date for everybody: as `score_day` does, or as known then. Raises NotOver, UnknownScorecard."""
    check_over(on, key)
    return recall_day(on) if known == "then" else score_day(on, key)


@transaction.atomic
def recall_day(on: date) -> Run:
    """Everybody's scores for a past date as known at its end, beside the nightly record, which stays as it is.

    Each customer is scored by the version of the night's record, else by the official one; made again it is the same.
    One transaction: nobody sees half of it.
    """
    official = official_version(on)
    Run.objects.filter(as_of=on, purpose=Purpose.RECALLED).delete()
    run = Run.objects.create(as_of=on, purpose=Purpose.RECALLED, version=official, backfilled=True)
    lost: dict[int, str] = {}
    for version, ids in _by_version(on, official):
        for part in blocks(ids, settings.SHARD_SIZE):
            for judged in judged_apart(part, partial(_judged, on=on, version=version), lost):
                record(run, judged)
                known = int((judged.scored.reason == 0).sum())
                run.scored, run.not_scored = run.scored + known, run.not_scored + len(judged.scored.ids) - known
    Failure.objects.bulk_create(Failure(run=run, customer_id=pk, reason=why) for pk, why in lost.items())
    run.failed, run.finished_at = len(lost), timezone.now()
    run.save()
    return run


def _by_version(on: date, official: ScorecardVersion) -> Iterator[tuple[ScorecardVersion, Ids]]:
    """The customers of a date (ids ascending) by the version that scores them."""
    night = ScoreRecord.objects.filter(run__as_of=on, run__purpose=Purpose.NIGHTLY)
    named = dict(night.values_list("customer_id", "version_id"))
    ids = np.fromiter(Customer.objects.active_on(on).order_by("pk").values_list("pk", flat=True), dtype=np.int64)
    by = np.array([named.get(pk, official.pk) for pk in ids.tolist()], dtype=np.int64)
    versions = ScorecardVersion.objects.select_related("scorecard").in_bulk(np.unique(by).tolist())
    for pk, version in sorted(versions.items()):
        yield version, ids[by == pk]


def _judged(ids: Ids, on: date, version: ScorecardVersion) -> list[Judged]:
    """The customers judged as known then. What the database refuses must not end the transaction of the others."""
    with transaction.atomic():
        return [judge(load(ids, on, version.engine, end_of(on)), version, on)]
