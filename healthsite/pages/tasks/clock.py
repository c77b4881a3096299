"""How much time is left of a promise, in words; pure functions but for `with_hours_left`, which asks for calendars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from accounts.business_days import site_zone
from accounts.calendars import load_working_hours
from accounts.wording import trimmed
from healthsite.pages.words import NO_BREAK
from playbooks.models import Task

HOUR: Final = timedelta(hours=1)
LONG: Final = 48  # hours from which on days are counted
SOON: Final = 0.25  # share of a promise below which it is close


@dataclass(frozen=True, slots=True)
class Clock:
    """What a page says of a promise: words, the role of its dot (red missed, yellow close, else none), and the rule."""

    words: str
    role: str
    title: str


def clock(task: Task, now: datetime) -> Clock | None:
    """The SLA of a task that is still to be done; None where nothing was promised."""
    if task.sla_at is None or task.is_finished:
        return None
    promise, ends = promised(task), f"{task.sla_at.astimezone(site_zone()):%a %-d %b, %H:%M}"
    title = f"SLA until {ends}{f' ({promise})' if promise else ''}"
    if task.status == Task.Status.WAITING:
        return Clock("clock stopped", "none", f"{title}; it moves by the time that the task waits")
    if task.sla_at <= now:
        return Clock(f"missed by {span((now - task.sla_at) / HOUR)}", "red", title)
    return Clock(_left(task, now, ends), "yellow" if _is_close(task, now) else "none", title)


def promised(task: Task) -> str:
    """The rule behind the moment: 24 clock hours, 8 business hours, the notice date."""
    sla = task.sla or {}
    if sla.get("anchor"):
        return f"the {sla['anchor']} date"
    if sla.get("hours") is None:
        return ""
    kind = "clock" if sla.get("calendar") == "clock" else "business"
    late = f", later than {trimmed(sla['hours'], 2)} h because nobody works then" if _is_late(task) else ""
    return f"{trimmed(sla['hours'], 2)} {kind} hours{late}"


def _left(task: Task, now: datetime, ends: str) -> str:
    sla = task.sla or {}
    total, left = sla.get("hours"), getattr(task, "hours_left", None)
    if total is None or _is_late(task):
        return f"until {ends}"
    if sla.get("calendar") == "clock":
        assert task.sla_at is not None
        left = (task.sla_at - now) / HOUR
        return f"{span(left)} left of {span(total)}"
    return f"until {ends}" if left is None else f"{span(left, days=False)} left of {span(total, days=False)}"


def _is_late(task: Task) -> bool:
    """Whether a clock promise ends later than its hours, because they ran out when nobody works (library 7)."""
    sla = task.sla or {}
    if sla.get("calendar") != "clock" or not sla.get("hours") or task.sla_at is None:
        return False
    has_waited = getattr(task, "has_waited", False)
    return not has_waited and task.sla_at > task.created_at + timedelta(hours=sla["hours"])


def _is_close(task: Task, now: datetime) -> bool:
    if task.sla_at is None:
        return False
    return (task.sla_at - now) < SOON * (task.sla_at - task.created_at)


def span(hours: float, *, days: bool = True) -> str:
    """40 min, 19 h, 3 d; whole units, rounded down, so that nobody is promised more than there is."""
    if hours < 1:
        return f"{max(0, int(hours * 60))}{NO_BREAK}min"
    if days and hours >= LONG:
        return f"{int(hours // 24)}{NO_BREAK}d"
    return f"{int(hours)}{NO_BREAK}h"


def with_hours_left(tasks: Sequence[Task], now: datetime) -> Sequence[Task]:
    """Give the tasks with an SLA in business hours `hours_left`, by their assignees' calendars."""
    running = [task for task in tasks if task.sla_at and not task.is_finished and (task.sla or {}).get("hours")]
    running = [task for task in running if (task.sla or {}).get("calendar") == "business"]
    if running:
        hours = load_working_hours({task.assignee for task in running})
        for task in running:
            assert task.sla_at is not None
            left = hours[task.assignee_id].between(now, task.sla_at)
            task.hours_left = left  # type: ignore[attr-defined]  # rides along for the template; a task itself has no now
    return tasks
