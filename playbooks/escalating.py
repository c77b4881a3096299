"""Missed SLAs: whoever a task is escalated to gets a task of their own and one mail, once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from accounts.business_days import date_of, site_zone
from accounts.models import User
from accounts.working_hours import NeverWorks, WorkingHours
from playbooks.models import Task, TaskEvent
from playbooks.outbox import escalated_mail, queue
from playbooks.stepping import Desk

AT_ONCE = 500
NOTE_HOURS = 0.25  # library 7, hours per step: a note
RUNNING = (Task.Status.OPEN, Task.Status.STARTED)  # while a task waits for the customer its clock stands still


def overdue(now: datetime) -> QuerySet[Task]:
    """Tasks whose SLA is missed and that nobody has been told of."""
    return Task.objects.filter(status__in=RUNNING, sla_at__lte=now, escalated_at=None)


def escalate_overdue(now: datetime) -> int:
    """Escalate every task whose SLA was missed by a moment; how many. Twice has the effect of once (library 7)."""
    keys = list(overdue(now).order_by("sla_at", "pk").values_list("pk", flat=True))
    return sum(_batch(keys[start : start + AT_ONCE], now) for start in range(0, len(keys), AT_ONCE))


def _batch(keys: list[int], now: datetime) -> int:
    tasks = list(Task.objects.filter(pk__in=keys).select_related("customer", "assignee").order_by("sla_at", "pk"))
    desk = Desk.of({task.customer_id for task in tasks}, date_of(now))
    return sum(_escalate(task, desk, now) for task in tasks)


def _escalate(task: Task, desk: Desk, now: datetime) -> bool:
    with transaction.atomic():
        if not overdue(now).filter(pk=task.pk).update(escalated_at=now):
            return False  # another worker was faster, or somebody has just finished it
        told = list(_told(task, desk))
        names = ", ".join(user.name for user in told)
        TaskEvent.objects.create(task=task, at=now, actor=None, kind=TaskEvent.Kind.ESCALATED, after=names[:255])
        for user in told:
            _tell(task, user, desk.hours[user.pk], now)
    return True


def _told(task: Task, desk: Desk) -> Iterator[User]:
    """The people behind the roles, each once, although several roles may fall to one."""
    found = (desk.staff.who(task.customer_id, role) for role in task.escalate_to)
    yield from {user.pk: user for user in found if user}.values()


def _tell(task: Task, user: User, hours: WorkingHours, now: datetime) -> None:
    escalation = Task.objects.create(
        customer_id=task.customer_id,
        title=f"SLA missed: {task.title}"[:255],
        details=f"{task.assignee} was to do this by {_said(task)}.",
        assignee=user,
        priority=Task.Priority.URGENT,
        created_at=now,
        due_at=_next_day(hours, now),
        escalates=task,
        hours=NOTE_HOURS,
    )
    TaskEvent.objects.create(task=escalation, at=now, actor=None, kind=TaskEvent.Kind.CREATED, after=user.name)
    queue(escalated_mail(escalation=escalation, now=now))


def _said(task: Task) -> str:
    return f"{task.sla_at.astimezone(site_zone()):%-d %B %Y, %H:%M}" if task.sla_at else "now"


def _next_day(hours: WorkingHours, now: datetime) -> datetime:
    try:
        return hours.end_of_next_day(now)
    except NeverWorks:  # a wrong calendar must not keep a missed SLA quiet
        return now + timedelta(days=1)
