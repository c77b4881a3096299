"""Shards: who may work on which stretch of customers, and how it ends exactly once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from django.db import transaction

from scoring.engine.scoring import Scored
from scoring.facts import ASKED, Facts
from scoring.indicators.remembering import Told
from scoring.judging import Judged, judge_all, judged_apart
from scoring.keeping import keep
from scoring.leasing import MOST_ATTEMPTS, Fenced, end
from scoring.models import Failure, Purpose, Run, Shard
from scoring.recording import record, refresh
from scoring.scorecards.choosing import choices_of
from scoring.vocabulary.staying import said_of, settle

Ids = npt.NDArray[np.int64]


def work(shard: Shard, facts: Facts = ASKED, *, keeps: bool = False) -> bool:
    """Score a taken shard and record it in one transaction that ends with its own "done". Raises Fenced.

    False where it was cut instead, and its halves wait for somebody.

    An official night moves its customers through their stages too. What it has read is kept for the rules that react to
    it: of a past night, to which nobody reacts, only where the caller does (`keeps`).
    """
    if shard.attempts > MOST_ATTEMPTS and cut(shard):
        return False
    run, inside = shard.run, (shard.first_customer, shard.last_customer)
    is_nightly = run.purpose == Purpose.NIGHTLY
    ids, lost = facts.customers(inside, run.as_of), dict[int, str]()
    if shard.attempts > MOST_ATTEMPTS:
        lost = dict.fromkeys(ids.tolist(), "its scoring ended the worker, again and again")
    stays = facts.stays(inside, run.as_of) if is_nightly else None
    parts = [] if lost else list(_scored(run, ids, lost, facts))
    said = [said_of(run, judged, facts.earlier) for judged in parts] if is_nightly else []
    with transaction.atomic():
        for judged in parts:
            record(run, judged)
        if stays:
            settle(run.as_of, stays, ids, said)
        if is_nightly and not run.backfilled:
            for judged in parts:
                refresh(judged, run.as_of)
        if is_nightly and (keeps or not run.backfilled):
            keep(shard, [(judged.scored.ids, judged.beside) for judged in parts])
        Failure.objects.bulk_create(Failure(run=run, customer_id=pk, reason=why) for pk, why in lost.items())
        _done(shard, [judged.scored for judged in parts], len(lost))
    if is_nightly and facts.earlier:
        facts.earlier.tell(run.as_of, [_told(judged) for judged in parts])
    return True


def _told(judged: Judged) -> Told:
    return Told(judged.scored.ids, judged.indicators, judged.scored.points, judged.version.pk)


def _done(shard: Shard, parts: list[Scored], failed: int) -> None:
    known = sum(int((scored.reason == 0).sum()) for scored in parts)
    end(shard, scored=known, not_scored=sum(len(scored.ids) for scored in parts) - known, failed=failed)


def _scored(run: Run, ids: Ids, lost: dict[int, str], facts: Facts) -> Iterator[Judged]:
    """The customers judged, all but those who cannot be; parts of them ask for facts themselves."""
    choices = choices_of(run)

    def judged(some: Ids) -> Iterator[Judged]:
        known = facts if len(some) == len(ids) else ASKED
        return judge_all(some, run.as_of, choices, officially=run.is_official, facts=known)

    return judged_apart(ids, judged, lost)


def cut(shard: Shard) -> bool:
    """Replace a taken shard by its halves; False where one customer is left. Raises Fenced."""
    ids = ASKED.customers((shard.first_customer, shard.last_customer), shard.run.as_of)
    if len(ids) < 2:
        return False
    middle = int(ids[len(ids) // 2])
    halved = {"last_customer": middle - 1, "state": Shard.State.WAITING, "attempts": 0, "lease_until": None}
    with transaction.atomic():
        if not Shard.objects.filter(pk=shard.pk, token=shard.token, state=Shard.State.LEASED).update(**halved):
            raise Fenced(f"shard {shard.pk} was taken over")
        Shard.objects.create(run=shard.run, first_customer=middle, last_customer=shard.last_customer)
    return True
