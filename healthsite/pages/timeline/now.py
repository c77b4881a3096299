"""What is under way with a customer: plans, tasks, alerts, early warnings, and what happened last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, Q
from django.utils import timezone

from accounts.business_days import today
from accounts.models import Customer
from accounts.timeline import Entry, Look, contacts, surveys, tickets
from playbooks.models import Episode, Play, Task
from playbooks.timeline import alert_words, titled
from scoring.indicators import Indicator, indicators, open_indicators

RECENT: Final = 6
MOST_TASKS: Final = 8
SOURCES: Final = (contacts, tickets, surveys)
# The types of indicators that are news, how each is called, and its dot; a state is none.
GROUPS: Final = (
    ("leading", "Leading: trouble that may come", "yellow"),
    ("lagging", "Lagging: trouble that is there", "red"),
    ("opportunity", "Opportunities", "green"),
)


@dataclass(frozen=True, slots=True)
class Group:
    """Open indicators of one type: its title, and the colour of its dots."""

    title: str
    colour: str
    indicators: list[Indicator]


@dataclass(frozen=True, slots=True)
class Now:
    """The state of the work with a customer; of open tasks the first that are due."""

    moment: datetime
    plans: list[Any]  # with `steps_done` and `steps_made`
    tasks: list[Task]
    alerts: list[tuple[str, Episode]]
    warnings: list[Group]  # by type, those with any
    recent: list[Entry]

    @property
    def shown_tasks(self) -> list[Task]:
        """The tasks that fit."""
        return self.tasks[:MOST_TASKS]

    @property
    def signs(self) -> int:
        """How many indicators are open."""
        return sum(len(group.indicators) for group in self.warnings)

    @property
    def leading(self) -> int:
        """How many of them are leading ones."""
        return sum(one.kind == "leading" for group in self.warnings for one in group.indicators)

    @property
    def more_tasks(self) -> int:
        """How many do not."""
        return len(self.tasks) - len(self.shown_tasks)


def now_of(customer: Customer) -> Now:
    """What is under way. A fixed number of queries."""
    made = Q(tasks__escalates=None)
    plans = Play.objects.open().filter(customer=customer).order_by("opened_on", "pk")
    tasks = Task.objects.unfinished().filter(customer=customer).select_related("assignee")
    episodes = titled(Episode.objects.alerts().open().filter(customer=customer)).order_by("-fired_at", "-pk")
    look = Look(customer=customer.pk, until=timezone.now(), most=RECENT)
    return Now(
        moment=look.until,
        plans=list(
            plans.annotate(
                steps_made=Count("tasks", made),
                steps_done=Count("tasks", made & ~Q(tasks__status__in=Task.UNFINISHED)),
            )
        ),
        tasks=list(tasks.order_by("due_at", "pk")),
        alerts=[(alert_words(episode), episode) for episode in episodes],
        warnings=_warnings(customer),
        recent=look.newest(entry for source in SOURCES for entry in source(look)),
    )


def _warnings(customer: Customer) -> list[Group]:
    """The indicators that are open today, by type."""
    every = indicators()
    found = [every[key] for key in open_indicators([customer.pk], today())[customer.pk]]
    groups = [Group(title, dot, [one for one in found if one.kind == kind]) for kind, title, dot in GROUPS]
    return [group for group in groups if group.indicators]
