"""Starting a task, and saying something about it."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from playbooks.models import Task, TaskEvent
from playbooks.refusing import Refused
from playbooks.tasking.allowing import NotAllowed, may_comment
from playbooks.tasking.recording import Act, check_status, check_worker, clean, moment, record


def start(*, task: Task, by: User, now: datetime | None = None) -> Task:
    """Say that somebody works on an open task; one that was put off is awake again. Raises Refused."""
    check_worker(by, task)
    check_status(task, Task.Status.OPEN, act="started")
    act = Act(TaskEvent.Kind.STARTED, by, moment(now), before=task.status, after=Task.Status.STARTED)
    record(task, act, status=Task.Status.STARTED, snoozed_until=None)
    return task


def comment(*, task: Task, by: User, text: str, now: datetime | None = None) -> TaskEvent:
    """Say something about a task, finished or not. Raises Refused (field `text`) for nothing said."""
    if not may_comment(by, task):
        raise NotAllowed("Only those who look after the customer comment on its tasks.")
    said = clean(text)
    if not said:
        raise Refused({"text": "The comment is empty: write what the next person should know."})
    return TaskEvent.objects.create(task=task, at=moment(now), actor=by, kind=TaskEvent.Kind.COMMENTED, text=said)
