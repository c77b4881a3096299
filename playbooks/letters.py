"""What a mail says, made from ids when it is sent: only what its reader may see then, None when nothing is left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.conf import settings
from django.urls import reverse

from accounts.business_days import end_of, today
from accounts.models import Assignment, Customer, User
from playbooks.models import Episode, Mail, Play, Task
from playbooks.timeline import alert_words, titled

MOST_LINES: Final = 30


@dataclass(frozen=True, slots=True)
class Letter:
    """A subject and what the templates of the mail's kind need."""

    subject: str
    context: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened: of which customer, what, and where to read on."""

    customer: str
    text: str
    link: str
    due_at: Any = None


def letter_for(mail: Mail) -> Letter | None:
    """What the mail says at this moment."""
    return WRITERS[Mail.Kind(mail.kind)](mail)


def absolute(path: str) -> str:
    """An address of the site as it works in a mail."""
    return f"{settings.SITE_URL.rstrip('/')}{path}"


def _assigned(mail: Mail) -> Letter | None:
    task = _own_task(mail)
    if task is None:
        return None
    giver = task.events.filter(kind__in=("assigned", "created")).select_related("actor").order_by("at", "pk").last()
    who = giver.actor.name if giver and giver.actor else ""
    return Letter(f"Task for you: {task.title} ({task.customer.name})", {**_of_task(task), "who": who})


def _escalated(mail: Mail) -> Letter | None:
    task = _own_task(mail)
    if task is None:
        return None
    context = {**_of_task(task), "missed": task.escalates}
    return Letter(f"{task.title} ({task.customer.name})", context)


def _own_task(mail: Mail) -> Task | None:
    """The mail's task while it is still the reader's and still to be done."""
    mine = Task.objects.unfinished().filter(pk=mail.task_id or 0, assignee=mail.recipient)
    return mine.select_related("customer", "escalates__assignee").first()


def _of_task(task: Task) -> dict[str, Any]:
    return {"task": task, "link": absolute(task.get_absolute_url())}


def _alert(mail: Mail) -> Letter | None:
    if mail.episode is None or mail.episode.cleared_on or not _seen(mail.recipient, mail.episode.customer_id):
        return None
    line = alert_line(titled(Episode.objects.select_related("customer")).get(pk=mail.episode.pk))
    return Letter(f"{line.customer}: {line.text}", {"line": line})


def _seen(reader: User, customer: int) -> bool:
    return Customer.objects.visible_to(reader).filter(pk=customer).exists()


def _night(mail: Mail) -> Letter | None:
    assert mail.on is not None
    alerts, plays, tasks = (found(mail.recipient, mail.on) for found in (night_alerts, night_plays, night_tasks))
    if not (alerts or plays or tasks):
        return None
    parts = ((alerts, "alert"), (plays, "new plan"), (tasks, "new task"))
    counts = [f"{len(lines)} {word}{'' if len(lines) == 1 else 's'}" for lines, word in parts if lines]
    context = {"on": mail.on, "link": absolute(reverse("home")), "tasks_link": absolute(reverse("tasks"))}
    cut = {"alerts": alerts[:MOST_LINES], "plays": plays[:MOST_LINES], "tasks": tasks[:MOST_LINES]}
    more = sum(max(0, len(lines) - MOST_LINES) for lines, _ in parts)
    return Letter(f"Overnight: {', '.join(counts)}", {**context, **cut, "more": more})


def _looked_after(reader: User) -> Any:
    """The customers that the reader looks after today, not all that a manager or an admin may see."""
    held = Assignment.objects.in_force(today()).filter(user=reader)
    return Customer.objects.visible_to(reader).filter(pk__in=held.values("customer"))


def night_alerts(reader: User, on: date) -> list[Line]:
    """What the night has raised about the reader's customers."""
    raised = Episode.objects.alerts().filter(fired_at=end_of(on), customer__in=_looked_after(reader))
    rows = titled(raised.select_related("customer")).order_by("customer__name", "rule")
    return [alert_line(one) for one in rows]


def night_plays(reader: User, on: date) -> list[Line]:
    """The action plans that the night has started for the reader's customers and that still run."""
    begun = Play.objects.open().filter(opened_on=on, started_by=None, customer__in=_looked_after(reader))
    rows = begun.select_related("customer").order_by("customer__name", "pk")
    return [Line(play.customer.name, play.title, absolute(play.get_absolute_url())) for play in rows]


def night_tasks(reader: User, on: date) -> list[Line]:
    """The tasks that the night has made for the reader and that are still to be done, the most pressing first."""
    made = Task.objects.unfinished().filter(assignee=reader, created_by=None, created_at=end_of(on))
    rows = made.select_related("customer").order_by("due_at", "pk")
    return [Line(one.customer.name, one.title, absolute(one.get_absolute_url()), one.due_at) for one in rows]


def alert_line(episode: Episode) -> Line:
    """An alert in words: its title, and from where to where the score fell when that is what it is about."""
    text, facts = alert_words(episode), episode.facts
    if "from" in facts and "to" in facts:
        text += f" (from {facts['from']:.1f} to {facts['to']:.1f})"
    return Line(episode.customer.name, text, absolute(episode.customer.get_absolute_url()))


WRITERS: Final[dict[Mail.Kind, Callable[[Mail], Letter | None]]] = {
    Mail.Kind.NIGHT: _night,
    Mail.Kind.ASSIGNED: _assigned,
    Mail.Kind.ESCALATED: _escalated,
    Mail.Kind.ALERT: _alert,
}
