"""Completing a task, and taking that back."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from playbooks.models import Task, TaskEvent
from playbooks.refusing import Refused
from playbooks.stepping import follow_up
from playbooks.tasking.recording import Act, check_status, check_worker, clean, moment, record

Status = Task.Status
UNDO_WITHIN = timedelta(days=1)


def complete(*, task: Task, by: User, outcome: str, text: str = "", now: datetime | None = None) -> Task:
    """Say that a task is done and how it went; the next step of its plan follows. Raises Refused (field `outcome`)."""
    check_worker(by, task)
    check_status(task, *Task.UNFINISHED, act="completed")
    if outcome not in Task.Outcome.values:
        known = ", ".join(Task.Outcome.values)
        raise Refused({"outcome": f"{clean(outcome, most=40)!r} is no outcome: say how it went ({known})."})
    at = moment(now)
    act = Act(TaskEvent.Kind.COMPLETED, by, at, clean(text), before=task.status, after=outcome)
    done = {"status": Status.DONE, "outcome": outcome, "finished_at": at, "finished_by_id": by.pk}
    with transaction.atomic():
        record(task, act, **done, waiting_since=None, snoozed_until=None)
        follow_up(task, at)
    return task


def reopen(*, task: Task, by: User, now: datetime | None = None) -> Task:
    """Take a completion back within a day; the task is as far as it was before. Raises Refused (field `what`)."""
    check_worker(by, task)
    check_status(task, Status.DONE, act="reopened")
    at = moment(now)
    if task.finished_at and at - task.finished_at > UNDO_WITHIN:
        raise Refused({"what": "It was completed more than a day ago: make a new task in place of reopening it."})
    before = _status_before(task)
    act = Act(TaskEvent.Kind.REOPENED, by, at, before=task.status, after=before)
    record(task, act, status=before, outcome="", finished_at=None, finished_by_id=None)
    return task


def _status_before(task: Task) -> Status:
    """Open or started, as it was when it was completed; what waited then is started, because time has passed."""
    completed = task.events.filter(kind=TaskEvent.Kind.COMPLETED).order_by("at", "pk").last()
    return Status.OPEN if completed is not None and completed.before == Status.OPEN else Status.STARTED
