"""Forms of people, customers and calendars in the Django admin; a refusal names the value and what would be right."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import available_timezones

from django import forms
from django.contrib.auth.forms import BaseUserCreationForm, UserChangeForm
from django.core.exceptions import ValidationError

from accounts.families import parent_problem
from accounts.models import Calendar, Customer, User

if TYPE_CHECKING:  # generic for the type checker only
    NewPersonForm = BaseUserCreationForm[User]
    ChangePersonForm = UserChangeForm[User]
    CalendarModelForm = forms.ModelForm[Calendar]
    CustomerModelForm = forms.ModelForm[Customer]
else:
    NewPersonForm, ChangePersonForm = BaseUserCreationForm, UserChangeForm
    CalendarModelForm = CustomerModelForm = forms.ModelForm

POOLS: Final = ("support", "training", "billing", "senior")  # whose tasks go to anybody with the skill (library 7)
MOST_SKILL = 64  # characters


class NewUserForm(NewPersonForm):
    """A person with a first password."""

    class Meta:
        model = User
        fields = ("email", "name", "role", "team")

    def clean_email(self) -> str:
        """In small letters, as everywhere."""
        return str(self.cleaned_data["email"]).lower()


class Words(forms.CharField):
    """A list of words, written with commas between them."""

    def prepare_value(self, value: Any) -> Any:
        """The list as it is written."""
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        """The words in small letters, each once, in the order given."""
        written = super().clean(value) or ""
        return list(dict.fromkeys(word for part in written.split(",") if (word := " ".join(part.lower().split()))))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what is written."""
        return bool(super().has_changed(self.prepare_value(initial), data))


class PersonForm(ChangePersonForm):
    """What an admin keeps about a person."""

    skills = Words(
        required=False,
        max_length=500,
        help_text=f"With commas between them. Whoever has one of {', '.join(POOLS)} is in that pool.",
    )

    def clean_skills(self) -> list[str]:
        """Words that fit; one that nearly names a pool is asked about. Raises ValidationError."""
        skills: list[str] = self.cleaned_data["skills"]
        for skill in skills:
            near = get_close_matches(skill, POOLS, n=1, cutoff=0.8)
            if near and skill not in POOLS:
                raise ValidationError(f"“{skill}” is no pool; did you mean {near[0]}?")
            if len(skill) > MOST_SKILL:
                raise ValidationError(f"“{skill[:20]}…” is too long; give words of at most {MOST_SKILL} characters")
        return skills

    def clean_time_zone(self) -> str:
        """A zone that exists, or none: the team's calendar holds."""
        return zone(self.cleaned_data["time_zone"])


class CustomerForm(CustomerModelForm):
    """What a person says of a customer."""

    def clean_parent(self) -> Customer | None:
        """Anybody but the customer itself and those below it, or nobody. Raises ValidationError."""
        parent: Customer | None = self.cleaned_data["parent"]
        if parent and (problem := parent_problem(self.instance, parent)):
            raise ValidationError(problem)
        return parent


class CalendarForm(CalendarModelForm):
    """A calendar's zone, days and hours."""

    class Meta:
        model = Calendar
        fields = ("key", "time_zone", "weekdays", "opens", "closes")
        help_texts = {
            "key": "site is everybody's unless their team has its own; a country code serves its customers.",
            "time_zone": "Such as Europe/Berlin; empty is the site's own.",
            "weekdays": "The days that are worked, 1 = Monday to 7 = Sunday, such as 12345.",
        }

    def clean_time_zone(self) -> str:
        """A zone that exists, or none for the site's own."""
        return zone(self.cleaned_data["time_zone"])

    def clean_weekdays(self) -> str:
        """Digits from 1 to 7, each once, in order. Raises ValidationError."""
        days = re.sub(r"[\s,]", "", self.cleaned_data["weekdays"])
        if not re.fullmatch(r"[1-7]+", days) or len(set(days)) < len(days):
            raise ValidationError(f"“{days}” names no weekdays; give digits from 1 (Monday) to 7 (Sunday), each once")
        return "".join(sorted(days))

    def clean(self) -> dict[str, Any]:
        """Closing comes after opening, on the same day."""
        said = super().clean() or self.cleaned_data
        opens, closes = said.get("opens"), said.get("closes")
        if opens and closes and closes <= opens:
            self.add_error("closes", f"{closes:%H:%M} is not after {opens:%H:%M}; give a later hour of the same day")
        return said


def zone(name: str) -> str:
    """The name of a time zone that exists, or nothing. Raises ValidationError with the nearest one."""
    if not name or name in available_timezones():
        return name
    near = get_close_matches(name, available_timezones(), n=1, cutoff=0.5)
    raise ValidationError(f"“{name}” is no time zone; give one such as {(near or ['Europe/Berlin'])[0]}")
