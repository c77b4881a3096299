"""Sales in the making."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from accounts.models import fields
from accounts.models.products import Product
from accounts.models.records import State, between, by_source, in_order
from accounts.models.subscriptions import Subscription


class OpportunityKind(models.TextChoices):
    """What is being sold."""

    NEW = "new", "New"
    RENEWAL = "renewal", "Renewal"
    UPSELL = "upsell", "Upsell"
    CROSS_SELL = "cross_sell", "Cross-sell"
    SUPPORT_RENEWAL = "support_renewal", "Support renewal"
    REFRESH = "refresh", "Refresh"


class Opportunity(State):
    """A possible sale, open until `closed_on`. `probability` is in percent."""

    DATED_BY: ClassVar = ("opened_on", "closed_on")

    name = fields.text()
    kind = fields.choice(OpportunityKind)
    stage = fields.text()
    amount = fields.money()
    recurring_amount = fields.money()
    probability = fields.number()
    currency = fields.currency()
    product = models.ForeignKey(Product, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    subscription = models.ForeignKey(Subscription, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    opened_on = fields.day()
    expected_close_on = fields.day()
    closed_on = fields.day()
    won = fields.yes_no()
    lost_reason = fields.text()
    competitor = fields.text()

    class Meta(State.Meta):
        verbose_name_plural = "opportunities"
        constraints: ClassVar = [
            *State.Meta.constraints,
            in_order("opportunity_closes_after_it_opens", "opened_on", "closed_on"),
            between("opportunity_probability_is_percent", "probability", 0, 100),
        ]
        indexes: ClassVar = by_source("opportunity", "opened_on", "closed_on")
