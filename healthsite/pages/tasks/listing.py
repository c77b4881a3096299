"""The tasks that an address asks for: by when they are due, by how far they are, or by who does them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import Customer
from healthsite.pages.filtering import complaints
from healthsite.pages.tasks.board import columns
from healthsite.pages.tasks.choosing import (
    ANY_STATE,
    SECTION_LABELS,
    SECTIONS,
    TasksForm,
    chosen_tasks,
    is_leader,
    people_of,
)
from healthsite.pages.tasks.clock import with_hours_left
from healthsite.pages.tasks.lanes import lanes
from healthsite.pages.visitors import user_of
from playbooks.models import Task
from playbooks.tasking import may_create

PER_PAGE: Final = 100
TEMPLATES: Final = {"": "tasks/list.html", "board": "tasks/board.html", "people": "tasks/people.html"}


@dataclass(slots=True)
class Section:
    """A part of the list: what it is called, how many tasks belong to it, and those of this page."""

    key: str
    label: str
    count: int
    tasks: list[Task] = field(default_factory=list)


class Chosen:
    """What an address asks for, and who asks."""

    def __init__(self, request: HttpRequest) -> None:
        self.user = user_of(request)
        self.now = timezone.now()
        self.people = people_of(self.user)
        self.form = TasksForm(request.GET, people=self.people)
        self.by = self.form.chosen()
        self.here = f"{reverse('tasks')}?{request.GET.urlencode()}"
        self.view: str = self.by.get("view", "")

    @property
    def customer(self) -> Customer | None:
        """The customer that the list is narrowed to."""
        visible = Customer.objects.visible_to(self.user)
        return visible.filter(pk=self.by["customer"]).first() if "customer" in self.by else None


@require_safe
def tasks(request: HttpRequest) -> HttpResponse:
    """The page, in the view asked for."""
    return tasks_page(request)


def tasks_page(request: HttpRequest, refused: dict[str, Any] | None = None, *, status: int = 200) -> HttpResponse:
    """The list, the board or the lanes; after a refusal with `errors`, and what was `ticked` to go `to` whom."""
    chosen = Chosen(request)
    if chosen.view == "people" and not is_leader(chosen.user):
        raise PermissionDenied
    context = {
        "form": chosen.form,
        "by": chosen.by,
        "now": chosen.now,
        "customer": chosen.customer,
        "here": chosen.here,
        "query": f"?{request.GET.urlencode()}" if request.GET else "",
        "is_leader": is_leader(chosen.user),
        "may_create": may_create(chosen.user),
        "people": chosen.people,
        "complaints": complaints(chosen.form),
        **(refused or {"ticked": set()}),
        **VIEWS[chosen.view](chosen),
    }
    return render(request, TEMPLATES[chosen.view], context, status=status)


def _list(chosen: Chosen) -> dict[str, Any]:
    found = chosen_tasks(chosen.user, chosen.by, chosen.now)
    counts = dict(found.order_by().values_list("section").annotate(count=Count("pk")))
    rows = found.select_related("customer", "assignee").order_by("section", "due_at", "pk")
    paginator = Paginator(rows, PER_PAGE)
    paginator.count = sum(counts.values())  # known: no second count
    page = paginator.get_page(chosen.by.get("page", 1))
    numbers = paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    return {"sections": sections(list(page), counts, chosen.now), "page": page, "pages": numbers}


def sections(rows: list[Task], counts: dict[int, int], now: datetime) -> list[Section]:
    """The parts of the list that have tasks on this page."""
    parts = [Section(key, SECTION_LABELS[key], counts.get(place, 0)) for place, key in enumerate(SECTIONS)]
    for task in with_hours_left(rows, now):
        parts[task.section].tasks.append(task)  # type: ignore[attr-defined]  # chosen_tasks annotates it
    return [part for part in parts if part.tasks]


def _board(chosen: Chosen) -> dict[str, Any]:
    found = chosen_tasks(chosen.user, {**chosen.by, "state": ANY_STATE}, chosen.now)
    return {"columns": columns(found, chosen.now)}


def _people(chosen: Chosen) -> dict[str, Any]:
    return {"lanes": lanes(chosen.user, chosen.people, chosen.now)}


VIEWS: Final = {"": _list, "board": _board, "people": _people}
