"""Closing plays; what nobody has begun of their tasks is no longer needed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat

from accounts.business_days import date_of
from accounts.models import User
from playbooks.models import Episode, Play, Task, TaskEvent
from playbooks.refusing import Refused

EXIT = ":exit"  # what follows a playbook's key in the rule of its exit episodes


@dataclass(frozen=True, slots=True)
class Closing:
    """How plays end: as what, when and on which business date, by whom (None = by themselves), and what was said."""

    outcome: str
    at: datetime
    on: date
    by: User | None = None
    note: str = ""


def close_play(*, play: Play, outcome: str, by: User | None, at: datetime, note: str = "") -> None:
    """Close an open play: open tasks are no longer needed, started and waiting ones stay; all end with a lost customer.

    Raises Refused for an outcome there is not, and where somebody has closed the play already.
    """
    if outcome not in Play.Outcome.values:
        raise Refused({"outcome": f"{outcome!r} is no outcome; give one of {', '.join(Play.Outcome.values)}."})
    with transaction.atomic():
        if not close_plays([play.pk], Closing(outcome, at, date_of(at), by, note)):
            raise Refused("This action plan is closed already; reload the page to see by whom.")
    play.refresh_from_db()


def close_plays(plays: Collection[int], closing: Closing) -> int:
    """Close those of the plays that are open, with their tasks and exit episodes; how many. Runs in a transaction."""
    closed = Play.objects.filter(pk__in=plays, closed_at=None).update(
        closed_at=closing.at, closed_on=closing.on, closed_by=closing.by, outcome=closing.outcome, note=closing.note
    )
    if closed:
        _end_exits(plays, closing.on)
        _end_tasks(plays, closing)
    return closed


def _end_exits(plays: Collection[int], on: date) -> None:
    """The next play of the playbook counts its nights anew."""
    closed = Play.objects.filter(pk__in=plays, customer=OuterRef("customer"))
    rules = closed.annotate(exit_rule=Concat("playbook__key", Value(EXIT)))
    ended = Episode.objects.open().filter(Exists(rules.filter(exit_rule=OuterRef("rule"))), kind=Episode.Kind.EXIT)
    ended.update(cleared_on=on)


def _end_tasks(plays: Collection[int], closing: Closing) -> None:
    ending = dict(_to_end(plays, closing.outcome).select_for_update(of=("self",)).values_list("pk", "status"))
    stamps = {"finished_at": closing.at, "finished_by": closing.by, "waiting_since": None, "snoozed_until": None}
    Task.objects.filter(pk__in=ending).update(status=Task.Status.NOT_NEEDED, **stamps)
    after, kind = Task.Status.NOT_NEEDED, TaskEvent.Kind.CLOSED
    TaskEvent.objects.bulk_create(
        TaskEvent(task_id=pk, at=closing.at, actor=closing.by, kind=kind, before=before, after=after)
        for pk, before in sorted(ending.items())
    )


def _to_end(plays: Collection[int], outcome: str) -> QuerySet[Task]:
    """The tasks that end with plays, and those that tell of a missed SLA of such a task."""
    begun = (Task.Status.STARTED, Task.Status.WAITING)
    tasks = Task.objects.unfinished().filter(Q(play__in=plays) | Q(escalates__play__in=plays))
    if outcome == Play.Outcome.LOST:
        return tasks
    return tasks.exclude(status__in=begun).exclude(escalates__isnull=False, escalates__status__in=begun)
