"""Metrics to choose from, by what feeds them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Final

from scoring.metrics import METRICS

FEEDS: Final = {
    "usage": "Use",
    "feature_usage": "Use",
    "tickets": "Support",
    "surveys": "Surveys",
    "interactions": "Contact",
    "contacts": "People",
    "goals": "Outcomes",
    "invoices": "Payment",
    "subscriptions": "Subscription",
    "opportunities": "Sales",
    "assets": "Install base",
    "customers": "Customer",
}
OTHERS: Final = "Others"


def metric_groups(used: Collection[str]) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """Each group with its metrics: key, label with unit, and whether the scorecard has it already."""
    groups: dict[str, list[tuple[str, str, bool]]] = defaultdict(list)
    for key, metric in METRICS.items():
        group = next((FEEDS[kind] for kind in metric.kinds if kind in FEEDS), OTHERS)
        groups[group].append((key, f"{metric.label} ({metric.unit})", key in used))
    return [(group, sorted(some, key=lambda one: one[1])) for group, some in sorted(groups.items())]
