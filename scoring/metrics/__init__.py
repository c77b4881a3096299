"""Every metric, one module per source; importing this package fills the registry."""

from __future__ import annotations

from scoring.metrics import (
    assets,
    customers,
    goals,
    interactions,
    invoices,
    opportunities,
    outreach,
    people,
    periods,
    subscriptions,
    surveys,
    tickets,
)
from scoring.metrics.metric import REGISTRY as METRICS

__all__ = [
    "METRICS",
    "assets",
    "customers",
    "goals",
    "interactions",
    "invoices",
    "opportunities",
    "outreach",
    "people",
    "periods",
    "subscriptions",
    "surveys",
    "tickets",
]
