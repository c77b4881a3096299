"""Shards: who may work on which stretch of customers, and how it ends exactly once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from django.db import transaction

from accounts.models import Customer
from scoring.engine.scoring import Scored
from scoring.judging import Judged, Reader, judge_all, load_night
from scoring.keeping import keep
from scoring.leasing import MOST_ATTEMPTS, end
from scoring.models import Failure, Run, Shard
from scoring.recording import record, refresh
from scoring.scorecards.choosing import choices_of

Ids = npt.NDArray[np.int64]


def work(shard: Shard, read: Reader = load_night) -> None:
    """Score a taken shard and record it in one transaction that ends with its own "done". Raises Fenced.

    `read` may have read its customers ahead.
    """
    if shard.attempts > MOST_ATTEMPTS and cut(shard):
        return
    run = shard.run = Run.objects.select_related("version__scorecard").get(pk=shard.run_id)
    ids, lost = customers_of(shard), dict[int, str]()
    if shard.attempts > MOST_ATTEMPTS:
        lost, ids = dict.fromkeys(ids.tolist(), "its scoring ended the worker, again and again"), ids[:0]
    parts = list(_scored(run, ids, lost, read))
    with transaction.atomic():
        for judged in parts:
            record(run, judged)
            if run.purpose == "nightly" and not run.backfilled:
                refresh(judged, run.as_of)
        if run.purpose == "nightly":
            keep(shard, [(judged.scored.ids, judged.beside) for judged in parts])
        Failure.objects.bulk_create(Failure(run=run, customer_id=pk, reason=why) for pk, why in lost.items())
        _done(shard, [judged.scored for judged in parts], len(lost))


def _done(shard: Shard, parts: list[Scored], failed: int) -> None:
    known = sum(int((scored.reason == 0).sum()) for scored in parts)
    end(shard, scored=known, not_scored=sum(len(scored.ids) for scored in parts) - known, failed=failed)


def customers_of(shard: Shard) -> Ids:
    """The customers of a shard who are customers on the run's date, ascending."""
    active = Customer.objects.active_on(shard.run.as_of)
    inside = active.filter(pk__range=(shard.first_customer, shard.last_customer)).order_by("pk")
    return np.fromiter(inside.values_list("pk", flat=True), dtype=np.int64)


def _scored(run: Run, ids: Ids, lost: dict[int, str], read: Reader) -> Iterator[Judged]:
    """The customers judged; where something raises, halves, down to the one customer who cannot be scored."""
    if not len(ids):
        return
    try:
        yield from list(judge_all(ids, run.as_of, choices_of(run), officially=run.is_official, read=read))
    except Exception as error:  # whatever it is, the others go on and the run shows it by name
        if len(ids) == 1:
            lost[int(ids[0])] = f"{type(error).__name__}: {error}"
            return
        middle = len(ids) // 2
        yield from _scored(run, ids[:middle], lost, load_night)
        yield from _scored(run, ids[middle:], lost, load_night)


def cut(shard: Shard) -> bool:
    """Replace a shard by its halves; False where one customer is left."""
    ids = customers_of(shard)
    if len(ids) < 2:
        return False
    middle = int(ids[len(ids) // 2])
    with transaction.atomic():
        Shard.objects.create(run=shard.run, first_customer=middle, last_customer=shard.last_customer)
        Shard.objects.filter(pk=shard.pk, token=shard.token).update(
            last_customer=middle - 1, state=Shard.State.WAITING, attempts=0, lease_until=None
        )
    return True
