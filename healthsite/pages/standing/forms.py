"""What a person says to set the lifecycle stage of a customer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django import forms
from django.http import QueryDict

from scoring.definitions import entries
from scoring.vocabulary.setting import MOST_REASON

BY_RULE: Final = "by-rule"  # no stage has such a key: they have no hyphen
YEARS: Final = range(2000, 2100)


class StageForm(forms.Form):
    """Which stage, why, and until when; without an end until somebody sets another one."""

    stage = forms.ChoiceField(label="Stage")
    reason = forms.CharField(
        label="Why", max_length=MOST_REASON, widget=forms.Textarea({"rows": 3, "maxlength": MOST_REASON})
    )
    expires_on = forms.DateField(
        label="Until (empty: for good)", required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )

    def __init__(self, data: QueryDict | None, *, initial: Mapping[str, Any], held: bool) -> None:
        super().__init__(data, initial=dict(initial))
        field = self.fields["stage"]
        assert isinstance(field, forms.ChoiceField)
        by_rule = [(BY_RULE, "As the rules say, from today on")] if held else []
        field.choices = [(entry.key, entry.title) for entry in entries("stage")] + by_rule

    def clean_expires_on(self) -> date | None:
        """A day of our days."""
        day: date | None = self.cleaned_data["expires_on"]
        if day and day.year not in YEARS:
            raise forms.ValidationError(f"{day.year} is out of reach; choose a day of the next two years.")
        return day

    def refuse(self, errors: Mapping[str, str]) -> None:
        """Show each message at its field."""
        for name, message in errors.items():
            self.add_error(name if name in self.fields else None, message)
