"""Alerts, action plans and tasks as lines of a customer's timeline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Left, StrIndex

from accounts.timeline import Entry, Look, Tone, containing, last_moment, lately
from playbooks.models import AlertRule, Episode, Play, TaskEvent

# What happens to a task and is worth a line of the customer's; the rest stands on the task's own page.
TOLD: Final[dict[str, tuple[str, Tone]]] = {
    TaskEvent.Kind.CREATED: ("Task", ""),
    TaskEvent.Kind.COMPLETED: ("Task done", "good"),
    TaskEvent.Kind.ESCALATED: ("SLA missed", "bad"),
    TaskEvent.Kind.SNOOZED: ("Task put off", ""),
    TaskEvent.Kind.CLOSED: ("Task no longer needed", ""),
}
OUTCOMES: Final[dict[str, Tone]] = {Play.Outcome.REACHED: "good", Play.Outcome.LOST: "bad"}


def alerts(look: Look) -> list[Entry]:
    """Alerts raised and cleared. One query; a customer has few alerts, so that all are read."""
    if not look.wants("alert"):
        return []
    episodes = titled(Episode.objects.alerts().filter(customer=look.customer, fired_at__lte=look.until))
    return look.newest(entry for episode in episodes for entry in _alert(episode))


def titled(episodes: QuerySet[Episode]) -> QuerySet[Episode]:
    """Add `title`: that of the rule. What a rule is asked for follows its key after a colon (`models.episodes`)."""
    key = Case(When(rule__contains=":", then=Left("rule", StrIndex("rule", Value(":")) - 1)), default=F("rule"))
    rules = AlertRule.objects.filter(key=OuterRef("rule_key")).values("title")
    return episodes.annotate(rule_key=key).annotate(title=Subquery(rules))


def alert_words(episode: Episode) -> str:
    """What an alert with its title is called; asked for each component, the component follows."""
    key, _, component = episode.rule.partition(":")
    title = str(getattr(episode, "title", None) or key)
    return f"{title}: {component.replace('_', ' ')}" if component else title


def _alert(episode: Episode) -> Iterator[Entry]:
    title = alert_words(episode)
    if episode.fired_at:
        since = (f"Since {episode.opened_on:%-d %B %Y}",)
        yield Entry(episode.fired_at, "alert", "Alert", title, ("alert", 2 * episode.pk), "", since, "bad")
    if episode.cleared_on:
        lasted = (f"It held from {episode.opened_on:%-d %B %Y} to {episode.held_on:%-d %B %Y}",)
        at = last_moment(episode.cleared_on)
        yield Entry(at, "alert", "Alert cleared", title, ("alert", 2 * episode.pk + 1), "", lasted, "good")


def plans(look: Look) -> list[Entry]:
    """Action plans started and closed. One query."""
    if not look.wants("plan"):
        return []
    rows = Play.objects.filter(customer=look.customer, started_at__lte=look.until)
    rows = rows.select_related("started_by", "closed_by").order_by(
        lately(look, "started_at", "closed_at").desc(), "-pk"
    )
    found = rows if look.text else rows[: look.most]  # the title lies in the definition, where no index helps
    return look.newest(entry for play in found for entry in _plan(play))


def _plan(play: Play) -> Iterator[Entry]:
    who, address = str(play.started_by or "the night"), play.get_absolute_url()
    yield Entry(
        play.started_at, "plan", "Plan started", play.title, ("plan", 2 * play.pk), f"by {who}", address=address
    )
    if play.closed_at:
        title = f"{play.title}: {play.get_outcome_display().lower()}"
        details, tone = tuple(filter(None, [play.note])), OUTCOMES.get(play.outcome, "")
        who = f"by {play.closed_by or 'the night'}"
        key = ("plan", 2 * play.pk + 1)
        yield Entry(play.closed_at, "plan", "Plan closed", title, key, who, details, tone, address)


def task_events(look: Look) -> list[Entry]:
    """What happened to tasks. One query."""
    if not look.wants("task"):
        return []
    rows = TaskEvent.objects.filter(task__customer=look.customer, kind__in=list(TOLD), at__lte=look.until)
    rows = rows.filter(_said_in_task(look.text)).select_related("task__assignee", "actor")
    return [_task(event) for event in rows.order_by("-at", "-pk")[: look.most]]


def _said_in_task(text: str) -> Q:
    if not text:
        return Q()
    kinds = [kind for kind, (what, _) in TOLD.items() if text.casefold() in what.casefold()]
    return containing(text, "text", "task__title", "task__assignee__name", "actor__name") | Q(kind__in=kinds)


def _task(event: TaskEvent) -> Entry:
    what, tone = TOLD[event.kind]
    task = event.task
    who = f"by {event.actor or 'the night'}"
    if event.kind == TaskEvent.Kind.CREATED and event.actor_id != task.assignee_id:
        who += f" for {task.assignee}"
    details = tuple(filter(None, [event.text, task.details if event.kind == TaskEvent.Kind.CREATED else ""]))
    return Entry(event.at, "task", what, task.title, ("task", event.pk), who, details, tone, task.get_absolute_url())
