"""One's own tasks: what is late, what is due today and this week."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, QuerySet

from healthsite.pages.tasks.choosing import SECTIONS, section
from healthsite.pages.today.scope import Scope
from playbooks.models import Task

AT_MOST: Final = 200  # tasks that the "do first" list looks at
SHOWN: Final = 8
THIS_WEEK: Final = SECTIONS.index("week")  # the sections up to here hold what is due by Sunday


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of one's tasks are overdue, due today, in the rest of the week, and how many there are in all."""

    overdue: int
    today: int
    week: int
    all: int


def my_tasks(scope: Scope) -> list[Task]:
    """What one is to do, late and soon first; what waits or was put off comes last. One query."""
    related = _mine(scope).select_related("customer__current_score", "play", "assignee", "partner")
    return list(related.order_by("section", "due_at", "priority", "pk")[:AT_MOST])


def tally(scope: Scope) -> Tally:
    """The counts of all of one's unfinished tasks, by the sections of the tasks' own page. One query."""
    counts = dict(_mine(scope).order_by().values_list("section").annotate(count=Count("pk")))
    found = {name: counts.get(place, 0) for place, name in enumerate(SECTIONS)}
    return Tally(found["overdue"], found["today"], found["week"], sum(found.values()))


def this_week(tasks: Iterable[Task]) -> list[Task]:
    """The first few of those that are to be done by the end of the week."""
    return [task for task in tasks if section_of(task) <= THIS_WEEK][:SHOWN]


def section_of(task: Task) -> int:
    """The place of a task's section, as `my_tasks` has read it."""
    return int(getattr(task, "section", 0))


def _mine(scope: Scope) -> QuerySet[Any]:
    return Task.objects.unfinished().filter(assignee=scope.user).annotate(section=section(scope.now))
