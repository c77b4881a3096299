"""Money in sight: renewals by how near they are, who is ready to grow, and plans that worked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db.models import Count, F, Q, Sum

from accounts.models import Customer
from healthsite.pages.today.scope import Scope
from playbooks.models import Play
from scoring.engine.version import Band

WITHIN: Final = (30, 60, 90)  # days
MOST: Final = 5
LATELY: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Renewals:
    """Customers that renew within so many days, with their ARR and how much of it is red."""

    days: int
    count: int
    arr: float
    red: int
    red_arr: float


@dataclass(frozen=True, slots=True)
class Book:
    """All renewals in sight, and how many customers there are."""

    rows: tuple[Renewals, ...]
    customers: int


@dataclass(frozen=True, slots=True)
class Named:
    """A customer with its band."""

    customer: Customer
    band: Band | None


def renewals(scope: Scope) -> Book:
    """Renewals within 30, 60 and 90 days; the wider holds the narrower. One query."""
    sums = {name: one for days in WITHIN for name, one in _sums(scope, days).items()}
    found = scope.visible.active_on(scope.today).aggregate(all=Count("pk"), **sums)
    rows = (
        Renewals(
            days=days,
            count=found[f"count_{days}"],
            arr=found[f"arr_{days}"] or 0.0,
            red=found[f"red_{days}"],
            red_arr=found[f"red_arr_{days}"] or 0.0,
        )
        for days in WITHIN
    )
    return Book(tuple(rows), found["all"])


def _sums(scope: Scope, days: int) -> dict[str, Count | Sum]:
    near = Q(renewal_on__range=(scope.today, scope.today + timedelta(days=days)))
    red = near & Q(current_score__role="red")
    return {
        f"count_{days}": Count("pk", filter=near),
        f"arr_{days}": Sum("current_score__arr", filter=near),
        f"red_{days}": Count("pk", filter=red),
        f"red_arr_{days}": Sum("current_score__arr", filter=red),
    }


def ready_to_grow(scope: Scope) -> list[Named]:
    """The largest customers with the expansion flag. One query."""
    flagged = scope.visible.filter(current_score__is_expansion_opportunity=True).select_related("current_score")
    largest = flagged.order_by(F("current_score__arr").desc(nulls_last=True), "pk")[:MOST]
    return [Named(one, scope.band_of(one)) for one in largest]


def reached(scope: Scope) -> list[Play]:
    """Plans of the last week that reached their aim, the newest first. One query."""
    done = Play.objects.filter(
        outcome=Play.Outcome.REACHED, closed_on__gt=scope.today - LATELY, customer__in=scope.visible
    )
    return list(done.select_related("customer").order_by("-closed_at", "pk")[:MOST])


def open_plans(scope: Scope) -> list[Play]:
    """Plans that run for customers one may see, the newest first. One query."""
    running = Play.objects.open().filter(customer__in=scope.visible)
    return list(running.select_related("customer").order_by("-started_at", "-pk")[:MOST])
