"""Answers to surveys and the pulses of account people as lines of a timeline."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Q

from accounts.models import Pulse, Survey
from accounts.models.surveys import SURVEY_SCALES, Colour, SurveyKind
from accounts.timeline.entries import Entry, Look, Tone, containing, labelled


def surveys(look: Look) -> list[Entry]:
    """Answers to surveys. One query."""
    if not look.wants("survey"):
        return []
    by_kind = Q(kind__in=labelled(SurveyKind, look.text)) if look.text else Q()
    rows = Survey.objects.filter(containing(look.text, "comment", "contact__name") | by_kind)
    found = rows.filter(customer=look.customer, at__lte=look.until).order_by("-at", "-pk")[: look.most]
    return [_survey(row) for row in found.select_related("contact")]


def pulses(look: Look) -> list[Entry]:
    """What account people felt. One query."""
    if not look.wants("survey"):
        return []
    by_band = Q(band__in=labelled(Colour, look.text)) if look.text else Q()
    rows = Pulse.objects.filter(containing(look.text, "reason", "author__name") | by_band)
    found = rows.filter(customer=look.customer, at__lte=look.until).order_by("-at", "-pk")[: look.most]
    return [_pulse(row) for row in found.select_related("author")]


def _survey(row: Survey) -> Entry:
    low, high = SURVEY_SCALES[row.kind]
    share = (row.score - low) / (high - low)
    kind = row.get_kind_display()
    return Entry(
        at=row.at,
        group="survey",
        what=f"{kind} answered",
        title=f"{row.score:g} of {high}" + (f" about {row.get_topic_display().lower()}" if row.topic else ""),
        key=("survey", row.pk),
        who=row.contact.name if row.contact else "",
        details=tuple(filter(None, [row.comment])),
        tone="good" if share >= 0.9 else "bad" if share <= (0.6 if row.kind == "nps" else 0.4) else "",
    )


def _pulse(row: Pulse) -> Entry:
    tone: Mapping[str, Tone] = {"green": "good", "red": "bad"}
    title, who, details = row.get_band_display(), row.author.name, tuple(filter(None, [row.reason]))
    return Entry(row.at, "survey", "Pulse", title, ("pulse", row.pk), who, details, tone.get(row.band, ""))
