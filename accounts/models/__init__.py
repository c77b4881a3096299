"""Everything that is known of customers: people, states with a change log, dated facts, and where rows came from."""

from __future__ import annotations

from accounts.models.assets import Asset
from accounts.models.calendars import Calendar, Holiday
from accounts.models.changes import Change
from accounts.models.contacts import Contact
from accounts.models.customers import Alias, Assignment, Attribute, Customer, CustomerPeriod
from accounts.models.expectations import Expectation
from accounts.models.goals import Goal, GoalReading
from accounts.models.ingestion import Batch, QuarantinedRow
from accounts.models.interactions import Interaction
from accounts.models.invoices import Invoice
from accounts.models.metric_values import MetricValue
from accounts.models.money import ExchangeRate
from accounts.models.opportunities import Opportunity
from accounts.models.people import Team, User
from accounts.models.products import Feature, Product
from accounts.models.sources import Source
from accounts.models.subscriptions import ChurnEvent, Subscription
from accounts.models.surveys import Pulse, Survey
from accounts.models.tickets import Ticket
from accounts.models.usage import FeatureUsage, Usage

__all__ = [
    "Alias",
    "Asset",
    "Assignment",
    "Attribute",
    "Batch",
    "Calendar",
    "Change",
    "ChurnEvent",
    "Contact",
    "Customer",
    "CustomerPeriod",
    "ExchangeRate",
    "Expectation",
    "Feature",
    "FeatureUsage",
    "Goal",
    "GoalReading",
    "Holiday",
    "Interaction",
    "Invoice",
    "MetricValue",
    "Opportunity",
    "Product",
    "Pulse",
    "QuarantinedRow",
    "Source",
    "Subscription",
    "Survey",
    "Team",
    "Ticket",
    "Usage",
    "User",
]
