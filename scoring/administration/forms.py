"""The forms of drafts and decisions; each refusal names the place, the value and what would be right."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from scoring.engine.version import MOST_WEIGHT, digest
from scoring.models import ScorecardVersion
from scoring.scorecards.drafting import MOST_NOTE
from scoring.scorecards.places import editable, place_labels

HERE = re.compile(r"components.*\.weight|bands\[\d+\]\.(label|lower)|min_coverage")


class Number(forms.FloatField):
    """A number between two ends; what is none of it is quoted back."""

    def __init__(self, low: float, high: float, **options: Any) -> None:
        super().__init__(min_value=low, max_value=high, **options)
        self.widget.attrs |= {"step": "any", "inputmode": "decimal"}

    def clean(self, value: Any) -> float:
        """The number. Raises ValidationError."""
        try:
            return float(super().clean(value))
        except ValidationError as error:
            said = "empty" if value in (None, "") else repr(str(value)[:40])
            right = f"give a number from {self.min_value:,.10g} to {self.max_value:,.10g}"
            raise ValidationError(f"{self.label} is {said}; {right}") from error


class DraftForm(forms.Form):
    """Weights, bands and coverage of a draft, under the names by which the engine would refuse them.

    The rest is changed on the scorecard's own page.
    """

    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, draft: ScorecardVersion, data: Mapping[str, Any] | None = None) -> None:
        values = {place: value for place, value in editable(draft.definition).items() if HERE.fullmatch(place)}
        initial = {place: plain(value) for place, value in values.items()}
        super().__init__(data, initial={**initial, "seen": digest(draft.definition)}, auto_id="%s")
        self.labels = place_labels(draft.definition)
        for place in values:
            self.fields[place] = _field(place, self.labels[place])
            self.fields[place].widget.attrs["aria-label"] = self.labels[place]

    @property
    def values(self) -> dict[str, Any]:
        """What was given, by place."""
        return {place: value for place, value in self.cleaned_data.items() if place != "seen"}

    def refuse(self, message: str) -> None:
        """Show what the engine refuses at the field it names, in the words of the page."""
        place, _, rest = message.partition(" ")
        said = f"{self.labels[place]} {rest}" if place in self.labels else message
        self.add_error(place if place in self.fields else None, said)


class NoteForm(forms.Form):
    """Why a version is published or made live."""

    note = forms.CharField(
        max_length=MOST_NOTE,
        label="Note",
        error_messages={"required": "Note is empty; say in a sentence why"},
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    go_live = forms.BooleanField(required=False, label="Make it live: score customers by it from the next night on")
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)  # digest of what was previewed


def _field(place: str, label: str) -> forms.Field:
    if place.endswith(".label"):
        return forms.CharField(
            max_length=200, label=label, error_messages={"required": f"{label} is empty; give a text"}
        )
    high = 1 if place == "min_coverage" else 100 if place.endswith(".lower") else MOST_WEIGHT
    return Number(0, high, label=label)


def plain(value: Any) -> Any:
    """A whole number without its decimals, as somebody would type it."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
