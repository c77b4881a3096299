"""One task: what is to be done, every act on it, and all that happened to it."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Customer, User
from accounts.models.people import Role
from healthsite.pages.tasks.acts import ACTS, Act, offered
from healthsite.pages.tasks.clock import with_hours_left
from healthsite.pages.tasks.forms import ActForm
from healthsite.pages.tasks.returning import back, say
from healthsite.pages.visitors import user_of
from playbooks.models import Task, TaskEvent
from playbooks.refusing import Refused
from playbooks.tasking import NotAllowed, state_of

MOST_EVENTS: Final = 200
RELATED: Final = ("customer", "assignee", "partner", "created_by", "finished_by", "escalates", "play", "note")


@require_safe
def task(request: HttpRequest, pk: int) -> HttpResponse:
    """The page; a task that one may not see is not there."""
    return task_page(request, _task(user_of(request), pk))


@require_POST
def task_act(request: HttpRequest, pk: int) -> HttpResponse:
    """Do what a form says and go back to where it came from; what is refused is shown in place (422)."""
    user = user_of(request)
    found = _task(user, pk)
    if user.role == Role.VIEWER:
        raise PermissionDenied
    what = request.POST.get("what") or request.GET.get("what", "")
    if what not in ACTS:
        return task_page(request, found, errors=[f"{what[:40]!r} is nothing that can be done with a task."])
    form = ACTS[what].form(request.POST, task=found, auto_id=f"{what}_%s")
    if not _done(form, ACTS[what], user):
        return task_page(request, _task(user, pk), forms={what: form}, errors=_said(form))
    say(request, f"{ACTS[what].done}: {found.title}", undo=found if what == "complete" else None)
    return back(request, found.get_absolute_url())


def _task(user: User, pk: int) -> Task:
    return get_object_or_404(Task.objects.visible_to(user).select_related(*RELATED), pk=pk)


def _done(form: ActForm, act: Act, user: User) -> bool:
    """Whether it was done; else the form says why not. Raises PermissionDenied for who may not."""
    if not form.is_valid():
        return False
    try:
        _check_seen(form)
        act.do(form.task, user, form.cleaned_data)
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except Refused as refusal:
        for field, message in refusal.errors.items():
            form.add_error(field if field in form.fields else None, message)
        return False
    return True


def _check_seen(form: ActForm) -> None:
    """Refuse an act on a task that has changed since its page was made."""
    seen = form.cleaned_data["seen"]
    if seen and seen != state_of(form.task):
        last = form.task.events.select_related("actor").order_by("at", "pk").last()
        who = f" by {last.actor}" if last and last.actor else ""
        raise Refused(f"The task was changed{who} since you opened the page: look again before you go on.")


def _said(form: forms.Form) -> list[str]:
    """What is wrong, for the top of the page: each message with the field it is about."""
    labels = {name: f"{field.label}: " for name, field in form.fields.items()}
    return [f"{labels.get(name, '')}{error}" for name, errors in form.errors.items() for error in errors]


def task_page(
    request: HttpRequest,
    found: Task,
    *,
    forms: dict[str, ActForm] | None = None,
    errors: list[str] | None = None,
) -> HttpResponse:
    """The page of a task; with the form that was refused and why (422)."""
    user, now = user_of(request), timezone.now()
    with_hours_left([found], now)
    context: dict[str, Any] = {
        "task": found,
        "now": now,
        "seen": state_of(found),
        "acts": _forms(user, found, forms or {}),
        "events": _events(found),
        "errors": errors or [],
        "sees_customer": Customer.objects.visible_to(user).filter(pk=found.customer_id).exists(),
        "next": request.POST.get("next", ""),
    }
    return render(request, "tasks/task.html", context, status=422 if errors else 200)


def _forms(user: User, found: Task, refused: dict[str, ActForm]) -> list[tuple[str, Act, ActForm]]:
    first = {"priority": found.priority, "due_at": found.due_at.date(), "outcome": Task.Outcome.DONE}
    return [
        (what, act, refused.get(what) or act.form(task=found, initial=first, auto_id=f"{what}_%s"))
        for what, act in offered(user, found).items()
    ]


def _events(found: Task) -> list[TaskEvent]:
    return list(found.events.select_related("actor").order_by("-at", "-pk")[:MOST_EVENTS])
