"""The forms of what people say about a customer: shape only, the meaning is checked where it is written."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django import forms
from django.utils.functional import cached_property

from accounts.business_days import today
from accounts.models import Customer
from accounts.models.surveys import Colour
from accounts.wording import listed
from healthsite.pages.tasks.forms import day_field, long_text
from healthsite.pages.telling import name_of
from scoring.metrics.expectations import COMPARED
from scoring.models import CurrentScore, Policy, Settlement
from scoring.scorecards.publishing import live_version

USUAL_DAYS: Final = 30


class CustomerForm(forms.Form):
    """A form about a customer whose current score it knows."""

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.customer = customer
        self.prepare()

    def prepare(self) -> None:
        """Offer what depends on the customer."""

    @cached_property
    def current(self) -> CurrentScore | None:
        """The customer's current score with its version."""
        scores = CurrentScore.objects.select_related("version__scorecard")
        return scores.filter(customer=self.customer).first()

    def offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        """Let a field choose among these."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def refuse(self, errors: dict[str, str]) -> None:
        """Show what was refused beside the field it is about."""
        for name, message in errors.items():
            shown = name in self.fields and not isinstance(self.fields[name].widget, forms.HiddenInput)
            self.add_error(name if shown else None, message)


class OverrideForm(CustomerForm):
    """The score, until when and why."""

    score = forms.FloatField(
        label="Score (0 to 100)",
        min_value=0,
        max_value=100,
        widget=forms.NumberInput({"step": "any", "min": 0, "max": 100}),
    )
    until_on = day_field("Ends on")
    reason = long_text("Why", required=True)

    def prepare(self) -> None:
        """Propose a month, or less where less is the longest."""
        days = min(USUAL_DAYS, Policy.current().override_days)
        self.initial.setdefault("until_on", today() + timedelta(days=days))


class ObjectionForm(CustomerForm):
    """What the score should be instead, where the fault is seen, and why."""

    should_be = forms.ChoiceField(label="It should be")
    component = forms.ChoiceField(label="Where the fault is seen", required=False)
    reason = long_text("Why", required=True)

    def prepare(self) -> None:
        """Offer the other colours, and the components of the scorecard."""
        current = self.current
        self.offer("should_be", [one for one in Colour.choices if not current or one[0] != current.role])
        parts = current.version.engine.components if current else ()
        self.offer("component", [("", "Not said"), *((part.key, part.label) for part in parts)])


class PulseForm(CustomerForm):
    """How the customer stands in one's own eyes."""

    band = forms.ChoiceField(label="Pulse", choices=Colour)
    reason = long_text("Why (needed where it is not the score's colour)")


class ExpectForm(CustomerForm):
    """What is expected of a metric: a value, or a change that nobody can put into a number."""

    metric = forms.ChoiceField(label="Metric")
    expected = forms.FloatField(
        label="Value expected (empty: a change is expected)", required=False, widget=forms.NumberInput({"step": "any"})
    )
    until_on = day_field("Ends on")
    reason = forms.CharField(label="Why", max_length=255)

    def prepare(self) -> None:
        """Offer the metrics of the scorecard that scores the customer, or would."""
        self.fields["until_on"].required = False
        version = self.current.version if self.current else live_version()
        metrics = version.engine.metric_keys if version else ()
        self.offer("metric", sorted(((key, name_of(key)) for key in metrics), key=lambda choice: choice[1]))

    def clean(self) -> dict[str, Any]:
        """Refuse a value that nothing would be compared with."""
        said = super().clean() or self.cleaned_data
        metric = said.get("metric")
        if metric and metric not in COMPARED and said.get("expected") is not None:
            others = listed([name_of(key) for key in COMPARED])
            self.add_error(
                "expected",
                f"{name_of(metric)} is compared with no expectation; leave the value empty where a change is expected. "
                f"Values are for {others}.",
            )
        return said


class SettleForm(CustomerForm):
    """The verdict and why; beside it what the person who settles has looked at."""

    said = forms.CharField(widget=forms.HiddenInput, max_length=8)
    role = forms.CharField(widget=forms.HiddenInput, max_length=8, required=False)
    objection = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=2**62)
    verdict = forms.ChoiceField(label="Verdict", choices=Settlement.Verdict)
    reason = long_text("Why", required=True)
