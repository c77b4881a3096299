"""Runs: which dates are to be scored, by which version, in which shards, and when all of it is done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from accounts.business_days import site_zone
from accounts.history import EVERYBODY
from accounts.models import Customer
from scoring.keeping import forget
from scoring.leasing import free, take
from scoring.models import Backfill, Purpose, Run, ScorecardVersion, Shard
from scoring.recording import retire
from scoring.scorecards.choosing import as_json, choices_now
from scoring.shards import work

LOOK_BACK_DAYS = 7


def open_run(
    on: date,
    purpose: str,
    version: ScorecardVersion,
    *,
    backfilled: bool = False,
    parts: Sequence[tuple[int, int]] = (),
) -> Run:
    """The run of a date and purpose, made with its shards where there is none; who comes second gets the first's.

    Where several scorecards are live, an official run holds them all, and their rules. A shard has so many customers as
    are scored at once, or else those of one of the `parts` (first and last id).
    """
    named = version.scorecard.key if purpose in (Purpose.TRIAL, Purpose.SHADOW) else ""
    live = [] if named else choices_now()
    several = as_json(live) if len(live) > 1 else []
    says = {"version": live[-1].version if several else version, "choices": several, "backfilled": backfilled}
    with transaction.atomic():
        run, made = Run.objects.get_or_create(as_of=on, purpose=purpose, scorecard=named, defaults=says)
        if made:
            cut = parts or stretches(list(_active(on)), settings.SHARD_SIZE)
            Shard.objects.bulk_create(Shard(run=run, first_customer=first, last_customer=last) for first, last in cut)
    return run


def _active(on: date) -> QuerySet[Customer, int]:
    return Customer.objects.active_on(on).order_by("pk").values_list("pk", flat=True)


def reopen(run: Run, version: ScorecardVersion, *, parts: Sequence[tuple[int, int]] = ()) -> Run:
    """Begin a restatement or trial again: what it said before makes room."""
    with transaction.atomic():
        run.delete()
        return open_run(run.as_of, run.purpose, version, backfilled=True, parts=parts)


def stretches(customers: Sequence[int], size: int) -> list[tuple[int, int]]:
    """Customers (ids ascending) cut into stretches of so many; together they hold everybody, whoever comes between."""
    if not customers:
        return []
    edges = [EVERYBODY[0], *customers[size::size], EVERYBODY[1] + 1]
    return [(first, after - 1) for first, after in pairwise(edges)]


def finish(run: Run) -> bool:
    """Close a run when no shard is left; True for the one caller who did."""
    left = Count("pk", filter=~Q(state=Shard.State.DONE))
    counts = run.shards.aggregate(scored=Sum("scored"), not_scored=Sum("not_scored"), failed=Sum("failed"), left=left)
    if counts.pop("left"):
        return False
    closed = Run.objects.filter(pk=run.pk, finished_at=None).update(
        finished_at=timezone.now(), **{name: number or 0 for name, number in counts.items()}
    )
    if closed and run.purpose == Purpose.NIGHTLY and not run.backfilled:
        retire(run.as_of)
        forget()
    return bool(closed)


def complete(run: Run) -> Run:
    """Do whatever is left of a run in this process."""
    while not finish(run):
        shard_id = run.shards.exclude(state=Shard.State.DONE).order_by("pk").values_list("pk", flat=True).first()
        shard = take(Shard, shard_id) if shard_id else None
        if shard is None:
            break  # a worker has it, and the run ends when it does; or it has ended
        work(shard)
    run.refresh_from_db()
    return run


def waiting_shards() -> QuerySet[Shard]:
    """Shards of open runs that nobody works on, the oldest date first.

    Of nights the oldest alone, for the next begins with the stages in which that one leaves its customers; so too of
    past nights. Nothing of the past while a backfill goes through it.
    """
    shards = Shard.objects.filter(free(), run__finished_at=None).order_by("run__as_of", "pk")
    if _past_is_taken():
        shards = shards.exclude(run__backfilled=True)
    for backfilled in (False, True):
        nights = Run.objects.filter(purpose=Purpose.NIGHTLY, backfilled=backfilled, finished_at=None)
        oldest = Subquery(nights.order_by("as_of").values("as_of")[:1])
        shards = shards.exclude(run__purpose=Purpose.NIGHTLY, run__backfilled=backfilled, run__as_of__gt=oldest)
    return shards


def open_nights() -> QuerySet[Run]:
    """Nights that are begun and not done, the oldest first. Nothing of the past while a backfill goes through it."""
    nights = Run.objects.filter(purpose=Purpose.NIGHTLY, finished_at=None).order_by("as_of")
    return nights.exclude(backfilled=True) if _past_is_taken() else nights


def _past_is_taken() -> bool:
    return Backfill.objects.filter(lease_until__gt=timezone.now()).exists()


def newest_date(now: datetime | None = None) -> date:
    """The latest business date whose night has begun, at NIGHT_STARTS_AT_HOUR of the site's zone."""
    local = (now or timezone.now()).astimezone(site_zone())
    return local.date() - timedelta(days=1 if local.hour >= settings.NIGHT_STARTS_AT_HOUR else 2)


def due_dates(now: datetime | None = None) -> list[date]:
    """Business dates whose night has begun, at most a week back, and that have no nightly run; the oldest first.

    Before the first run only the newest date is due.
    """
    newest, nightly = newest_date(now), Run.objects.filter(purpose=Purpose.NIGHTLY)
    first = nightly.order_by("as_of").values_list("as_of", flat=True).first() or newest
    oldest = max(first, newest - timedelta(days=LOOK_BACK_DAYS - 1))
    dates = [oldest + timedelta(days=n) for n in range((newest - oldest).days + 1)]
    there = set(nightly.filter(as_of__in=dates).values_list("as_of", flat=True))
    return [day for day in dates if day not in there]
