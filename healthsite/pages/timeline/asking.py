"""What the address of a timeline may ask for: kinds, a text, a day to look back from, and where a page begins."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from django import forms
from django.http import QueryDict

from accounts.business_days import end_of
from accounts.timeline import OPEN_END, Look

GROUPS: Final = {
    "meeting": "Meetings",
    "qbr": "QBRs",
    "call": "Calls",
    "email": "E-mails",
    "note": "Notes",
    "other": "Other contacts",
    "ticket": "Tickets",
    "survey": "Surveys and pulses",
    "usage": "Usage",
    "score": "Score",
    "alert": "Alerts",
    "plan": "Plans",
    "task": "Tasks",
}
PER_PAGE: Final = 40
YEARS: Final = range(1970, 2200)  # what lies outside no calendar of ours reaches, and no database need be asked


class TimelineForm(forms.Form):
    """The filters as fields; what makes no sense is named and left out."""

    q = forms.CharField(required=False, max_length=100, label="Search")
    kind = forms.MultipleChoiceField(required=False, choices=list(GROUPS.items()), label="Kind")
    as_of = forms.DateField(required=False, label="Date")
    before = forms.DateTimeField(required=False, label="Before")
    skip = forms.IntegerField(required=False, min_value=0, max_value=10_000, label="Skip")

    def clean_as_of(self) -> date | None:
        """A day that can be reckoned with."""
        return _sane(self.cleaned_data["as_of"])

    def clean_before(self) -> datetime | None:
        """A moment that can be reckoned with."""
        return _sane(self.cleaned_data["before"])

    def chosen(self) -> dict[str, Any]:
        """What was asked for and makes sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "", [])}


def _sane(value: Any) -> Any:
    if value is not None and value.year not in YEARS:
        raise forms.ValidationError(f"Choose a year from {YEARS.start} to {YEARS.stop - 1}.")
    return value


def look_for(customer: int, chosen: dict[str, Any]) -> Look:
    """What to look for: one more than a page, so that it is known whether another follows."""
    day = chosen.get("as_of")
    known = end_of(day) - timedelta(microseconds=1) if day else OPEN_END
    return Look(
        customer=customer,
        until=min(known, chosen.get("before", OPEN_END)),
        most=PER_PAGE + chosen.get("skip", 0) + 1,
        text=chosen.get("q", ""),
        known=known,
        groups=frozenset(chosen.get("kind", ())),
    )


def query(chosen: dict[str, Any], **changes: Any) -> str:
    """The address that asks for the same but for some changes; a page starts again unless it is said where."""
    wanted = {**chosen, "before": None, "skip": None, **changes}
    asked = QueryDict(mutable=True)
    for name, value in wanted.items():
        if isinstance(value, list):
            asked.setlist(name, value)
        elif value:
            asked[name] = _written(value)
    return f"?{asked.urlencode()}"


def _written(value: Any) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else str(value)


def toggled(chosen: dict[str, Any], group: str) -> str:
    """The address with a kind added, or taken away where it is there."""
    kinds = [kind for kind in GROUPS if (kind in chosen.get("kind", ())) != (kind == group)]
    return query(chosen, kind=kinds)
