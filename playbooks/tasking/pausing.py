"""Waiting for the customer, which stops the clocks, and putting off, which does not."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.business_days import site_zone
from accounts.calendars import load_working_hours
from accounts.models import User
from accounts.working_hours import NeverWorks, WorkingHours
from playbooks.models import Task, TaskEvent
from playbooks.refusing import Refused
from playbooks.tasking.recording import Act, check_status, check_worker, clean, moment, record

Status = Task.Status


def wait(*, task: Task, by: User, reason: str = "", now: datetime | None = None) -> Task:
    """Let a task wait for the customer: from now on its clocks stand still (library 7). Raises Refused."""
    check_worker(by, task)
    check_status(task, Status.OPEN, Status.STARTED, act="set to waiting")
    at = moment(now)
    act = Act(TaskEvent.Kind.WAITING, by, at, text=clean(reason), before=task.status, after=Status.WAITING)
    record(task, act, status=Status.WAITING, waiting_since=at)
    return task


def resume(*, task: Task, by: User, now: datetime | None = None) -> Task:
    """Take a waiting task up again; what it should be done by moves by the time that it waited. Raises Refused."""
    check_worker(by, task)
    check_status(task, Status.WAITING, act="taken up again")
    at = moment(now)
    act = Act(TaskEvent.Kind.RESUMED, by, at, before=task.status, after=Status.STARTED)
    record(task, act, status=Status.STARTED, waiting_since=None, snoozed_until=None, **moved_clocks(task, at))
    return task


def moved_clocks(task: Task, now: datetime) -> dict[str, Any]:
    """`due_at` and `sla_at` later by the time waited: business hours, for a clock promise clock hours.

    A promise that hangs on the notice date stays: the contract does not wait.
    """
    since = task.waiting_since or now
    hours = load_working_hours([task.assignee])[task.assignee_id]
    moved: dict[str, Any] = {"due_at": _later(task.due_at, (since, now), hours)}
    promise = task.sla or {}
    if task.sla_at and not promise.get("anchor"):
        is_clock = promise.get("calendar") == "clock"
        moved["sla_at"] = task.sla_at + (now - since) if is_clock else _later(task.sla_at, (since, now), hours)
    return moved


def _later(moment: datetime, waited: tuple[datetime, datetime], hours: WorkingHours) -> datetime:
    worked = hours.between(*waited)
    try:
        return hours.add(moment, worked) if worked > 0 else moment
    except NeverWorks:  # a calendar without a working day ahead: better late by the clock than not at all
        return moment + (waited[1] - waited[0])


def snooze(*, task: Task, by: User, until: datetime, reason: str, now: datetime | None = None) -> Task:
    """Put a task off the lists until a moment to come; its clocks run on. Raises Refused (`until`, `reason`)."""
    check_worker(by, task)
    check_status(task, *Task.UNFINISHED, act="put off")
    at, why = moment(now), clean(reason)
    if until <= at:
        raise Refused({"until": f"{until.astimezone(site_zone()):%-d %B %Y} is not in the future: choose a later day."})
    if not why:
        raise Refused({"reason": "Say why it can wait: others will ask."})
    act = Act(TaskEvent.Kind.SNOOZED, by, at, text=why, after=until.isoformat())
    record(task, act, snoozed_until=until)
    return task
