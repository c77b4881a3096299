"""The install base: what a customer owns, and how it is supported."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.models import fields
from accounts.models.products import Product
from accounts.models.records import State, by_source, non_negative


class AssetStatus(models.TextChoices):
    """Whether an asset is in use."""

    IN_USE = "in_use", "In use"
    SPARE = "spare", "Spare"
    RETIRED = "retired", "Retired"
    DISPOSED = "disposed", "Disposed"


class SupportStatus(models.TextChoices):
    """How an asset is covered (S000-59)."""

    ACTIVE = "active", "Active"
    EXPIRED_UNCOVERED = "expired_uncovered", "Expired, uncovered"
    EXPIRED_FLEX = "expired_flex", "Expired, flexible support"
    EXPIRED_FIXED = "expired_fixed", "Expired, fixed support"
    UNKNOWN = "unknown", "Unknown"


class Asset(State):
    """Units of one product at a customer. A year from 2090 as end of life means none is announced (X14)."""

    DATED_BY: ClassVar = ("purchased_on", "installed_on", "refreshed_on")

    serial = fields.text()
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="assets")
    quantity = models.PositiveIntegerField(default=1)
    status = models.CharField(max_length=32, choices=AssetStatus, default=AssetStatus.IN_USE)
    site = fields.text()
    purchased_on = fields.day()
    installed_on = fields.day()
    refreshed_on = fields.day()
    contract = fields.text()
    support_level = fields.text()
    support_status = models.CharField(max_length=32, choices=SupportStatus, default=SupportStatus.UNKNOWN)
    support_ends_on = fields.day()
    end_of_life_on = fields.day()

    class Meta(State.Meta):
        constraints: ClassVar = [*State.Meta.constraints, non_negative("asset_quantity_not_negative", "quantity")]
        indexes: ClassVar = by_source("asset", "purchased_on", "installed_on", "refreshed_on")
