"""The work of each CSM: what is late, which promises were missed, and hours against the week."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from accounts.models import User
from accounts.models.people import Role
from healthsite.pages.today.scope import Scope
from playbooks.loads import Load, loads
from playbooks.models import Task


@dataclass(frozen=True, slots=True)
class Carried:
    """What one person carries, and how many promises of theirs were missed."""

    load: Load
    missed: int

    @property
    def filled(self) -> float:
        """The hours as percent of the week's, at most 100, for a meter."""
        return min(100.0, 100 * self.load.share)


def carried(scope: Scope) -> list[Carried]:
    """Who misses promises first, then who is late, then who has too much. Two queries."""
    people = list(csms(scope))
    rows = [Carried(load, getattr(load.user, "missed", 0)) for load in loads(people, scope.now)]
    return sorted(rows, key=lambda row: (-row.missed, -row.load.overdue, -row.load.share, row.load.user.name))


def csms(scope: Scope) -> QuerySet[User]:
    """The CSMs of the teams one manages, all of them for an admin, with `missed`: promises that ran out."""
    running = Q(tasks__status__in=(Task.Status.OPEN, Task.Status.STARTED), tasks__sla_at__lte=scope.now)
    people = User.objects.filter(role=Role.CSM, is_active=True)
    if scope.user.role != Role.ADMIN:
        people = people.filter(team__in=scope.user.managed_teams.all())
    return people.annotate(missed=Count("tasks", filter=running)).order_by("name", "pk")
