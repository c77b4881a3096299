"""How much a person has to do within a week, against the hours that they have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, Sum

from accounts.models import User
from playbooks.models import Task

AHEAD = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Load:
    """A person's unfinished tasks: how many, how many overdue, and the hours of those due within seven days."""

    user: User
    tasks: int = 0
    overdue: int = 0
    hours: float = 0.0

    @property
    def capacity(self) -> float:
        """Hours a week (library 7: 30 unless said otherwise)."""
        return float(self.user.weekly_hours)

    @property
    def share(self) -> float:
        """Hours to do as a share of one of those there are; without any, 1 as soon as there is something to do."""
        return self.hours / self.capacity if self.capacity > 0 else float(self.hours > 0)

    @property
    def is_too_much(self) -> bool:
        """Whether there is more to do than time for it."""
        return self.share > 1


def loads(users: Iterable[User], now: datetime) -> list[Load]:
    """The load of each of these people, in their order. One query; overdue work counts, waiting work does not."""
    people = list(users)
    soon = ~Q(status=Task.Status.WAITING) & Q(due_at__lte=now + AHEAD)
    late = ~Q(status=Task.Status.WAITING) & Q(due_at__lte=now)
    grouped = Task.objects.unfinished().filter(assignee__in=people).order_by().values_list("assignee")
    sums = grouped.annotate(tasks=Count("pk"), late=Count("pk", filter=late), hours=Sum("hours", filter=soon))
    found = {user: (tasks, late, hours or 0.0) for user, tasks, late, hours in sums}
    return [Load(user, *found.get(user.pk, (0, 0, 0.0))) for user in people]
