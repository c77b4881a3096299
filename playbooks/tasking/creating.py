"""Making a task by hand."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypedDict, Unpack

from django.db import transaction

from accounts.calendars import load_working_hours
from accounts.models import Customer, Interaction, User
from playbooks.models import Task, TaskEvent
from playbooks.outbox import queue_assigned
from playbooks.refusing import Refused
from playbooks.tasking.allowing import NotAllowed, check_assignee, may_create, sees
from playbooks.tasking.planning import check_due
from playbooks.tasking.recording import clean, moment

LONGEST_TITLE = 255
MOST_HOURS = 200


class Extras(TypedDict, total=False):
    """What a task may have besides: `hours` it is reckoned to take, the `note` it came out of, `now` as its moment."""

    details: str
    priority: int
    hours: float
    partner: User | None
    note: Interaction | None
    now: datetime | None


def create_task(
    *,
    customer: Customer,
    by: User,
    assignee: User | None,
    title: str,
    due_at: datetime | None,
    **extras: Unpack[Extras],
) -> Task:
    """Make a task, tell its assignee by mail when that is somebody else, and write its first event.

    Raises NotAllowed for who makes no tasks, Refused (`customer`, `title`, `assignee`, `due_at`, `hours`, `priority`).
    """
    now = moment(extras.pop("now", None))
    _check_maker(by, customer)
    due, doer = check_due(due_at, now), check_assignee(assignee, customer)
    task = Task(customer=customer, created_by=by, assignee=doer, title=_title(title), due_at=due, created_at=now)
    _fill(task, extras)
    with transaction.atomic():
        task.save(force_insert=True)
        event = TaskEvent.objects.create(task=task, at=now, actor=by, kind=TaskEvent.Kind.CREATED, after=doer.name)
        queue_assigned(task=task, event=event, now=now)
    return task


def due_on(day: date, assignee: User) -> datetime:
    """The moment by which a task of this person is done that is due on a day: when their team closes."""
    hours = load_working_hours([assignee])[assignee.pk]
    return datetime.combine(day, hours.closes, hours.zone)


def _check_maker(by: User, customer: Customer) -> None:
    if not may_create(by):
        raise NotAllowed(f"{by.get_role_display()}s make no tasks: ask the customer's CSM or their manager.")
    if not sees(by, customer):
        raise Refused({"customer": "There is no such customer among yours."})


def _title(title: str) -> str:
    text = " ".join(clean(title, most=10_000).split())
    if not text:
        raise Refused({"title": "A task needs a title: say in a few words what is to be done."})
    if len(text) > LONGEST_TITLE:
        raise Refused(
            {"title": f"The title has {len(text)} letters; {LONGEST_TITLE} fit. The rest belongs to the details."}
        )
    return text


def _fill(task: Task, extras: Extras) -> None:
    task.details = clean(extras.get("details", ""))
    task.priority = extras.get("priority", Task.Priority.NORMAL)
    task.hours = extras.get("hours", 1.0)
    task.partner, task.note = extras.get("partner"), extras.get("note")
    if not 0 <= task.hours <= MOST_HOURS:  # not a number fails both
        raise Refused({"hours": f"{task.hours} hours make no sense: a number from 0 to {MOST_HOURS} does."})
    if task.priority not in Task.Priority.values:
        raise Refused({"priority": f"{task.priority} is no priority: 1 is urgent, 4 is low."})
