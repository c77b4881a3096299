"""How an act on a task is written: only on the state it was read in, and always with one event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.business_days import site_zone
from accounts.models import User
from playbooks.models import Task, TaskEvent
from playbooks.refusing import Refused
from playbooks.tasking.allowing import NotAllowed, may_work

STATE = ("status", "assignee_id", "due_at", "snoozed_until", "waiting_since")
# In the past tense of an event's kind: what the person who came second is told.
DID = {
    TaskEvent.Kind.ASSIGNED: "reassigned it",
    TaskEvent.Kind.CHANGED: "changed it",
    TaskEvent.Kind.STARTED: "started it",
    TaskEvent.Kind.WAITING: "set it to waiting",
    TaskEvent.Kind.RESUMED: "took it up again",
    TaskEvent.Kind.SNOOZED: "put it off",
    TaskEvent.Kind.COMPLETED: "completed it",
    TaskEvent.Kind.REOPENED: "reopened it",
    TaskEvent.Kind.CLOSED: "closed it as no longer needed",
}


@dataclass(frozen=True, slots=True)
class Act:
    """One act as its event tells it. `now` is the moment it happened."""

    kind: TaskEvent.Kind
    by: User
    now: datetime
    text: str = ""
    before: str = ""
    after: str = ""


def moment(now: datetime | None) -> datetime:
    """The moment given, else this one."""
    return now or timezone.now()


def clean(text: str, most: int = 5000) -> str:
    """A text as it can be stored: without NUL, which PostgreSQL refuses, trimmed and of a bounded length."""
    return text.replace("\0", "").strip()[:most]


def state_of(task: Task) -> str:
    """The state a page was made from, as a text that changes whenever somebody acts on the task."""
    due = f"{task.due_at.timestamp():.6f}"
    off = f"{task.snoozed_until.timestamp():.6f}" if task.snoozed_until else ""
    return f"{task.status}.{task.assignee_id}.{due}.{off}"


def check_worker(user: User, task: Task) -> None:
    """Raise NotAllowed for who may not act on the task."""
    if not may_work(user, task):
        raise NotAllowed(f"“{task}” is for {task.assignee} to do; their manager can act on it too.")


def check_status(task: Task, *allowed: Task.Status, act: str) -> None:
    """Raise Refused (field `what`) unless the task is in one of these states; `act` is the verb of the message."""
    if task.status not in allowed:
        wanted = " or ".join(f"“{status.label.lower()}”" for status in allowed)
        status = task.get_status_display().lower()
        raise Refused(
            {"what": f"The task is “{status}”; only one that is {wanted} can be {act}. {what_happened(task)}"}
        )


def what_happened(task: Task) -> str:
    """Who changed a task last and when, as a sentence; empty when nobody did."""
    last = task.events.filter(kind__in=DID).select_related("actor").order_by("at", "pk").last()
    if last is None:
        return ""
    who = last.actor.name if last.actor else "The night"
    at = last.at.astimezone(site_zone())
    return f"{who} {DID[TaskEvent.Kind(last.kind)]} on {at:%-d %B %Y at %H:%M}."


def record(task: Task, act: Act, /, **changes: Any) -> TaskEvent:
    """Write the changes and their event together, and onto the object given.

    Raises Refused (field `what`) when somebody else has changed the task since it was read.
    """
    read = {name: getattr(task, name) for name in STATE}
    with transaction.atomic():
        if not Task.objects.filter(pk=task.pk, **read).update(**changes):
            raise Refused({"what": f"Somebody was faster. {what_happened(task)} Look at the task again."})
        event = TaskEvent.objects.create(
            task=task, at=act.now, actor=act.by, kind=act.kind, text=act.text, before=act.before, after=act.after
        )
    for name, value in changes.items():
        setattr(task, name, value)
    return event
