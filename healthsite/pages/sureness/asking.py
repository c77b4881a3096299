"""What the address of the page may ask for, and which groups of peers a customer has."""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

from django import forms

from accounts.models import Customer
from scoring.comparing.peers import GROUPS, group_name

USUAL: Final = "all"


class Asked(NamedTuple):
    """What was asked for and makes sense; without a date the current score."""

    as_of: date | None
    peers: str


class SurenessForm(forms.Form):
    """A date and a group of peers; what makes no sense is named and left out."""

    as_of = forms.DateField(required=False, label="Date")
    peers = forms.ChoiceField(required=False, choices=list(GROUPS.items()), label="Compare with")

    def asked(self) -> Asked:
        """What was asked for, the usual where nothing was."""
        self.is_valid()
        return Asked(self.cleaned_data.get("as_of"), self.cleaned_data.get("peers") or USUAL)


def groups_of(customer: Customer, stage: int) -> list[tuple[str, str]]:
    """The groups that a customer belongs to, as choices. One query at most."""
    named = [(key, group_name(customer, stage, key)) for key in GROUPS]
    return [(key, name) for key, name in named if name]
