"""Logging a contact with a customer, on a page of its own or in a dialog on any other."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.models import Customer, Interaction, User
from accounts.noting import NotLogged, log_interaction, may_log, set_pulse
from healthsite.pages.timeline.log_form import LogForm
from healthsite.pages.timeline.returning import way_back
from healthsite.pages.visitors import user_of
from playbooks.refusing import Refused
from playbooks.tasking import create_task, due_on, may_create


@require_http_methods(["GET", "HEAD", "POST"])
def log(request: HttpRequest, pk: int) -> HttpResponse:
    """The form; sent, it is written down, or comes back with what is wrong (422)."""
    user = user_of(request)
    customer = get_object_or_404(Customer.objects.visible_to(user), pk=pk)
    if not may_log(user):
        raise PermissionDenied
    back, sent = way_back(request, customer), request.method == "POST"
    form = LogForm(
        request.POST if sent else None, customer=customer, kind=_kind_asked(request), may_plan=may_create(user)
    )
    if sent and (interaction := save(form, customer, user)):
        undo = reverse("log-undo", args=[interaction.pk])
        messages.success(request, f"Logged with {customer.name}: {interaction.subject}.", extra_tags=f"undo {undo}")
        return redirect(back)
    context = {"customer": customer, "form": form, "next": back}
    return render(request, "log/page.html", context, status=422 if sent else 200)


def _kind_asked(request: HttpRequest) -> str:
    """The kind in the address; one that is none is left out by the browser, which shows the first."""
    return request.GET.get("kind", "")[:32]


def save(form: LogForm, customer: Customer, user: User) -> Interaction | None:
    """All that the form says, or nothing of it; then the form has the reasons."""
    if not form.is_valid():
        return None
    try:
        with transaction.atomic():
            return write(form, customer, user)
    except NotLogged as refusal:
        form.refuse(refusal.errors)
    except Refused as refusal:
        form.refuse(refusal.errors, task=True)
    return None


def write(form: LogForm, customer: Customer, user: User) -> Interaction:
    """Write the contact, the pulse and the task. Sent twice, it is there once. Raises NotLogged and Refused."""
    said = form.cleaned_data
    interaction = log_interaction(
        customer=customer, by=user, kind=said["kind"], at=said["at"], subject=said["subject"], **form.details
    )
    if said["pulse"]:
        set_pulse(customer=customer, by=user, band=said["pulse"], at=said["at"], reason=said["notes"])
    if said.get("task_title") and not interaction.tasks.exists():
        create_task(
            customer=customer,
            by=user,
            assignee=user,
            title=said["task_title"],
            due_at=due_on(said["task_due"], user),
            note=interaction,
        )
    return interaction
