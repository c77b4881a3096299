"""The desk of disagreements: where what a person says and the score differ in colour, and what came of it (D13)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from accounts.models import Pulse
from accounts.querysets import CustomerQuerySet
from scoring.judgements.settling import SCORE_ROLE, unsettled_objections, unsettled_pulses
from scoring.models import Objection, Settlement

PULSE_DAYS: Final = 90  # an older pulse says nothing about today
Place = tuple[str, int, int, float]  # kind, key of the pulse or objection, customer, ARR (-1 = unknown)


def open_pulses(customers: CustomerQuerySet, now: datetime) -> QuerySet[Pulse]:
    """The latest pulse of each customer where it is young, differs from the score's colour, and is not settled."""
    young = Pulse.objects.filter(customer__in=customers, at__lte=now, at__gt=now - timedelta(days=PULSE_DAYS))
    after = Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), pk__gt=OuterRef("pk"))
    later = Pulse.objects.filter(after, customer=OuterRef("customer"), at__lte=now)
    differs = young.exclude(band=F(SCORE_ROLE)).exclude(**{SCORE_ROLE: ""}).filter(~Exists(later))
    return unsettled_pulses(differs.filter(customer__current_score__isnull=False))


def open_objections(customers: CustomerQuerySet, now: datetime) -> QuerySet[Objection]:
    """The objections that the score has not come round to and that are not settled."""
    return unsettled_objections(Objection.objects.filter(customer__in=customers, at__lte=now))


KINDS: Final[dict[str, Callable[[CustomerQuerySet, datetime], QuerySet[Any]]]] = {
    "pulse": open_pulses,
    "objection": open_objections,
}


def disagreements(customers: CustomerQuerySet, now: datetime, kind: str = "") -> QuerySet[Any, Place]:
    """All that is open, or one kind of it, those worth most first."""
    first, *rest = [_places(key, ask(customers, now)) for key, ask in KINDS.items() if kind in ("", key)]
    found = first.union(*rest, all=True) if rest else first
    return found.order_by("-worth", "whose", "kind", "key")


def _places(kind: str, rows: QuerySet[Any]) -> QuerySet[Any, Any]:
    marked = rows.order_by().annotate(
        kind=Value(kind, CharField()),
        key=F("pk"),
        whose=F("customer_id"),
        worth=Coalesce("customer__current_score__arr", -1.0),
    )
    return marked.values_list("kind", "key", "whose", "worth")


def settlements(customers: CustomerQuerySet, kind: str = "") -> QuerySet[Settlement]:
    """What was settled, all of it or of one kind, the newest first."""
    found = Settlement.objects.filter(customer__in=customers).select_related("customer", "by", "objection")
    return (found.filter(objection__isnull=kind == "pulse") if kind else found).order_by("-at", "-pk")


def verdicts(customers: CustomerQuerySet, kind: str = "") -> dict[str, int]:
    """Who was right, how often: every verdict with its number. One query."""
    rows = settlements(customers, kind).order_by().values_list("verdict").annotate(count=Count("pk"))
    return dict.fromkeys(Settlement.Verdict.values, 0) | dict(rows)
