"""How much a customer uses the product, by day and by feature."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import fields
from accounts.models.products import Product
from accounts.models.records import Reading, by_source, non_negative


class Usage(Reading):
    """What happened in the `period_days` days that end on `date`; empty numbers were not measured."""

    DATED_BY: ClassVar = ("date",)

    product = models.ForeignKey(Product, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    period_days = models.PositiveIntegerField(default=1)
    active_users = fields.count()
    active_users_7d = fields.count()
    active_users_28d = fields.count()
    licensed_users = fields.count()
    logins = fields.count()
    executive_logins = fields.count()
    sessions = fields.count()
    minutes = fields.number()
    actions = fields.count()
    api_calls = fields.count()
    integrations = fields.count()
    units = fields.number()
    features_used = fields.count()
    core_features_used = fields.count()
    advanced_features_used = fields.count()
    portal_visits = fields.count()
    errors = fields.count()

    class Meta:
        verbose_name_plural = "usage"
        constraints: ClassVar = [
            # Two constraints in place of one: an absent product must count as equal to itself on both databases.
            models.UniqueConstraint(
                fields=["customer", "date", "source"], condition=Q(product=None), name="usage_identity"
            ),
            models.UniqueConstraint(
                fields=["customer", "date", "source", "product"],
                condition=Q(product__isnull=False),
                name="usage_identity_by_product",
            ),
            models.CheckConstraint(condition=Q(period_days__gte=1), name="usage_period_is_a_day_or_more"),
            non_negative("usage_not_negative", "active_users", "logins", "sessions", "minutes", "actions", "api_calls"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["customer", "date"], name="usage_by_customer"),
            *by_source("usage", "date"),
        ]


class FeatureUsage(Reading):
    """Use of one feature on a day. Rows with an external id stand side by side and add up."""

    DATED_BY: ClassVar = ("date",)

    feature = models.CharField(max_length=255)
    external_id = models.CharField(max_length=255, blank=True, default="")
    product = models.ForeignKey(Product, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    users = fields.count()
    uses = fields.count()
    minutes = fields.number()
    errors = fields.count()

    class Meta:
        verbose_name_plural = "feature usage"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "external_id"], condition=~Q(external_id=""), name="feature_usage_identity"
            ),
            models.UniqueConstraint(
                fields=["customer", "date", "feature", "source"],
                condition=Q(external_id="", product=None),
                name="feature_usage_identity_by_day",
            ),
            models.UniqueConstraint(
                fields=["customer", "date", "feature", "source", "product"],
                condition=Q(external_id="", product__isnull=False),
                name="feature_usage_identity_by_product",
            ),
            non_negative("feature_usage_not_negative", "users", "uses", "minutes", "errors"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["customer", "date"], name="feature_usage_by_customer"),
            *by_source("feature_usage", "date"),
        ]
