"""The form to log a contact with a customer, with a pulse and a task out of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final
from uuid import uuid4

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone

from accounts.business_days import today
from accounts.models import Contact, Customer
from accounts.models.interactions import InteractionKind
from accounts.models.surveys import Colour
from accounts.noting import EARLIEST, LONGEST_SUBJECT

YEARS: Final = range(EARLIEST.year, 2100)
FIRST_KINDS: Final = ("note", "call", "meeting", "qbr", "email_out", "email_in")  # what is logged most stands first
MOODS: Final = [("", "Not said"), ("1", "Went well"), ("0", "So-so"), ("-1", "Went badly"), ("missed", "Nobody came")]


class LogForm(forms.Form):
    """What happened, when, with whom and how it went."""

    kind = forms.ChoiceField(label="Kind", initial="note")
    at = forms.DateTimeField(label="When", widget=forms.DateTimeInput({"type": "datetime-local"}, "%Y-%m-%dT%H:%M"))
    subject = forms.CharField(
        label="What it was about", max_length=LONGEST_SUBJECT, widget=forms.TextInput({"autofocus": True})
    )
    notes = forms.CharField(
        label="Notes", required=False, max_length=20_000, widget=forms.Textarea({"rows": 4, "maxlength": 20_000})
    )
    # Not a field of models: that asks the database for whatever is sent, and a number too large is an error there.
    attendees = forms.MultipleChoiceField(label="Who took part", required=False, widget=forms.CheckboxSelectMultiple)
    mood = forms.ChoiceField(label="How it went", required=False, choices=MOODS)
    executive_present = forms.BooleanField(label="An executive of theirs was there", required=False)
    pulse = forms.ChoiceField(label="Pulse", required=False, choices=[("", "As it was"), *Colour.choices])
    task_title = forms.CharField(label="Task out of it", required=False, max_length=255)
    task_due = forms.DateField(label="Due", required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None, *, customer: Customer, kind: str, may_plan: bool) -> None:
        super().__init__(data, initial={"at": timezone.localtime(), "key": uuid4(), "kind": kind or "note"})
        if not may_plan:
            del self.fields["task_title"], self.fields["task_due"]
        kinds = dict(InteractionKind.choices)
        kind_field, people = self.fields["kind"], self.fields["attendees"]
        assert isinstance(kind_field, forms.ChoiceField)
        assert isinstance(people, forms.MultipleChoiceField)
        kind_field.choices = [(kind, kinds[kind]) for kind in dict.fromkeys([*FIRST_KINDS, *kinds])]
        here = Contact.objects.filter(Q(left_on=None) | Q(left_on__gt=today()), customer=customer)
        self.people = {str(person.pk): person for person in here.order_by("name", "pk")}
        people.choices = [(key, person.name) for key, person in self.people.items()]

    def clean_at(self) -> datetime:
        """A moment of our days; whether it is past is judged where it is written."""
        return _within(self.cleaned_data["at"])

    def clean_task_due(self) -> date | None:
        """A day of our days."""
        due = self.cleaned_data["task_due"]
        return _within(due) if due else None

    def clean(self) -> dict[str, Any]:
        """A task takes both a title and a day."""
        title, due = self.cleaned_data.get("task_title"), self.cleaned_data.get("task_due")
        if due and not title:
            self.add_error("task_title", "Say what is to be done by then, or leave the day empty.")
        if title and not due and "task_due" not in self.errors:
            self.add_error("task_due", "Say by when, or leave the task empty.")
        return self.cleaned_data

    @property
    def details(self) -> dict[str, Any]:
        """What `log_interaction` takes beside the required."""
        mood = self.cleaned_data["mood"]
        return {
            "notes": self.cleaned_data["notes"],
            "attendees": [self.people[key] for key in self.cleaned_data["attendees"]],
            "sentiment": float(mood) if mood not in ("", "missed") else None,
            "missed": mood == "missed",
            "executive_present": self.cleaned_data["executive_present"],
            "key": str(self.cleaned_data["key"]),
        }

    def refuse(self, errors: dict[str, str], *, task: bool = False) -> None:
        """Show what the domain refuses beside the field it is about."""
        names = {"title": "task_title", "due_at": "task_due"} if task else {"sentiment": "mood"}
        for name, message in errors.items():
            field = names.get(name, name)
            self.add_error(field if field in self.fields and field != "key" else None, message)


def _within(value: Any) -> Any:
    if value.year not in YEARS:
        raise forms.ValidationError(f"{value.year} is out of reach; choose a year from {YEARS.start} to {YEARS[-1]}.")
    return value
