"""Putting mail into the outbox, in the transaction of what it tells of; the key makes it exist once."""

from __future__ import annotations

from datetime import datetime

from playbooks.models import Mail, Task, TaskEvent


def queue_assigned(*, task: Task, event: TaskEvent, now: datetime) -> None:
    """Tell the assignee of a task that somebody else has given it to them."""
    if task.assignee_id != event.actor_id:
        queue(_mail(f"assigned:{event.pk}", Mail.Kind.ASSIGNED, task, now))


def escalated_mail(*, escalation: Task, now: datetime) -> Mail:
    """The mail that goes with a task about a missed SLA; not yet stored."""
    key = f"escalated:{escalation.escalates_id}:{escalation.assignee_id}"
    return _mail(key, Mail.Kind.ESCALATED, escalation, now)


def queue(*mails: Mail) -> None:
    """Store mails; one whose key is there already is there once."""
    Mail.objects.bulk_create(mails, ignore_conflicts=True)


def _mail(key: str, kind: Mail.Kind, task: Task, now: datetime) -> Mail:
    return Mail(dedupe_key=key, kind=kind, recipient_id=task.assignee_id, task=task, created_at=now, next_try_at=now)
