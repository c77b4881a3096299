"""Meetings, calls, messages and notes as lines of a timeline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.db.models import Q
from django.utils import timezone

from accounts.models import Contact, Interaction
from accounts.models.interactions import InteractionKind
from accounts.noting import may_undo
from accounts.timeline.entries import Entry, Look, Tone, containing, labelled

CONTACTS: Final[dict[str, tuple[str, ...]]] = {
    "meeting": ("meeting", "executive_briefing", "workshop"),
    "qbr": ("qbr",),
    "call": ("call", "renewal_talk"),
    "email": ("email_in", "email_out", "chat"),
    "note": ("note",),
    "other": ("training", "community", "reference"),
}
GROUP_OF: Final = {kind: group for group, kinds in CONTACTS.items() for kind in kinds}
MOODS: Final = {"good": "Went well", "bad": "Went badly", "": "So-so"}
SAYINGS: Final = {
    "executive_present": "An executive was there",
    "competitor_mentioned": "A competitor was mentioned",
    "budget_concern": "The budget is a concern",
}


def contacts(look: Look) -> list[Entry]:
    """Meetings, calls, messages and notes. Two queries."""
    kinds = [kind for kind, group in GROUP_OF.items() if look.wants(group)]
    rows = Interaction.objects.filter(_said_in_contact(look.text), customer=look.customer, kind__in=kinds)
    rows = rows.filter(at__lte=look.until).order_by("-at", "-pk")[: look.most]
    return [
        _contact(row, look) for row in rows.select_related("author", "contact", "source").prefetch_related("attendees")
    ]


def _said_in_contact(text: str) -> Q:
    if not text:
        return Q()
    there = Contact.objects.filter(name__icontains=text)
    said = containing(text, "subject", "notes", "outcome", "campaign", "author__name", "contact__name")
    return (
        said
        | Q(kind__in=labelled(InteractionKind, text))
        | Q(pk__in=Interaction.objects.filter(attendees__in=there).values("pk"))
    )


def _contact(row: Interaction, look: Look) -> Entry:
    kind, people = row.get_kind_display(), sorted(person.name for person in row.attendees.all())
    if row.contact and row.contact.name not in people:
        people.insert(0, row.contact.name)
    return Entry(
        at=row.at,
        group=GROUP_OF[row.kind],
        what=f"{kind} planned" if row.at > timezone.now() else f"{kind} missed" if row.attended is False else kind,
        title=row.subject or kind,
        key=("interaction", row.pk),
        who=" with ".join(filter(None, [row.author.name if row.author else "", ", ".join(people)])),
        details=tuple(_details(row, look)),
        tone="bad" if row.attended is False else mood(row.sentiment),
        undo_by=row.author_id if row.author and may_undo(row, row.author) else None,
    )


def mood(sentiment: float | None) -> Tone:
    """How something went, from a sentiment of -1 to 1 (S002-12: at most -0.2 is negative)."""
    if sentiment is None or -0.2 < sentiment < 0.2:
        return ""
    return "good" if sentiment > 0 else "bad"


def _details(row: Interaction, look: Look) -> Iterator[str]:
    yield from filter(None, [row.notes, row.outcome, row.campaign and f"Campaign: {row.campaign}"])
    if row.duration_minutes:
        yield f"{row.duration_minutes:g} minutes"
    if row.sentiment is not None:
        yield MOODS[mood(row.sentiment)]
    yield from (words for column, words in SAYINGS.items() if getattr(row, column))
    if row.replied_at and row.replied_at <= look.known:
        yield f"Answered on {timezone.localtime(row.replied_at):%-d %B %Y}"
