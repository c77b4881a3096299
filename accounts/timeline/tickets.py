"""Tickets as lines of a timeline, and what they have in common."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.db.models.functions import Coalesce

from accounts.models import Ticket
from accounts.models.tickets import Severity, TicketType
from accounts.timeline.entries import Entry, Look, Tone, containing, labelled, lately


def tickets(look: Look) -> list[Entry]:
    """Tickets opened and resolved. One query."""
    if not look.wants("ticket"):
        return []
    rows = Ticket.objects.filter(_said_in_ticket(look.text), customer=look.customer, opened_at__lte=look.until)
    rows = rows.annotate(ended=Coalesce("resolved_at", "closed_at"))
    found = rows.select_related("contact").order_by(lately(look, "opened_at", "ended").desc(), "-pk")[: look.most]
    return look.newest(entry for row in found for entry in _ticket(row))


def _said_in_ticket(text: str) -> Q:
    said = containing(text, "subject", "topic", "external_id", "contact__name")
    if not text or text.casefold() in "ticket opened resolved":
        return Q()
    return said | Q(severity__in=labelled(Severity, text)) | Q(type__in=labelled(TicketType, text))


def _ticket(row: Ticket) -> Iterator[Entry]:
    who, title = row.contact.name if row.contact else "", row.subject or row.topic or f"Ticket {row.external_id}"
    facts = [row.external_id, f"{row.get_severity_display()} severity", row.get_type_display(), row.topic]
    told = " · ".join(filter(None, facts))
    bad: Tone = "bad" if row.severity in ("critical", "high") else ""
    yield Entry(row.opened_at, "ticket", "Ticket opened", title, ("ticket", 2 * row.pk), who, (told,), bad)
    ended = row.resolved_at or row.closed_at
    if ended:
        hours = f"Resolved after {(ended - row.opened_at).total_seconds() / 3600:,.1f} hours"
        rated = f"Rated {row.csat:g} of 5" if row.csat is not None else ""
        details = tuple(filter(None, [told, hours, rated]))
        yield Entry(ended, "ticket", "Ticket resolved", title, ("ticket", 2 * row.pk + 1), who, details)
