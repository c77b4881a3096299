"""Keeps the times as a customer in step with what is known: they open at sign-up, and only `churned_on` ends one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Min

from accounts.models import Customer, CustomerPeriod, Subscription


def update_periods(customers: Iterable[int]) -> None:
    """Bring the periods of some customers up to date. Doing it again changes nothing.

    A period opens at `customer_since`, without it at the first subscription's start; with neither there is none. A
    `customer_since` on or after the end of the last period opens a new one; otherwise the last period is corrected.
    """
    ids = set(customers)
    first = Subscription.objects.filter(customer__in=ids).values_list("customer_id")
    subscribed = dict(first.annotate(start=Min("started_on")))
    periods: dict[int, list[CustomerPeriod]] = {}
    for period in CustomerPeriod.objects.filter(customer__in=ids).order_by("started_on"):
        periods.setdefault(period.customer_id, []).append(period)
    made: list[CustomerPeriod] = []
    corrected: list[CustomerPeriod] = []
    for customer in Customer.objects.filter(pk__in=ids):
        started = customer.customer_since or subscribed.get(customer.pk)
        if not started:
            continue
        known = periods.get(customer.pk, [])
        period = _latest(customer, started, known)
        floor = max((one.ended_on for one in known if one is not period and one.ended_on), default=None)
        if _correct(period, customer, started, floor):
            (corrected if period.pk else made).append(period)
    CustomerPeriod.objects.bulk_update(corrected, ["started_on", "ended_on", "reason"])
    CustomerPeriod.objects.bulk_create(made)


def _latest(customer: Customer, started: date, known: list[CustomerPeriod]) -> CustomerPeriod:
    """The period that the customer's dates describe: the last one known, or a new one after its end."""
    last = known[-1] if known else None
    if last and not (last.ended_on and started >= last.ended_on and started > last.started_on):
        return last
    return CustomerPeriod(customer=customer)


def _correct(period: CustomerPeriod, customer: Customer, started: date, floor: date | None) -> bool:
    before = period.started_on, period.ended_on, period.reason
    if not (floor and started < floor):  # a sign-up before the end of an earlier period began that one
        period.started_on = started
    churned = customer.churned_on
    # Likewise an end before the start belongs to an earlier time as a customer.
    period.ended_on = churned if churned and churned >= period.started_on else None
    period.reason = customer.churn_reason if period.ended_on else ""
    return before != (period.started_on, period.ended_on, period.reason)
