"""Changing when a task is due and how much it matters."""

from __future__ import annotations

from datetime import datetime

from accounts.business_days import date_of
from accounts.models import User
from playbooks.models import Task, TaskEvent
from playbooks.refusing import Refused
from playbooks.tasking.recording import Act, check_status, check_worker, clean, moment, record


def check_due(due_at: datetime | None, now: datetime) -> datetime:
    """The moment, if a task can be due then. Raises Refused (field `due_at`) for none, or a day that is over."""
    if due_at is None:
        raise Refused({"due_at": "A task needs a date by which it is done."})
    if date_of(due_at) < date_of(now):
        day, today = date_of(due_at), date_of(now)
        raise Refused({"due_at": f"{day:%-d %B %Y} is over: choose {today:%-d %B %Y} or a later day."})
    return due_at


def reschedule(*, task: Task, by: User, due_at: datetime, reason: str = "", now: datetime | None = None) -> Task:
    """Let a task be due at another moment; what was promised (`sla_at`) stays. Raises Refused (`due_at`)."""
    check_worker(by, task)
    check_status(task, *Task.UNFINISHED, act="given another date")
    at = moment(now)
    due = check_due(due_at, at)
    act = Act(TaskEvent.Kind.CHANGED, by, at, clean(reason), task.due_at.isoformat(), due.isoformat())
    record(task, act, due_at=due)
    return task


def prioritise(*, task: Task, by: User, priority: int, now: datetime | None = None) -> Task:
    """Change how urgent a task is (1 urgent … 4 low). Raises Refused (`priority`)."""
    check_worker(by, task)
    check_status(task, *Task.UNFINISHED, act="given another priority")
    if priority not in Task.Priority.values:
        raise Refused({"priority": f"{priority} is no priority: 1 is urgent, 4 is low."})
    after = Task.Priority(priority)
    act = Act(TaskEvent.Kind.CHANGED, by, moment(now), before=task.get_priority_display(), after=after.label)
    record(task, act, priority=after)
    return task
