"""What the address of the runs may ask for, and what a person asks a backfill for."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from accounts.models import User
from accounts.models.people import Role
from scoring.models import Backfill, Purpose, Scorecard
from scoring.models.scorecards import Status

LEADING = (Role.MANAGER, Role.ADMIN)


def may_see_runs(user: User) -> bool:
    """Managers and admins."""
    return user.role in LEADING


def may_backfill(user: User) -> bool:
    """Admins: it takes hours of the machine, and history gets restatements."""
    return user.role == Role.ADMIN


PURPOSES: Final = [("", "All"), *Purpose.choices]


class RunsForm(forms.Form):
    """Which runs; what makes no sense is named and left out."""

    purpose = forms.ChoiceField(required=False, choices=PURPOSES)
    page = forms.IntegerField(required=False, min_value=1, max_value=10**6)

    def chosen(self) -> dict[str, Any]:
        """What was asked for and makes sense."""
        self.is_valid()
        return {"purpose": self.cleaned_data.get("purpose", ""), "page": self.cleaned_data.get("page") or 1}


def _day(label: str) -> forms.DateField:
    within = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2200, 1, 1))]
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, validators=within)


class BackfillForm(forms.Form):
    """A range of dates; `scoring.past.backfills` says what it may be."""

    first = _day("First date")
    last = _day("Last date")
    known = forms.ChoiceField(label="From what", choices=Backfill.Known)
    scorecard = forms.ChoiceField(label="Scorecard", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        published = Scorecard.objects.filter(versions__status=Status.PUBLISHED).distinct().order_by("title", "pk")
        field = self.fields["scorecard"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "The live ones"), *published.values_list("key", "title")]
