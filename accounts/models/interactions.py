"""Meetings, calls, messages and notes between the customer and us."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from accounts.models import fields
from accounts.models.contacts import Contact
from accounts.models.records import Fact, between, by_source, non_negative


class InteractionKind(models.TextChoices):
    """What sort of contact it was."""

    MEETING = "meeting", "Meeting"
    QBR = "qbr", "QBR"
    EXECUTIVE_BRIEFING = "executive_briefing", "Executive briefing"
    WORKSHOP = "workshop", "Workshop"
    CALL = "call", "Call"
    EMAIL_IN = "email_in", "E-mail received"
    EMAIL_OUT = "email_out", "E-mail sent"
    CHAT = "chat", "Chat"
    TRAINING = "training", "Training"
    COMMUNITY = "community", "Community"
    REFERENCE = "reference", "Reference"
    RENEWAL_TALK = "renewal_talk", "Renewal talk"
    NOTE = "note", "Note"


class Side(models.TextChoices):
    """Who began it."""

    CUSTOMER = "customer", "Customer"
    US = "us", "Us"


class Interaction(Fact):
    """One contact with a customer. An e-mail received that answers nobody opens a thread: initiated_by = customer."""

    DATED_BY: ClassVar = ("at",)

    kind = models.CharField(max_length=32, choices=InteractionKind)
    at = models.DateTimeField()
    duration_minutes = fields.number()
    subject = fields.text()
    notes = models.TextField(blank=True, default="")
    outcome = fields.text()
    initiated_by = fields.choice(Side)
    campaign = fields.text()
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    attendees: models.ManyToManyField[Contact, models.Model] = models.ManyToManyField(
        Contact, blank=True, related_name="attended"
    )
    attended = fields.yes_no()
    opened_at = fields.moment()
    replied_at = fields.moment()
    executive_present = fields.yes_no()
    sentiment = fields.number()
    competitor_mentioned = fields.yes_no()
    budget_concern = fields.yes_no()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta(Fact.Meta):
        constraints: ClassVar = [
            *Fact.Meta.constraints,
            between("interaction_sentiment_in_scale", "sentiment", -1, 1),
            non_negative("interaction_duration_not_negative", "duration_minutes"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["customer", "at"], name="interaction_by_customer"),
            *by_source("interaction", "at"),
        ]
