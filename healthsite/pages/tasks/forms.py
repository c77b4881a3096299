"""The forms of the acts on a task: shape only, the meaning is checked by `playbooks.tasking`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from accounts.business_days import start_of
from accounts.models import User
from playbooks.models import Task
from playbooks.tasking import assignable


def day_field(label: str) -> forms.DateField:
    """A date, chosen in the browser's own calendar; not so far away that no clock reaches it."""
    within = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2200, 1, 1))]
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, validators=within)


def long_text(label: str, *, required: bool = False) -> forms.CharField:
    """A text of some lines."""
    return forms.CharField(label=label, required=required, max_length=5000, widget=forms.Textarea(attrs={"rows": 2}))


class ActForm(forms.Form):
    """An act on a task; one without fields is a button. `seen` is the state of the task on the page it came from."""

    seen = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)

    def __init__(self, *args: Any, task: Task, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.task = task

    def visible(self) -> list[forms.BoundField]:
        """The fields that a person fills in."""
        return self.visible_fields()


class CompleteForm(ActForm):
    """How it went."""

    outcome = forms.ChoiceField(choices=Task.Outcome, label="How it went")
    text = long_text("What came of it (optional)")


class SnoozeForm(ActForm):
    """Until when it is put off, and why."""

    until = day_field("Until")
    reason = forms.CharField(max_length=500, label="Why it can wait")

    def clean_until(self) -> datetime:
        """The morning of the day."""
        day: date = self.cleaned_data["until"]
        return start_of(day)


class WaitForm(ActForm):
    """What the customer is to do."""

    reason = forms.CharField(required=False, max_length=500, label="What for (optional)")


class AssignForm(ActForm):
    """To whom it goes."""

    assignee = forms.TypedChoiceField(coerce=int, label="Give it to")

    def __init__(self, *args: Any, task: Task, **kwargs: Any) -> None:
        super().__init__(*args, task=task, **kwargs)
        field = self.fields["assignee"]
        assert isinstance(field, forms.ChoiceField)
        self.people = {user.pk: user for user in assignable(task.customer) if user.pk != task.assignee_id}
        field.choices = [("", "Choose a person"), *((pk, user.name) for pk, user in self.people.items())]

    def clean_assignee(self) -> User:
        """The person."""
        return self.people[self.cleaned_data["assignee"]]


class RescheduleForm(ActForm):
    """By when it is to be done."""

    due_at = day_field("Due on")
    reason = forms.CharField(required=False, max_length=500, label="Why (optional)")


class PrioritiseForm(ActForm):
    """How urgent it is."""

    priority = forms.TypedChoiceField(choices=Task.Priority, coerce=int, label="Priority")


class CommentForm(ActForm):
    """Something said about it."""

    text = long_text("Comment", required=True)
