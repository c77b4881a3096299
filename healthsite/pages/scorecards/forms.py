"""The forms of the scorecard pages; each refusal names the place, the value and what would be right."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

from scoring.administration.forms import Number, plain
from scoring.engine.card import SCORE
from scoring.engine.version import MOST_RAW, MOST_WEIGHT, ROLES, TEN_YEARS
from scoring.models import ScorecardVersion
from scoring.models.scorecards import Status
from scoring.scorecards.describing import MISSING, ROLLUPS
from scoring.scorecards.drafting import MOST_NOTE
from scoring.scorecards.places import leaves, place_labels

RANGES: Final = {
    "weight": MOST_WEIGHT,
    "par": 100,
    "lower": 100,
    "lowers": 100,
    "clamp": 100,
    "at_most": 100,
    "hysteresis": 20,
    "min_coverage": 1,
}
DAYS: Final = {"window": False, "below_days": True, "analysis_days": True}  # whether something has to be given
MISSING_WORDS: Final = {"leave_out": "leave out, others count more", "neutral": "50 points", "worst": "0 points"}
TOO_FEW: Final = {
    "components": "There is no component; add one",
    "measures": "{} has no measure; add one, or remove the component",
    "bands": "There is no band; add one",
    "curve": "{} has fewer than two points; add one",
}


class Whole(Number):
    """A whole number of days; nothing where nothing need be given."""

    def clean(self, value: Any) -> Any:
        """The number, None where it is empty and may be. Raises ValidationError."""
        if not self.required and not str(value or "").strip():
            return None
        number = super().clean(value)
        if number != int(number):
            raise ValidationError(f"{self.label} is {number:g}; give a whole number of days")
        return int(number)


class Target(forms.ChoiceField):
    """What a cap limits. One that is removed stays as the last choice, which is refused: a cap never slides to another
    target because its own is gone.
    """

    def __init__(self, target: str, names: Mapping[str, str], targets: Mapping[str, str], **options: Any) -> None:
        self.gone = {} if target in targets or not target else {target: names.get(target, target)}
        removed = [(key, f"{name} (removed): choose another") for key, name in self.gone.items()]
        super().__init__(choices=[*targets.items(), *removed], **options)

    def clean(self, value: Any) -> Any:
        """The key of a target that is there. Raises ValidationError."""
        target = super().clean(value)
        if target in self.gone:
            right = "choose another, or remove the cap"
            raise ValidationError(f"{self.label} is {self.gone[target]}, which is removed; {right}")
        return target


class EditForm(forms.Form):
    """Every place of a working copy (`scorecards.copies`), under the name with which the engine would refuse it.

    `names` are those of components that the copy may no longer have, by key.
    """

    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(
        self, copy: Mapping[str, Any], seen: str, names: Mapping[str, str], data: Mapping[str, Any] | None = None
    ) -> None:
        values = {place: plain(home[key]) for place, home, key in leaves(copy)}
        super().__init__(data, initial={**values, "seen": seen}, auto_id="%s")
        self.labels = place_labels(copy)
        targets = {SCORE: "The score", **{one["key"]: one["label"] for one in copy["components"]}}
        for place, value in values.items():
            label = self.labels.get(place, place)
            is_target = place.endswith(".target")
            self.fields[place] = field = (
                Target(value, names, targets, label=label) if is_target else _field(place, label)
            )
            field.widget.attrs["aria-label"] = label

    def refuse(self, message: str) -> None:
        """Show what is refused at the field that it names, in the words of the page."""
        place, _, rest = message.partition(" ")
        known = self.home_of(place)
        said = self._said(known, rest) if known else message
        self.add_error(place if place in self.fields else None, said)

    def _said(self, place: str, rest: str) -> str:
        """A refusal in the words of the page; lists, which nobody has typed, are not quoted back."""
        label, kind = self.labels[place], re.sub(r"\[\d+\]", "", place).rpartition(".")[2]
        if place == "clamp":
            low, high = (self.cleaned_data[f"clamp[{i}]"] for i in (0, 1))
            return f"{label} are {low:g} and {high:g}; give the lower end first"
        if kind in TOO_FEW and "give a list with at least" in rest:
            return TOO_FEW[kind].format(label.removeprefix("The measures of "))
        return f"{label} {rest}"

    def home_of(self, place: str) -> str:
        """The innermost place with a name that a place lies in; empty where there is none."""
        while place and place not in self.labels:
            place = re.sub(r"(\.\w+|\[\d+\])$", "", place) if re.search(r"(\.\w+|\[\d+\])$", place) else ""
        return place


def _field(place: str, label: str) -> forms.Field:
    key = re.sub(r"\[\d+\]", "", place).rpartition(".")[2]
    if key == "curve":
        raw = place.endswith("[0]")
        return Number(-MOST_RAW if raw else 0, MOST_RAW if raw else 100, label=label)
    if key in RANGES:
        return Number(0, RANGES[key], label=label)
    if key in DAYS:
        return Whole(1, TEN_YEARS, label=label, required=DAYS[key])
    if key in ("steps", "on"):
        return forms.BooleanField(required=False, label=label)
    choices = {
        "missing": {**MISSING_WORDS, "carry": MISSING["carry"]},
        "role": {role: role.capitalize() for role in ROLES},
        "rollup": ROLLUPS,
    }
    if key in choices:
        quoted = label.replace("%", "%%")  # a name may hold one, and Django fills the value in by it
        wrong = {"invalid_choice": f"{quoted} is %(value)s; choose one of the list"}
        return forms.ChoiceField(choices=list(choices[key].items()), label=label, error_messages=wrong)
    widget = forms.HiddenInput if key in ("key", "metric") else forms.TextInput
    empty = {"required": f"{label} is empty; give a text"}
    return forms.CharField(max_length=200, label=label, error_messages=empty, widget=widget)


def note_field(label: str, empty: str, *, required: bool = True) -> forms.CharField:
    """A text that says why."""
    widget = forms.Textarea(attrs={"rows": 2, "maxlength": MOST_NOTE})
    return forms.CharField(
        label=label, max_length=MOST_NOTE, required=required, error_messages={"required": empty}, widget=widget
    )


class PublishForm(forms.Form):
    """Why a draft is published, and whether it is to score customers. `seen` is the digest of what was looked at."""

    note = note_field("Why", "The note is empty; say in a sentence why")
    go_live = forms.BooleanField(required=False, label="Score customers by it from the next night on")
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)


class WhyForm(forms.Form):
    """A decision with its reason."""

    note = note_field("Why", "The reason is empty; say in a sentence why")


class ShadowForm(WhyForm):
    """The start of a shadow, of nights to come and perhaps of those that were."""

    past = forms.BooleanField(label="Score the nights of the last 30 days by it too", required=False)


class AnswerForm(forms.Form):
    """What a second person says to a proposal; a no says why."""

    answer = forms.ChoiceField(choices=[("agree", "Agree"), ("decline", "Turn down"), ("withdraw", "Withdraw")])
    reason = note_field("Why not", "", required=False)


class CompareForm(forms.Form):
    """The version to compare with."""

    CHOOSE = "There is no such version; choose one of the list"

    def __init__(self, data: Mapping[str, Any] | None, versions: list[ScorecardVersion]) -> None:
        super().__init__(data)
        choices = [
            (str(one.pk), f"{one.scorecard.title}, {one.get_status_display().lower()} {one.number}") for one in versions
        ]
        self.fields["with"] = forms.ChoiceField(
            choices=choices,
            label="Compare with",
            error_messages={"invalid_choice": self.CHOOSE, "required": self.CHOOSE},
        )


def named(version: ScorecardVersion) -> str:
    """A version without its scorecard: version 3, draft 4."""
    return f"{'draft' if version.status == Status.DRAFT else 'version'} {version.number}"


class PlaceForm(forms.Form):
    """Where a scorecard stands among those that are asked, and why it is moved."""

    position = forms.IntegerField(
        min_value=1,
        max_value=999,
        label="Place in the order",
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), "Give a whole number from 1 to 999"
        ),
    )
    note = note_field("Why", "The reason is empty; say in a sentence why")
