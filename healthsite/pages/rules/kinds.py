"""The vocabularies: what each is called, which rules its entries hold, and what else an admin says of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django import forms
from django.http import QueryDict

from healthsite.pages.rules.value_form import ValueForm
from scoring.models.definitions import Definition

MOST_TEXT: Final = 200
MOST_DAYS: Final = 3650
TYPES: Final = {"leading": "Leading", "lagging": "Lagging", "opportunity": "Opportunity", "state": "State"}
TOUCHES: Final = {"high-touch": "High-touch", "pooled": "Pooled", "digital": "Digital"}


class BodyForm(forms.Form):
    """What the body of an entry holds beside its rules; `said` gives it back under the same keys."""

    def __init__(self, data: QueryDict | None = None, *, body: Mapping[str, Any]) -> None:
        super().__init__(data, initial=self.initial_of(body))

    @property
    def plain(self) -> list[forms.BoundField]:
        """The fields, one beside the other."""
        return self.visible_fields()

    def said(self) -> dict[str, Any]:
        """The keys of the body, cleaned; None and empty = not there."""
        return dict(self.cleaned_data)

    @classmethod
    def initial_of(cls, body: Mapping[str, Any]) -> dict[str, Any]:
        """The values of the fields, of a stored body."""
        return dict(body)


def _text(label: str, *, required: bool = False) -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=MOST_TEXT)


def _days(label: str, most: int = MOST_DAYS) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=1, max_value=most)


class IndicatorForm(BodyForm):
    """Type, nights in a row, and what it means."""

    type = forms.ChoiceField(label="Type", choices=list(TYPES.items()))
    nights = _days("Nights in a row before it opens", 365)
    counts = forms.BooleanField(label="Counts among the leading ones that I19 counts", required=False)
    meaning = _text("What it means", required=True)
    source = _text("Source")


class SegmentForm(BodyForm):
    """The programme, and whether it is set as a tag wherever its rule holds."""

    programme = _text("Programme")
    always_tag = forms.BooleanField(label="Set as a tag too where an earlier segment wins", required=False)
    source = _text("Source")


class StageForm(BodyForm):
    """How many days a customer is expected to stay, by size."""

    small = _days("Expected days, small")
    enterprise = _days("Expected days, enterprise")
    other = _days("Expected days, all others")
    source = _text("Source")

    @classmethod
    def initial_of(cls, body: Mapping[str, Any]) -> dict[str, Any]:
        """The days lie under one key."""
        return {**body, **body.get("expected_days", {})}

    def said(self) -> dict[str, Any]:
        """The days under one key, those that are given."""
        days = {size: self.cleaned_data[size] for size in ("small", "enterprise", "other") if self.cleaned_data[size]}
        return {"expected_days": days, "source": self.cleaned_data["source"]}


class TierForm(BodyForm):
    """What is invested in a customer of the tier."""

    hours_per_year = forms.FloatField(label="Hours a year", min_value=0, max_value=8760)
    touch = forms.ChoiceField(label="Touch model", choices=list(TOUCHES.items()))
    executive = forms.BooleanField(label="An executive takes part", required=False)
    source = _text("Source")


class SourceForm(BodyForm):
    """Where it comes from."""

    source = _text("Source")


@dataclass(frozen=True, slots=True)
class Kind:
    """A vocabulary. `rules` are keys of the body with their labels; those in `needed` are never empty.

    Where `first` the first entry counts whose rule holds, so that the order matters.
    """

    key: str
    title: str
    one: str
    says: str
    form: type[BodyForm] | type[ValueForm]
    rules: Mapping[str, str] = field(default_factory=dict)
    needed: tuple[str, ...] = ("rule",)
    first: bool = False
    can_add: bool = False

    @property
    def id(self) -> str:
        """For the page's anchors."""
        return self.key.replace("_", "-")


RULE: Final = {"rule": "Rule"}
KINDS: Final[Mapping[str, Kind]] = {
    kind.key: kind
    for kind in (
        Kind(
            Definition.Kind.INDICATOR.value, "Indicators", "indicator",
            "Early signs. One opens when its rule holds, and clears after two nights on which it does not.",
            IndicatorForm, RULE, can_add=True,
        ),
        Kind(
            Definition.Kind.SEGMENT.value, "Segments", "segment",
            "Asked in this order; the first whose rule holds is the customer's segment, the others become tags.",
            SegmentForm, {**RULE, "tag_when": "A tag only when"}, first=True, can_add=True,
        ),
        Kind(
            Definition.Kind.STAGE.value, "Lifecycle stages", "stage",
            "Where a customer stands between its start and its renewal; a stage set by hand goes before the rules.",
            StageForm, {"enter": "Enters", "leave": "Leaves", "behind": "Is behind", "stuck": "Is stuck"}, (),
        ),
        Kind(
            Definition.Kind.TIER.value, "Value tiers", "tier",
            "Asked in this order; what a customer is worth to us, and how much time it gets.",
            TierForm, RULE, first=True,
        ),
        Kind(
            Definition.Kind.REVENUE_TIER.value, "Revenue tiers", "tier",
            "Asked in this order; revenue expected over six months.", SourceForm, RULE, first=True,
        ),
        Kind(
            Definition.Kind.VALUE.value, "Value score", "score",
            "0 to 100 points for the value tier. What is unknown is left out; no contract at all is an ARR of nought.",
            ValueForm, needed=(),
        ),
    )
}  # fmt: skip

# What the body of a new entry holds before anything has been said.
NEW: Final[Mapping[str, Mapping[str, Any]]] = {
    Definition.Kind.INDICATOR.value: {"type": "leading", "meaning": "", "source": ""},
    Definition.Kind.SEGMENT.value: {"programme": "", "always_tag": False, "source": ""},
}
