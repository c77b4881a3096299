"""One action plan: why it runs, its steps, how far its aim is, what happened, and closing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from healthsite.pages.plays.allowing import may_run_plans
from healthsite.pages.plays.forms import CloseForm
from healthsite.pages.plays.steps import Line, Progress, lines, progress
from healthsite.pages.plays.why import numbers, why
from healthsite.pages.visitors import user_of
from playbooks.closing import EXIT, close_play
from playbooks.describing import exit_words
from playbooks.models import Episode, Play, Task, TaskEvent
from playbooks.refusing import Refused
from playbooks.stepping import plan_of

MOST_EVENTS = 50


@dataclass(frozen=True, slots=True)
class Held:
    """On how many nights in a row the exit condition has held, of how many."""

    nights: int
    of: int

    @property
    def percent(self) -> float:
        """For a meter."""
        return min(100.0, 100 * self.nights / self.of)


class Plan:
    """Everything that the page says of a play; the number of queries does not depend on its length."""

    def __init__(self, play: Play, user: User) -> None:
        self.play = play
        self.now: datetime = timezone.now()
        self.may_run = play.closed_at is None and may_run_plans(user, play.customer)
        self.why, self.numbers = why(play), numbers(play)
        self.exit = exit_words(plan_of(play).exit)
        self.success = plan_of(play).success

    @cached_property
    def tasks(self) -> list[Task]:
        """Its tasks."""
        related = self.play.tasks.select_related("customer", "assignee", "partner", "play")
        return list(related.order_by("due_at", "pk"))

    @cached_property
    def lines(self) -> list[Line]:
        """Its steps with their tasks."""
        return lines(self.play, self.tasks)

    @property
    def progress(self) -> Progress:
        """How many steps are done."""
        return progress(self.lines)

    @property
    def next(self) -> Task | None:
        """The task that is due next."""
        return next((task for task in self.tasks if not task.is_finished), None)

    @cached_property
    def held(self) -> Held | None:
        """How far the exit condition is; None where there is none to wait for."""
        leave = plan_of(self.play).exit
        if leave is None or self.play.closed_at is not None:
            return None
        rule = f"{self.play.playbook.key}{EXIT}"
        episode = Episode.objects.open().filter(customer=self.play.customer_id, rule=rule).first()
        return Held(episode.nights_held(episode.held_on) if episode else 0, leave.nights)

    @cached_property
    def events(self) -> list[TaskEvent]:
        """What happened to its tasks, the newest first."""
        events = TaskEvent.objects.filter(task__play=self.play).select_related("task", "actor")
        return list(events.order_by("-at", "-pk")[:MOST_EVENTS])


def _play(user: User, pk: int) -> Play:
    related = Play.objects.visible_to(user).select_related("customer", "playbook", "started_by", "closed_by")
    return get_object_or_404(related, pk=pk)


def _show(request: HttpRequest, play: Play, form: CloseForm) -> HttpResponse:
    plan = Plan(play, user_of(request))
    context = {"plan": plan, "play": play, "form": form, "now": plan.now}
    return render(request, "plays/plan.html", context, status=422 if form.errors else 200)


@require_safe
def play(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of an action plan; that of a customer out of scope is not there."""
    return _show(request, _play(user_of(request), pk), CloseForm())


@require_POST
def play_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close it by hand; what is wrong comes back with the page (422)."""
    user = user_of(request)
    found, form = _play(user, pk), CloseForm(request.POST)
    if not may_run_plans(user, found.customer):
        raise PermissionDenied
    if not form.is_valid():
        return _show(request, found, form)
    try:
        close_play(play=found, by=user, at=timezone.now(), **form.cleaned_data)
    except Refused as refusal:
        form.refuse(refusal.errors)
        return _show(request, found, form)
    messages.success(request, f"Plan “{found.title}” for {found.customer.name} closed.")
    return redirect(found)
