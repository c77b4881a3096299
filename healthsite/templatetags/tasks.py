"""What a task's row says: the state of its promise, and whether the reader can act on it."""

from __future__ import annotations

from datetime import datetime

from django import template

from accounts.business_days import date_of, site_zone
from accounts.models import User
from healthsite.pages.tasks.choosing import is_leader
from healthsite.pages.tasks.clock import clock
from healthsite.pages.tasks.happening import words_of
from playbooks.models import Task, TaskEvent
from playbooks.tasking import state_of

register = template.Library()
register.filter("clock", clock)
register.filter("state", state_of)


@register.filter
def event_words(event: TaskEvent) -> str:
    """What an event has changed, as its page tells it; empty where the kind says it all."""
    return words_of(event)


@register.filter
def workable_by(task: Task, user: User) -> bool:
    """Whether a person can act on a task that they see, as far as a row can tell without asking the database."""
    return not task.is_finished and (user.pk in (task.assignee_id, task.created_by_id) or is_leader(user))


@register.filter
def due_words(task: Task, now: datetime) -> str:
    """Today 17:00, tomorrow 17:00, Mon 6 Oct, 6 Oct 2024."""
    due, today = task.due_at.astimezone(site_zone()), date_of(now)
    days = (due.date() - today).days
    if days in (0, 1):
        return f"{'today' if days == 0 else 'tomorrow'} {due:%H:%M}"
    return f"{due:%a %-d %b}" if due.year == today.year else f"{due:%-d %b %Y}"


@register.filter
def is_overdue(task: Task, now: datetime) -> bool:
    """Whether it should be done by now and nobody waits for the customer."""
    return not task.is_finished and task.status != Task.Status.WAITING and task.due_at <= now


@register.filter
def is_put_off(task: Task, now: datetime) -> bool:
    """Whether somebody has put it off until later."""
    return not task.is_finished and task.snoozed_until is not None and task.snoozed_until > now
