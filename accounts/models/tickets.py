"""Support cases."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.models import fields
from accounts.models.contacts import Contact
from accounts.models.products import Product
from accounts.models.records import Fact, between, by_source, in_order, non_negative


class TicketStatus(models.TextChoices):
    """Where a ticket stands today; what it was on a past day follows from its dates."""

    OPEN = "open", "Open"
    PENDING_CUSTOMER = "pending_customer", "Waiting for the customer"
    RESOLVED = "resolved", "Resolved"
    CLOSED = "closed", "Closed"


class TicketType(models.TextChoices):
    """What a ticket asks for."""

    INCIDENT = "incident", "Incident"
    QUESTION = "question", "Question"
    REQUEST = "request", "Request"
    FEATURE_REQUEST = "feature_request", "Feature request"
    PROBLEM = "problem", "Problem"


class Channel(models.TextChoices):
    """How a ticket arrived."""

    PORTAL = "portal", "Portal"
    EMAIL = "email", "E-mail"
    PHONE = "phone", "Phone"
    CHAT = "chat", "Chat"


class Severity(models.TextChoices):
    """How bad it is."""

    CRITICAL = "critical", "Critical"
    HIGH = "high", "High"
    NORMAL = "normal", "Normal"
    LOW = "low", "Low"


class Ticket(Fact):
    """A support case, open on D when opened by D and not closed by D."""

    DATED_BY: ClassVar = ("opened_at", "closed_at")
    ENDS: ClassVar = ("resolved_at", "closed_at")

    opened_at = models.DateTimeField()
    resolved_at = fields.moment()
    closed_at = fields.moment()
    status = fields.choice(TicketStatus)
    type = fields.choice(TicketType)
    channel = fields.choice(Channel)
    severity = models.CharField(max_length=32, choices=Severity, default=Severity.NORMAL)
    subject = fields.text()
    topic = fields.text()
    product = models.ForeignKey(Product, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    serial = fields.text()
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    csat = fields.number()
    sentiment = fields.number()
    escalated = fields.yes_no()
    first_response_minutes = fields.number()
    reopened = fields.count()
    sla_breached = fields.yes_no()

    class Meta(Fact.Meta):
        constraints: ClassVar = [
            *Fact.Meta.constraints,
            in_order("ticket_is_resolved_after_it_opens", "opened_at", "resolved_at"),
            in_order("ticket_closes_after_it_opens", "opened_at", "closed_at"),
            between("ticket_csat_in_scale", "csat", 1, 5),
            between("ticket_sentiment_in_scale", "sentiment", -1, 1),
            non_negative("ticket_numbers_not_negative", "first_response_minutes", "reopened"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["customer", "opened_at"], name="ticket_by_customer"),
            *by_source("ticket", "opened_at", "closed_at"),
        ]

    def end_no_earlier_than_opened(self) -> None:
        """Mend what was told before tickets that end before they open were refused; the change log still holds it."""
        for name in self.ENDS:
            end = getattr(self, name)
            if end and end < self.opened_at:
                setattr(self, name, self.opened_at)
