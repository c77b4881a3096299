"""What an event of a task has changed, in words."""

from __future__ import annotations

from datetime import datetime

from accounts.business_days import site_zone
from playbooks.models import Task, TaskEvent

Kind = TaskEvent.Kind


def words_of(event: TaskEvent) -> str:
    """from Bob to Ines, until Mon 6 Oct 2025, Done; empty where the kind says it all."""
    if event.kind == Kind.ASSIGNED:
        return f"from {event.before} to {event.after}"
    if event.kind == Kind.CHANGED:
        return f"from {_shown(event.before)} to {_shown(event.after)}"
    if event.kind == Kind.SNOOZED:
        return f"until {_shown(event.after)}"
    if event.kind == Kind.COMPLETED and event.after in Task.Outcome.values:
        return Task.Outcome(event.after).label.lower()
    if event.kind in (Kind.CREATED, Kind.ESCALATED) and event.after:
        return f"for {event.after}" if event.kind == Kind.CREATED else f"told {event.after}"
    return ""


def _shown(text: str) -> str:
    """A moment as a person reads it; what is none stays as it is."""
    try:
        return f"{datetime.fromisoformat(text).astimezone(site_zone()):%a %-d %b %Y}"
    except ValueError:
        return text
