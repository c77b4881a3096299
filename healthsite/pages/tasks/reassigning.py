"""Giving many tasks to one person at once: all of them or, when one is refused, none."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.wording import counted
from healthsite.pages.tasks.choosing import is_leader, people_of
from healthsite.pages.tasks.listing import tasks_page
from healthsite.pages.tasks.returning import back, say
from healthsite.pages.visitors import user_of
from playbooks.models import Task
from playbooks.refusing import Refused
from playbooks.tasking import assign

MOST: Final = 200
MOST_ERRORS: Final = 3


class ReassignForm(forms.Form):
    """Which tasks, and to whom."""

    task = forms.TypedMultipleChoiceField(
        coerce=int, label="Tasks", error_messages={"required": "Tick the tasks that are to go to somebody else."}
    )
    to = forms.TypedChoiceField(coerce=int, label="Person", error_messages={"required": "Choose who gets them."})

    def __init__(self, *args: Any, people: list[User], tasks: list[Task], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people, self.tasks = {one.pk: one for one in people}, {one.pk: one for one in tasks}
        for name, keys in (("to", self.people), ("task", self.tasks)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [(key, key) for key in keys]


@require_POST
def tasks_reassign(request: HttpRequest) -> HttpResponse:
    """Managers and admins hand over what they have ticked."""
    user = user_of(request)
    if not is_leader(user):
        raise PermissionDenied
    form = ReassignForm(request.POST, people=people_of(user), tasks=_ticked(request, user))
    errors = _errors(form) if not form.is_valid() else _hand_over(form, user)
    if errors:
        said = {"errors": _shortened(errors), "ticked": set(form.tasks), "to": form.cleaned_data.get("to")}
        return tasks_page(request, said, status=422)
    to = form.people[form.cleaned_data["to"]]
    say(request, f"{counted(len(form.cleaned_data['task']), 'task')} given to {to}.")
    return back(request, reverse("tasks"))


def _shortened(errors: list[str]) -> list[str]:
    more = len(errors) - MOST_ERRORS
    rest = [f"And {more} more of them."] if more > 0 else []
    return ["Nothing was handed over.", *errors[:MOST_ERRORS], *rest]


def _ticked(request: HttpRequest, user: User) -> list[Task]:
    keys = [int(key) for key in request.POST.getlist("task")[:MOST] if key.isdecimal() and len(key) < 19]
    return list(Task.objects.visible_to(user).filter(pk__in=keys).select_related("customer", "assignee"))


def _errors(form: ReassignForm) -> list[str]:
    return [str(error) for errors in form.errors.values() for error in errors]


def _hand_over(form: ReassignForm, by: User) -> list[str]:
    """Give all of them, or none and say why not; what the person has already stays."""
    errors: list[str] = []
    to = form.people[form.cleaned_data["to"]]
    with transaction.atomic():
        for task in (form.tasks[key] for key in form.cleaned_data["task"]):
            try:
                if task.assignee_id != to.pk:
                    assign(task=task, by=by, to=to)
            except Refused as refusal:
                errors.append(f"“{task.title}” ({task.customer}): {refusal}")
        transaction.set_rollback(bool(errors))
    return errors
