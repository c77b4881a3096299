"""The night's second phase: which scored nights need a reaction, in which shards, and when all of it is done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from accounts.business_days import date_of
from playbooks.models import Episode, Play, Reaction, ReactionShard
from playbooks.reacting import work
from scoring.leasing import free, take
from scoring.models import Purpose, Run, ScoreRecord
from scoring.running import LOOK_BACK_DAYS

__all__ = ["NotInOrder", "due_reactions", "finish", "open_reaction", "react", "waiting_shards", "work"]


class NotInOrder(ValueError):
    """A reaction to a night older than one that was reacted to already; episodes only go forward."""


def due_reactions(now: datetime | None = None) -> list[Run]:
    """Finished nightly runs that wait for their reaction, the oldest first.

    At most a week old, never older than what was reacted to before, never backfilled: `score` makes no alerts.
    """
    oldest = date_of(now or timezone.now()) - timedelta(days=LOOK_BACK_DAYS)
    runs = _nightly().filter(backfilled=False, as_of__gte=oldest)
    newest = Reaction.objects.aggregate(
        begun=Max("run__as_of"), finished=Max("run__as_of", filter=Q(finished_at__isnull=False))
    )
    unfinished = Q(reaction__isnull=False, reaction__finished_at=None) & _after(newest["finished"])
    return list(runs.filter(unfinished | Q(reaction=None) & _after(newest["begun"])).order_by("as_of"))


def _after(day: date | None) -> Q:
    return Q(as_of__gt=day) if day else Q()


def _nightly() -> QuerySet[Run]:
    return Run.objects.filter(purpose=Purpose.NIGHTLY, finished_at__isnull=False)


def open_reaction(run: Run, *, fires: bool | None = None) -> Reaction:
    """The reaction to a run, made with its shards where there is none; who comes second gets the first's.

    Unless `fires` says it, only the newest night fires. Raises NotInOrder for a night older than the newest reaction.
    """
    with transaction.atomic():
        defaults = {"fires": _is_newest(run) if fires is None else fires, "started_at": timezone.now()}
        reaction, made = Reaction.objects.get_or_create(run=run, defaults=defaults)
        if made:
            _refuse_disorder(run)
            ReactionShard.objects.bulk_create(
                ReactionShard(reaction=reaction, first_customer=first, last_customer=last)
                for first, last in _stretches(run)
            )
    return reaction


def _is_newest(run: Run) -> bool:
    # A later night that is being scored counts: it will fire in place of this one.
    return not Run.objects.filter(purpose=Purpose.NIGHTLY, backfilled=False, as_of__gt=run.as_of).exists()


def _refuse_disorder(run: Run) -> None:
    later = Reaction.objects.filter(run__as_of__gt=run.as_of).order_by("run__as_of").select_related("run").first()
    if later:
        raise NotInOrder(f"{run.as_of} cannot be reacted to: {later.run.as_of} was reacted to already")


def _stretches(run: Run) -> Iterator[tuple[int, int]]:
    """The customers with a record in the run or something open, `SHARD_SIZE` at a time: who left is among them."""
    ids = set(ScoreRecord.objects.filter(run=run).values_list("customer_id", flat=True))
    ids |= set(Play.objects.open().values_list("customer_id", flat=True))
    ids |= set(Episode.objects.open().values_list("customer_id", flat=True))
    ordered = sorted(ids)
    for start in range(0, len(ordered), settings.SHARD_SIZE):
        part = ordered[start : start + settings.SHARD_SIZE]
        yield part[0], part[-1]


def waiting_shards() -> QuerySet[ReactionShard]:
    """Shards to hand out: of the oldest unfinished reaction only, because a night builds on the night before."""
    oldest = Reaction.objects.filter(finished_at=None).order_by("run__as_of").values("pk")[:1]
    return ReactionShard.objects.filter(free(), reaction__in=oldest).order_by("pk")


def finish(reaction: Reaction) -> bool:
    """Close a reaction when no shard is left; True for the one caller who did."""
    if reaction.shards.exclude(state=ReactionShard.State.DONE).exists():
        return False
    return bool(Reaction.objects.filter(pk=reaction.pk, finished_at=None).update(finished_at=timezone.now()))


def react(run: Run, *, fires: bool | None = None) -> Reaction:
    """Do whatever is left of the reaction to a run, and of nights before it, in this process; twice is once.

    It is not finished when it returns only where a worker has a part of it. Raises NotInOrder.
    """
    reaction = open_reaction(run, fires=fires)
    unfinished = Reaction.objects.filter(finished_at=None, run__as_of__lte=run.as_of).order_by("run__as_of")
    for one in unfinished:
        if not _complete(one):
            break  # a night builds on the night before
    reaction.refresh_from_db()
    return reaction


def _complete(reaction: Reaction) -> bool:
    # What a worker has is not free; the reaction ends when that worker does.
    while shard_id := reaction.shards.filter(free()).order_by("pk").values_list("pk", flat=True).first():
        shard = take(ReactionShard, shard_id)
        if shard is not None:
            work(shard)
    return finish(reaction)
