"""The open stay of a customer, with what its pace depends on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, Max, Min, OuterRef, Q, Subquery

from accounts.models import Customer, Opportunity, Subscription
from accounts.querysets import in_force
from scoring.definitions import every_entry
from scoring.metrics.lifecycle import NEGOTIATING
from scoring.models import Stay
from scoring.vocabulary.moving import is_held

OVER = ("canceled", "expired")  # statuses of subscriptions that renew no more


@dataclass(frozen=True, slots=True)
class Held:
    """The stage a customer is in, the stay, and whether a person or the customers file holds it there."""

    stay: Stay | None
    key: str
    title: str
    is_held: bool


def held_of(customer: Customer, on: date) -> Held:
    """The stage of a customer on a date. One query."""
    stay = Stay.objects.filter(customer=customer, until_on=None).select_related("by").first()
    entry = next((one for one in every_entry("stage") if stay and one.number == stay.stage), None)
    holds = stay is not None and is_held(stay.reason, stay.expires_on, on)
    return Held(stay, entry.key if entry else "", entry.title if entry else "", holds)


def stay_of(customer: Customer, on: date) -> Any:
    """The open stay, None where there is none, with what the pace of a renewal depends on. One query.

    `renews_on` and `notice_days` are of the subscriptions in force; `renewal_open` and `in_negotiation` of the
    opportunities open on the date.
    """
    subscriptions = Subscription.objects.filter(
        in_force(on, "started_on", "ended_on"), customer=OuterRef("customer"), renews_on__isnull=False
    )
    terms = subscriptions.exclude(status__in=OVER).order_by().values("customer")
    renewals = Opportunity.objects.filter(
        Q(opened_on__isnull=True) | Q(opened_on__lte=on),
        Q(closed_on__isnull=True) | Q(closed_on__gt=on),
        customer=OuterRef("customer"),
        kind="renewal",
    )
    return (
        Stay.objects.filter(customer=customer, until_on=None)
        .select_related("by")
        .annotate(
            renews_on=Subquery(terms.annotate(day=Min("renews_on", filter=Q(renews_on__gte=on))).values("day")[:1]),
            renewed_last=Subquery(terms.annotate(day=Max("renews_on")).values("day")[:1]),
            notice_days=Subquery(terms.annotate(days=Max("notice_days")).values("days")[:1]),
            renewal_open=Exists(renewals),
            in_negotiation=Exists(renewals.filter(stage__iregex=NEGOTIATING.pattern)),
        )
        .first()
    )


def facts_of(stay: Any, customer: Customer, on: date) -> dict[str, float]:
    """What rules read of a renewal: days to it and to its notice, NaN where no date is known; who works on it."""
    days = [day for day in (customer.renewal_on, stay.renews_on) if day and day >= on]
    past = [day for day in (customer.renewal_on, stay.renewed_last) if day]
    renewal = min(days) if days else max(past, default=None)
    left = (renewal - on).days if renewal else float("nan")
    return {
        "days_to_renewal": left,
        "days_to_notice": left - (stay.notice_days if stay.notice_days is not None else float("nan")),
        "renewal_open": float(stay.renewal_open),
        "renewal_in_negotiation": float(stay.in_negotiation),
    }
