"""The kinds of records of the import format, in the order in which they are loaded."""

from __future__ import annotations

from typing import Final

from django.db import models

from accounts.models import (
    Asset,
    Assignment,
    Attribute,
    ChurnEvent,
    Contact,
    Customer,
    ExchangeRate,
    Expectation,
    Feature,
    FeatureUsage,
    Goal,
    GoalReading,
    Holiday,
    Interaction,
    Invoice,
    MetricValue,
    Opportunity,
    Product,
    Pulse,
    Subscription,
    Survey,
    Ticket,
    Usage,
    User,
)

KINDS: Final[dict[str, type[models.Model]]] = {
    "team": User,
    "customers": Customer,
    "assignments": Assignment,
    "products": Product,
    "features": Feature,
    "contacts": Contact,
    "subscriptions": Subscription,
    "exchange_rates": ExchangeRate,
    "holidays": Holiday,
    "assets": Asset,
    "opportunities": Opportunity,
    "goals": Goal,
    "expectations": Expectation,
    "usage": Usage,
    "feature_usage": FeatureUsage,
    "tickets": Ticket,
    "interactions": Interaction,
    "surveys": Survey,
    "pulses": Pulse,
    "invoices": Invoice,
    "goal_readings": GoalReading,
    "churn_events": ChurnEvent,
    "metric_values": MetricValue,
    "attributes": Attribute,
}
