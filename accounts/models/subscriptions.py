"""What a customer pays for regularly, and when they left, shrank, grew or came back."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.models import fields
from accounts.models.products import Product
from accounts.models.records import Fact, State, by_source, in_order, non_negative


class SubscriptionStatus(models.TextChoices):
    """The state of a subscription; empty follows from its dates."""

    ACTIVE = "active", "Active"
    TRIALING = "trialing", "Trialing"
    PAST_DUE = "past_due", "Past due"
    UNPAID = "unpaid", "Unpaid"
    PAUSED = "paused", "Paused"
    INCOMPLETE = "incomplete", "Incomplete"
    CANCELED = "canceled", "Canceled"
    EXPIRED = "expired", "Expired"


class SubscriptionKind(models.TextChoices):
    """Whether it recurs."""

    RECURRING = "recurring", "Recurring"
    ONE_TIME = "one_time", "One time"


class BillingPeriod(models.TextChoices):
    """How often it is invoiced."""

    MONTHLY = "monthly", "Monthly"
    QUARTERLY = "quarterly", "Quarterly"
    ANNUAL = "annual", "Annual"
    OTHER = "other", "Other"


class Subscription(State):
    """A subscription, in force on D when started_on <= D < ended_on; `ended_on` wins over the status."""

    DATED_BY: ClassVar = ("started_on", "ended_on", "cancel_requested_on")

    product = models.ForeignKey(Product, null=True, blank=True, on_delete=models.PROTECT, related_name="subscriptions")
    plan = fields.text()
    plan_rank = models.PositiveIntegerField(null=True, blank=True)
    status = fields.choice(SubscriptionStatus)
    kind = models.CharField(max_length=32, choices=SubscriptionKind, default=SubscriptionKind.RECURRING)
    started_on = fields.day()
    ended_on = fields.day()
    renews_on = fields.day()
    notice_days = models.PositiveIntegerField(null=True, blank=True)
    cancel_requested_on = fields.day()
    trial_ends_on = fields.day()
    mrr = fields.money()
    currency = fields.currency()
    seats = fields.count()
    committed_units = fields.number()
    unit = fields.text()
    billing_period = fields.choice(BillingPeriod)
    auto_renew = fields.yes_no()
    is_trial = fields.yes_no()

    class Meta(State.Meta):
        constraints: ClassVar = [
            *State.Meta.constraints,
            in_order("subscription_ends_after_it_starts", "started_on", "ended_on"),
            non_negative("subscription_numbers_not_negative", "seats", "committed_units"),
        ]
        indexes: ClassVar = by_source("subscription", "started_on", "ended_on", "cancel_requested_on")


class ChurnEventKind(models.TextChoices):
    """What happened to the relation."""

    CHURN = "churn", "Churn"
    CONTRACTION = "contraction", "Contraction"
    EXPANSION = "expansion", "Expansion"
    REACTIVATION = "reactivation", "Reactivation"


class ChurnEvent(Fact):
    """A label for later study; only `churned_on` of the customer takes them out of scoring."""

    DATED_BY: ClassVar = ("on",)

    on = models.DateField()
    announced_on = fields.day()
    kind = models.CharField(max_length=32, choices=ChurnEventKind, default=ChurnEventKind.CHURN)
    voluntary = fields.yes_no()
    reason = fields.text()
    mrr_change = fields.money()
    currency = fields.currency()
    comment = models.TextField(blank=True, default="")

    class Meta(Fact.Meta):
        indexes: ClassVar = by_source("churn_event", "on")
