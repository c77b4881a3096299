"""Starting an action plan by hand: which playbook, and what it would create."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.business_days import today
from accounts.models import Customer, User
from accounts.wording import counted
from healthsite.pages.plays.allowing import may_run_plans
from healthsite.pages.plays.forms import StartForm
from healthsite.pages.plays.library import Entry, entries
from healthsite.pages.timeline.returning import way_back
from healthsite.pages.visitors import user_of
from playbooks.definitions import Step
from playbooks.describing import step_words
from playbooks.models import Play
from playbooks.refusing import Refused
from playbooks.roles import Staff
from playbooks.starting import start_play


@dataclass(frozen=True, slots=True)
class Offer:
    """A playbook that could start, with who would do each step; `running` is the plan that is in its way."""

    entry: Entry
    steps: list[tuple[Step, User | None]]
    running: Play | None

    @property
    def words(self) -> list[tuple[str, User | None, str]]:
        """Each step's title, who would do it, and the rest of it."""
        return [(step.title, user, step_words(step)) for step, user in self.steps]


def offers(customer: Customer) -> list[Offer]:
    """The active playbooks for a customer. Five queries whatever their number."""
    staff, running = Staff.of([customer.pk], today()), {one.playbook_id: one for one in customer.plays.open()}
    return [
        Offer(
            entry=entry,
            steps=[(one, staff.who(customer.pk, one.role)) for one in entry.plan.steps if not one.automatic],
            running=running.get(entry.playbook.pk),
        )
        for entry in entries()
        if entry.playbook.is_active and entry.plan
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def play_start(request: HttpRequest, pk: int) -> HttpResponse:
    """The choice; sent, the plan starts, or the choice comes back with what is wrong (422)."""
    user = user_of(request)
    customer = get_object_or_404(Customer.objects.visible_to(user), pk=pk)
    if not may_run_plans(user, customer):
        raise PermissionDenied
    form, back = StartForm(request.POST if request.method == "POST" else None), _back(request, customer)
    if form.is_bound and form.is_valid() and (started := _started(form, customer, user)):
        tasks = counted(started.tasks.count(), "task")
        messages.success(request, f"Plan “{started.title}” started for {customer.name} with {tasks}.")
        return redirect(back or started)
    context = {"customer": customer, "form": form, "offers": offers(customer), "next": back}
    return render(request, "plays/start.html", context, status=422 if form.is_bound else 200)


def _back(request: HttpRequest, customer: Customer) -> str:
    """Where one came from, when the address or the form says so; empty otherwise."""
    return way_back(request, customer) if "next" in request.POST or "next" in request.GET else ""


def _started(form: StartForm, customer: Customer, user: User) -> Play | None:
    """The new plan; None where it was refused, and then the form says why."""
    try:
        return start_play(customer=customer, playbook=form.cleaned_data["playbook"], by=user, at=timezone.now())
    except Refused as refusal:
        form.refuse(refusal.errors)
        return None
