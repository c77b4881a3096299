"""Background work of playbooks. The database says what is due; these are only hints to look (architecture, Runs)."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from playbooks import live
from playbooks.escalating import escalate_overdue
from playbooks.mailing import send_due
from playbooks.models import Reaction, ReactionShard
from playbooks.running import due_reactions, finish, open_reaction, waiting_shards, work
from scoring.leasing import attempt


@shared_task(time_limit=60)
def tick() -> int:
    """Open the reactions that are due and hand out every shard nobody works on; returns how many."""
    for run in due_reactions():
        open_reaction(run)
    for reaction in Reaction.objects.filter(finished_at=None):
        finish(reaction)  # a worker may have died between its last shard and this
    waiting = list(waiting_shards().values_list("pk", flat=True))
    for shard_id in waiting:
        react_to_shard.delay(shard_id)
    return len(waiting)


@shared_task(time_limit=280, soft_time_limit=270, max_retries=0)
def react_to_shard(shard_id: int) -> str:
    """React to one shard if nobody else does; says what became of it. Twice has the effect of once."""
    return attempt(ReactionShard, shard_id, work, lambda shard: finish(shard.reaction))


@shared_task(time_limit=60)
def watch() -> int:
    """Tell of scores that fell during the day; returns how many alerts were opened."""
    return live.watch(timezone.now())


@shared_task(time_limit=60)
def escalate() -> int:
    """Escalate what missed its SLA; returns how many tasks."""
    return escalate_overdue(timezone.now())


@shared_task(time_limit=120)
def send_mail() -> int:
    """Send what lies in the outbox; returns how many messages."""
    return send_due(timezone.now())
