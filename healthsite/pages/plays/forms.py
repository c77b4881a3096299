"""What a person says to start or to close an action plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms

from playbooks.models import Play, Playbook

BY_HAND: Final = (Play.Outcome.DONE, Play.Outcome.DROPPED)  # the others are the night's to say
LONGEST_NOTE: Final = 2000


class Refusable(forms.Form):
    """A form that takes over what the domain refused."""

    def refuse(self, errors: Mapping[str, str]) -> None:
        """Show each message at its field, or above the form where it belongs to none."""
        for name, message in errors.items():
            self.add_error(name if name in self.fields else None, message)


class CloseForm(Refusable):
    """How it ended. A plan that is dropped says why, so that the next one can read it."""

    outcome = forms.ChoiceField(label="How it ended", choices=[(one.value, one.label) for one in BY_HAND])
    note = forms.CharField(
        label="What was reached, or why not",
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea({"rows": 2, "maxlength": LONGEST_NOTE}),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the reason of a dropped plan."""
        said = super().clean() or self.cleaned_data
        if said.get("outcome") == Play.Outcome.DROPPED and not said.get("note"):
            self.add_error("note", "Say in a few words why the plan is dropped.")
        return said


class StartForm(Refusable):
    """Which playbook."""

    playbook = forms.ModelChoiceField(
        label="Playbook",
        queryset=Playbook.objects.filter(is_active=True),
        to_field_name="key",
        error_messages={
            "required": "Choose a playbook.",
            "invalid_choice": "There is no active playbook of that name; choose one of the list.",
        },
    )
