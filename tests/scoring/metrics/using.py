"""Makes rows of usage so many days before D, a Tuesday: the last 28 days hold 20 working days, as do the 28 before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import product
from typing import Any

from accounts.models import Customer, FeatureUsage, Usage
from tests.cast import make_source
from tests.scoring.metrics.reading import D


def ago(days: int) -> date:
    """The date so many days before D."""
    return D - timedelta(days=days)


def workdays(first: int, last: int) -> list[int]:
    """The Mondays to Fridays from `first` days ago to `last` days ago, both included."""
    return [days for days in range(last, first + 1) if ago(days).isoweekday() <= 5]


def use(customer: Customer, *days: int, source: Any = None, **fields: Any) -> None:
    """A row of usage on each of these days ago."""
    source = source or make_source()
    Usage.objects.bulk_create(Usage(customer=customer, source=source, date=ago(day), **fields) for day in days)


def use_features(customer: Customer, days: Iterable[int], *features: str, uses: int | None = 1, **fields: Any) -> None:
    """A row for each feature on each of these days ago."""
    source = make_source()
    FeatureUsage.objects.bulk_create(
        FeatureUsage(customer=customer, source=source, date=ago(day), feature=feature, uses=uses, **fields)
        for day, feature in product(days, features)
    )
