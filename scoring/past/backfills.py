"""Backfills: ranges of past dates that are scored in date order, by one process at a time, and go on after a kill."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from scoring.models import Backfill, Purpose, Run
from scoring.past.backfilling import score_nights
from scoring.past.recalling import KNOWN, Known
from scoring.past.rescoring import latest_date, trial_version

LONGEST: Final = timedelta(days=5 * 366)
LEASE: Final = timedelta(minutes=15)  # who scores no date for so long has lost the backfill
OPEN: Final = (Backfill.State.WAITING, Backfill.State.RUNNING)


class NotAsked(ValueError):
    """A backfill that cannot be; the message says what is wrong and what would be right."""


class Overtaken(Exception):
    """Somebody else goes on with the backfill, or it was stopped; what is scored stays."""


@transaction.atomic
def ask_backfill(
    *, first: date, last: date, known: Known = "now", scorecard: str = "", by: User | None = None
) -> Backfill:
    """Ask for the dates from first to last to be scored; the same that waits or runs already is that one.

    Raises NotAsked, and UnknownScorecard for a key that no scorecard has; then nothing is written.
    """
    _check(first, last, known, latest_date(scorecard))
    if scorecard and known == "then":
        raise NotAsked("as known then, the scorecards of each night score; leave the scorecard out")
    asked = {"first_on": first, "last_on": last, "known": known, "scorecard": scorecard}
    if same := unfinished().select_for_update().filter(**asked).first():
        return same
    overlapping = unfinished().filter(first_on__lte=last, last_on__gte=first).first()
    if overlapping:
        raise NotAsked(f"{overlapping} is being scored already; wait for it, stop it, or ask for other dates")
    return Backfill.objects.create(next_on=first, by=by, **asked)


def _check(first: date, last: date, known: str, latest: date) -> None:
    if first > last:
        raise NotAsked(f"the first date {first} is after the last date {last}; give them the other way round")
    if last > latest:
        raise NotAsked(f"the night of {last} has not begun; the latest date that can be scored is {latest}")
    if last - first > LONGEST:
        raise NotAsked(f"{first} to {last} is more than five years; ask for a part of it")
    if known not in KNOWN:
        raise NotAsked(f"{known!r} is no way to know; say {' or '.join(KNOWN)}")


def unfinished() -> QuerySet[Backfill]:
    """Backfills that wait or run, the one asked for first first."""
    return Backfill.objects.filter(state__in=OPEN).order_by("asked_at", "pk")


def due(now: datetime | None = None) -> Backfill | None:
    """The backfill to go on with: the oldest unfinished one, unless somebody is at work on any. One at a time."""
    oldest = unfinished().first()
    at_work = unfinished().filter(lease_until__gt=now or timezone.now())
    return oldest if oldest and not at_work.exists() else None


def stop(*, backfill: Backfill) -> bool:
    """Stop a backfill that waits or runs; what is scored stays. The process at work ends after its date."""
    ended = {"state": Backfill.State.STOPPED, "lease_until": None, "finished_at": timezone.now()}
    return bool(unfinished().filter(pk=backfill.pk).order_by().update(**ended))


def take(backfill: Backfill, *, by_force: bool = False) -> Backfill | None:
    """Be the one who goes on with it; None where another is at work, or nothing is left to do. A counted update.

    By force whoever was at work is fenced off by the token: a person at a terminal does not wait for a lease.
    """
    free = Q() if by_force else Q(lease_until=None) | Q(lease_until__lte=timezone.now())
    taken = unfinished().filter(free, pk=backfill.pk).order_by()
    lease = timezone.now() + LEASE
    if not taken.update(state=Backfill.State.RUNNING, lease_until=lease, token=F("token") + 1, error=""):
        return None
    return Backfill.objects.get(pk=backfill.pk)


def advance(backfill: Backfill, *, until: datetime | None = None) -> bool:
    """Do dates in order from `next_on`, none that begins after the moment `until`; True when nothing is left.

    A killed process loses the one date it was at. Where another is at work, somebody stops it meanwhile, or a worker
    still has a part of a date, it ends early. Twice has the effect of once.
    """
    mine = take(backfill)
    if mine is None:
        return False
    try:
        with at_work(mine):
            for run in follow(mine, partial(score_nights, key=mine.scorecard, known=known_of(mine), beside=False)):
                if run.finished_at is None or (until and timezone.now() >= until):
                    break
    except Overtaken:
        return False
    return not unfinished().filter(pk=mine.pk).exists()


def rush(backfill: Backfill) -> Iterator[Run]:
    """Do what is left with all processors, stretches of dates side by side; yields the runs in date order.

    Who was at work is fenced off. Raises Overtaken when somebody else goes on, or it was stopped.
    """
    mine = take(backfill, by_force=True)
    if mine is not None:
        with at_work(mine):
            yield from follow(mine, partial(score_nights, key=mine.scorecard, known=known_of(mine)))


@contextmanager
def at_work(mine: Backfill) -> Iterator[None]:
    """Let go of a taken backfill at the end. What raises is kept with it, and it rests until the lease is over."""
    held = Backfill.objects.filter(pk=mine.pk, token=mine.token)
    try:
        yield
    except Overtaken:
        raise
    except Exception as error:
        reason = f"{mine.next_on}: {type(error).__name__}: {error}"
        held.update(lease_until=timezone.now() + LEASE, error=reason)
        raise
    held.update(lease_until=None)


def follow(mine: Backfill, score: Callable[[Sequence[date]], Iterator[Run]]) -> Iterator[Run]:
    """The runs of a taken backfill's dates in order; `score` makes those that no earlier attempt has made.

    Each that is finished moves `next_on` past it. One that is not comes last: a worker has a part of it. Raises
    Overtaken where the backfill is no longer this process's.
    """
    left = [mine.next_on + timedelta(days=n) for n in range((mine.last_on - mine.next_on).days + 1)]
    there = _scored_already(mine)  # stretches side by side run ahead of `next_on`
    new = score([day for day in left if day not in there])
    for day in left:
        run = there.get(day) or next(new)
        if run.finished_at is None:
            yield run
            return
        _move(mine, day + timedelta(days=1))
        yield run


def _move(mine: Backfill, next_on: date) -> None:
    moved: dict[str, Any] = {"next_on": next_on, "lease_until": timezone.now() + LEASE}
    if next_on > mine.last_on:
        moved |= {"state": Backfill.State.DONE, "lease_until": None, "finished_at": timezone.now()}
    if not Backfill.objects.filter(pk=mine.pk, token=mine.token, state=Backfill.State.RUNNING).update(**moved):
        raise Overtaken(f"{mine} was stopped, or another process goes on with it")
    mine.next_on = next_on


def _scored_already(mine: Backfill) -> dict[date, Run]:
    """The runs that were made for dates left since the backfill was asked for."""
    is_trial = trial_version(mine.scorecard) is not None
    official = [Purpose.RECALLED] if known_of(mine) == "then" else [Purpose.NIGHTLY, Purpose.RESTATED]
    made = Run.objects.filter(started_at__gte=mine.asked_at, finished_at__isnull=False, backfilled=True)
    left = made.filter(as_of__range=(mine.next_on, mine.last_on), scorecard=mine.scorecard if is_trial else "")
    return {run.as_of: run for run in left.filter(purpose__in=[Purpose.TRIAL] if is_trial else official).order_by("pk")}


def known_of(backfill: Backfill) -> Known:
    """What it scores by, as a word that functions take."""
    return "then" if backfill.known == Backfill.Known.THEN else "now"
