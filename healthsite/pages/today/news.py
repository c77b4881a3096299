"""What customers did since yesterday, and whom one meets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import Cast

from accounts.business_days import end_of, start_of
from accounts.models import Customer, Interaction, Survey, Ticket
from accounts.models.interactions import InteractionKind
from accounts.models.surveys import SurveyKind
from accounts.models.tickets import Severity
from healthsite.pages.today.scope import Scope

MOST: Final = 8
MEETINGS: Final = ("meeting", "qbr", "executive_briefing", "workshop", "call", "training", "renewal_talk")
AHEAD: Final = timedelta(days=1)  # meetings of today and tomorrow


@dataclass(frozen=True, slots=True)
class News:
    """Something a customer did."""

    customer_id: int
    customer: str
    at: datetime
    word: str
    text: str


def news(scope: Scope) -> list[News]:
    """The latest of what customers wrote, asked, answered and reported since yesterday. One query."""
    since, visible = start_of(scope.today - timedelta(days=1)), scope.visible
    theirs = Q(kind="email_in") | Q(initiated_by="customer")
    inbound = Interaction.objects.filter(theirs, at__gte=since, at__lte=scope.now, customer__in=visible)
    tickets = Ticket.objects.filter(opened_at__gte=since, opened_at__lte=scope.now, customer__in=visible)
    surveys = Survey.objects.filter(at__gte=since, at__lte=scope.now, customer__in=visible)
    rows = _columns(inbound, "at", "interaction", "kind", Value(""), "subject").union(
        _columns(tickets, "opened_at", "ticket", "severity", Value(""), "subject"),
        _columns(surveys, "at", "survey", "kind", Cast("score", CharField()), "comment"),
        all=True,
    )
    return [_told(row) for row in rows.order_by("-moment")[:MOST]]


def _columns(rows: QuerySet[Any], at: str, what: str, sort: str, detail: Any, text: str) -> QuerySet[Any]:
    """The same seven columns of each sort of fact."""
    words = {"what": Value(what), "sort": F(sort), "detail": detail, "words": Cast(text, CharField())}
    named = rows.order_by().annotate(moment=F(at), **words)
    return named.values_list("customer_id", "customer__name", "moment", *words)


def _told(row: Any) -> News:
    customer_id, name, at, what, sort, detail, text = row
    return News(customer_id, name, at, _word(what, sort, detail), text)


def _word(what: str, sort: str, detail: str) -> str:
    if what == "ticket":
        return f"{dict(Severity.choices).get(sort, sort)} ticket"
    if what == "survey":
        return f"{dict(SurveyKind.choices).get(sort, sort)} answer {float(detail):g}"
    return str(dict(InteractionKind.choices).get(sort, sort))


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting ahead, with where the customer stands to prepare it."""

    interaction: Interaction
    customer: Customer
    band: Any


def meetings(scope: Scope) -> list[Meeting]:
    """Meetings, calls and reviews of the rest of today and of tomorrow, in order. One query."""
    ahead = Interaction.objects.filter(
        kind__in=MEETINGS, at__gte=scope.now, at__lt=end_of(scope.today) + AHEAD, customer__in=scope.visible
    )
    found = ahead.select_related("customer__current_score").order_by("at", "pk")[:MOST]
    return [Meeting(one, one.customer, scope.band_of(one.customer)) for one in found]
