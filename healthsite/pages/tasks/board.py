"""Tasks by how far they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Q, QuerySet

from healthsite.pages.tasks.clock import with_hours_left
from playbooks.models import Task

MOST_CARDS: Final = 15
LATELY: Final = timedelta(days=7)
LABELS: Final = {"open": "Open", "started": "Started", "waiting": "Waiting", "done": "Done in the last 7 days"}


@dataclass(frozen=True, slots=True)
class Column:
    """The tasks of one status: how many there are, and the first of them."""

    key: str
    label: str
    count: int
    tasks: list[Task]

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.count - len(self.tasks)


def columns(tasks: QuerySet[Any], now: datetime) -> list[Column]:
    """Open, started, waiting, and done lately; the most pressing first, of the done the latest. Fixed queries."""
    shown = tasks.filter(~Q(status="done") | Q(finished_at__gt=now - LATELY))
    counts = dict(shown.order_by().values_list("status").annotate(count=Count("pk")))
    return [Column(key, label, counts.get(key, 0), _cards(shown, key, now)) for key, label in LABELS.items()]


def _cards(tasks: QuerySet[Any], status: str, now: datetime) -> list[Task]:
    order = "-finished_at" if status == "done" else "due_at"
    rows = tasks.filter(status=status).select_related("customer", "assignee").order_by(order, "pk")
    return list(with_hours_left(list(rows[:MOST_CARDS]), now))
