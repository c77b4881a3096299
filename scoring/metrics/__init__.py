"""Every metric, one module per source; importing this package fills the registry."""

from __future__ import annotations

from scoring.metrics import (
    activity,
    adoption,
    assets,
    customers,
    expected_use,
    goals,
    interactions,
    invoices,
    opportunities,
    outreach,
    people,
    periods,
    seats,
    subscriptions,
    surveys,
    tickets,
    trends,
)
from scoring.metrics.metric import REGISTRY as METRICS

__all__ = [
    "METRICS",
    "activity",
    "adoption",
    "assets",
    "customers",
    "expected_use",
    "goals",
    "interactions",
    "invoices",
    "opportunities",
    "outreach",
    "people",
    "periods",
    "seats",
    "subscriptions",
    "surveys",
    "tickets",
    "trends",
]
