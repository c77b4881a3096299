"""Giving a task to somebody else."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from playbooks.models import Task, TaskEvent
from playbooks.outbox import queue_assigned
from playbooks.refusing import Refused
from playbooks.tasking.allowing import NotAllowed, check_assignee, may_reassign
from playbooks.tasking.recording import Act, check_status, moment, record


def assign(*, task: Task, by: User, to: User | None, now: datetime | None = None) -> Task:
    """Give a task to somebody, who is told by mail. Raises NotAllowed, Refused (field `assignee`)."""
    if not may_reassign(by, task):
        raise NotAllowed(f"Only {task.assignee} and their managers give “{task}” to somebody else.")
    check_status(task, *Task.UNFINISHED, act="given to somebody")
    doer, before = check_assignee(to, task.customer), task.assignee
    _check_new(task, doer)
    act = Act(TaskEvent.Kind.ASSIGNED, by, moment(now), before=before.name, after=doer.name)
    with transaction.atomic():
        event = record(task, act, assignee_id=doer.pk)
        task.assignee = doer
        queue_assigned(task=task, event=event, now=act.now)
    return task


def _check_new(task: Task, doer: User) -> None:
    if doer.pk == task.assignee_id:
        raise Refused({"assignee": f"{doer} has it already."})
    if task.escalates_id and Task.objects.filter(escalates=task.escalates_id, assignee=doer).exists():
        raise Refused({"assignee": f"{doer} has been told of this missed SLA already."})
