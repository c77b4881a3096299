"""When somebody last spoke with a customer: touches count only when both sides took part (library 6)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db.models import OuterRef, Q, Subquery

from accounts.models import Interaction
from accounts.querysets import CustomerQuerySet

ONE_SIDED: Final = ("note", "community", "email_out")  # nobody at the customer needs to have answered


def two_way(now: datetime) -> Q:
    """Interactions by now in which the customer took part: mail of ours once answered, and no missed meeting."""
    answered = Q(kind="email_out", replied_at__lte=now)
    took_part = (~Q(kind__in=ONE_SIDED) | answered) & (Q(attended=None) | Q(attended=True))
    return Q(at__lte=now) & took_part


def with_last_touch(customers: CustomerQuerySet, now: datetime) -> CustomerQuerySet:
    """Add `last_touch`: the moment of the latest two-way touch, None without any."""
    held = Interaction.objects.filter(two_way(now), customer=OuterRef("pk"))
    return customers.annotate(last_touch=Subquery(held.order_by("-at").values("at")[:1]))
