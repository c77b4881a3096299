"""Holds the ARR that a customers file gives against the subscriptions (presets 0.11)."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Final

from django.db.models import Count, F, Q, Sum

from accounts.business_days import today
from accounts.models import Subscription
from accounts.querysets import in_force

TOLERANCE: Final = Decimal("0.05")  # of what the subscriptions come to
UNPAYING: Final = ("trialing", "canceled", "expired")
MONTHS: Final = 12


def differing_arr(customers: Collection[int]) -> int:
    """How many of the customers have a given ARR more than 5 % off twelve times the MRR in force. One query.

    Where a subscription is in another currency nothing is compared: what it comes to depends on the rates of a day.
    """
    paying = Subscription.objects.filter(
        in_force(today(), "started_on", "ended_on"), kind="recurring", mrr__isnull=False, customer__arr__isnull=False
    )
    paying = paying.exclude(status__in=UNPAYING).exclude(is_trial=True).order_by()
    foreign = Count("pk", filter=~Q(currency=F("customer__currency")))
    sums = paying.values_list("customer_id", "customer__arr").annotate(mrr=Sum("mrr"), foreign=foreign)
    asked = set(customers)
    return sum(
        customer_id in asked and not foreign and abs(arr - MONTHS * mrr) > TOLERANCE * MONTHS * mrr
        for customer_id, arr, mrr, foreign in sums
    )
