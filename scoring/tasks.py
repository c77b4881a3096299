"""Background work of scoring. The database says what is due; these are only hints to look (architecture, Runs)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from celery import shared_task
from django.utils import timezone

from accounts.models import Customer
from scoring import freshening
from scoring.leasing import attempt
from scoring.models import Backfill, Purpose, Run, Shard
from scoring.past import backfills
from scoring.past.rescoring import official_version
from scoring.running import due_dates, finish, open_run, waiting_shards
from scoring.scorecards.shadowing import due_shadows
from scoring.shards import work

SLICE: Final = timedelta(seconds=120)  # of a backfill in one task; the date at hand is done after it


@shared_task(time_limit=60)
def tick() -> int:
    """Open the runs that are due and hand out every shard nobody works on; returns how many. Harmless at any rate."""
    for day in due_dates():
        if Customer.objects.active_on(day).exists():
            open_run(day, Purpose.NIGHTLY, official_version(day))
    for day, version in due_shadows():
        open_run(day, Purpose.SHADOW, version)
    for run in Run.objects.filter(finished_at=None):
        finish(run)  # a worker may have died between its last shard and this
    waiting = list(waiting_shards().values_list("pk", flat=True))
    for shard_id in waiting:
        score_shard.delay(shard_id)
    if late := backfills.due():
        backfill.delay(late.pk)
    return len(waiting)


@shared_task(time_limit=280, soft_time_limit=270, max_retries=0)
def score_shard(shard_id: int) -> str:
    """Score one shard if nobody else does; says what became of it. Twice has the effect of once."""
    return attempt(Shard, shard_id, work, lambda shard: finish(shard.run))


@shared_task(time_limit=280, max_retries=0)
def backfill(backfill_id: int) -> bool:
    """Do the next dates of a backfill for some minutes; True when nothing is left. The tick hands it out again."""
    asked = Backfill.objects.filter(pk=backfill_id).first()
    return asked is not None and backfills.advance(asked, until=timezone.now() + SLICE)


@shared_task(time_limit=280, soft_time_limit=270)
def freshen() -> int:
    """Score the customers about whom something arrived, block after block; returns how many."""
    count = 0
    while some := freshening.freshen():
        count += len(some)
    return count
