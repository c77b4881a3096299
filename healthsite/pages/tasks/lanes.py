"""Tasks by who does them, with each person's load."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from accounts.models import User
from healthsite.pages.tasks.clock import with_hours_left
from playbooks.loads import Load, loads
from playbooks.models import Task

MOST_OF_A_LANE: Final = 5
MOST_LANES: Final = 100


@dataclass(frozen=True, slots=True)
class Lane:
    """One person's load, and what they have to do first."""

    load: Load
    tasks: list[Task]

    @property
    def filled(self) -> float:
        """The load in percent of the week's hours, as a meter shows it."""
        return min(100.0, 100 * self.load.share)

    @property
    def role(self) -> str:
        """The colour of the meter: red over the hours there are, yellow close to it."""
        return "red" if self.load.is_too_much else "yellow" if self.load.share > 0.9 else "green"

    @property
    def more(self) -> int:
        """How many tasks are not shown."""
        return self.load.tasks - len(self.tasks)


def lanes(user: User, people: list[User], now: datetime) -> list[Lane]:
    """A lane for each person, the fullest first; the number of queries does not depend on how many there are."""
    carried = sorted(loads(people, now), key=lambda load: (-load.share, -load.tasks, load.user.name))[:MOST_LANES]
    place = Window(RowNumber(), partition_by=F("assignee"), order_by=[F("due_at").asc(), F("pk").asc()])
    first = Task.objects.visible_to(user).unfinished().filter(assignee__in=[load.user for load in carried])
    rows = first.annotate(place=place).filter(place__lte=MOST_OF_A_LANE).select_related("customer", "assignee")
    of: dict[int, list[Task]] = {load.user.pk: [] for load in carried}
    for task in with_hours_left(list(rows.order_by("due_at", "pk")), now):
        of[task.assignee_id].append(task)
    return [Lane(load, of[load.user.pk]) for load in carried]
