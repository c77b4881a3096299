"""The open stay of a customer, with what its pace depends on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import DateField, Exists, Func, Max, Min, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Customer, Opportunity, Subscription
from accounts.querysets import in_force
from scoring.definitions import every_entry
from scoring.metrics.lifecycle import NEGOTIATING
from scoring.models import Stay
from scoring.vocabulary.moving import is_held

OVER = ("canceled", "expired")  # statuses of subscriptions that renew no more


class DaysBefore(Func):
    """A day, less a number of days."""

    template = "(%(expressions)s)"
    arg_joiner = " - "
    output_field = DateField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """SQLite keeps days as text."""
        return self.as_sql(compiler, connection, template="date(%(expressions)s || ' days')", arg_joiner=", -", **extra)


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

    `renews_on` and `notice_on` are of the subscriptions in force, the first to come, else the latest; `renewal_open`
    and `in_negotiation` of the opportunities open on the date.
    """
    subscriptions = Subscription.objects.filter(in_force(on, "started_on", "ended_on"), customer=OuterRef("customer"))
    # A subscription that does not say when it renews does so with the customer.
    renewal = Coalesce("renews_on", OuterRef("customer__renewal_on"), output_field=DateField())
    terms = subscriptions.exclude(status__in=OVER).annotate(notice_on=DaysBefore(renewal, "notice_days"))
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
            renews_on=_nearest(terms, "renews_on", on),
            notice_on=_nearest(terms, "notice_on", on),
            renewal_open=Exists(renewals),
            in_negotiation=Exists(renewals.filter(stage__iregex=NEGOTIATING.pattern)),
        )
        .first()
    )


def facts_of(stay: Any, customer: Customer, on: date) -> dict[str, float]:
    """What rules read of a renewal: days to it and to its notice, NaN where no date is known; who works on it."""
    days = [day for day in (customer.renewal_on, stay.renews_on) if day]
    renewal = min((day for day in days if day >= on), default=max(days, default=None))
    return {
        "days_to_renewal": _days_until(renewal, on),
        "days_to_notice": _days_until(stay.notice_on, on),
        "renewal_open": float(stay.renewal_open),
        "renewal_in_negotiation": float(stay.in_negotiation),
    }


def _nearest(terms: Any, day: str, on: date) -> Subquery:
    """The first of a day of a customer's subscriptions that is on or after a date, else the latest."""
    first = Coalesce(Min(day, filter=Q(**{f"{day}__gte": on})), Max(day))
    return Subquery(terms.order_by().values("customer").annotate(nearest=first).values("nearest")[:1])


def _days_until(day: date | None, on: date) -> float:
    return float((day - on).days) if day else float("nan")
