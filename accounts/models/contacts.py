"""The people at a customer."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.models import fields
from accounts.models.records import State, by_source, in_order


class ContactRole(models.TextChoices):
    """What a contact is to us; a contact may be several of these."""

    EXECUTIVE_SPONSOR = "executive_sponsor", "Executive sponsor"
    CHAMPION = "champion", "Champion"
    DECISION_MAKER = "decision_maker", "Decision maker"
    BUDGET_HOLDER = "budget_holder", "Budget holder"
    TECHNICAL_ADMIN = "technical_admin", "Technical admin"
    PROCUREMENT = "procurement", "Procurement"
    USER = "user", "User"


class Contact(State):
    """A person at a customer. `left_on` is the first day without them."""

    DATED_BY: ClassVar = ("since", "left_on", "last_login_at")

    name = models.CharField(max_length=255)
    email = fields.text()
    title = fields.text()
    department = fields.text()
    roles = fields.words()
    reports_to = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    since = fields.day()
    left_on = fields.day()
    last_login_at = fields.moment()
    opted_out = fields.yes_no()

    class Meta(State.Meta):
        constraints: ClassVar = [
            *State.Meta.constraints,
            in_order("contact_leaves_after_arriving", "since", "left_on"),
        ]
        indexes: ClassVar = by_source("contact", "since", "left_on", "last_login_at")

    def __str__(self) -> str:
        return self.name
