"""What is sold, and the features that come with it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.models import fields


class Technology(models.TextChoices):
    """Whether a product is of the generation sold today."""

    CURRENT = "current", "Current"
    LEGACY = "legacy", "Legacy"


class Product(models.Model):
    """A product by its stock-keeping unit. An unknown sku in another file makes a stub with the sku as its name."""

    sku = models.CharField(max_length=255, unique=True)
    name = models.CharField(max_length=255)
    family = fields.text()
    generation = fields.text()
    business_area = fields.text()
    category = fields.text()
    technology = fields.choice(Technology)
    list_price = fields.money()
    currency = fields.currency()
    end_of_sale_on = fields.day()
    end_of_life_on = fields.day()
    end_of_support_on = fields.day()
    replacement = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    support_sku = fields.text()
    observed_on = fields.day()
    updated_at = fields.moment()

    def __str__(self) -> str:
        return self.name


class Feature(models.Model):
    """A feature that customers can use from a plan rank up."""

    feature = models.CharField(max_length=255, unique=True)
    name = fields.text()
    product = models.ForeignKey(Product, null=True, blank=True, on_delete=models.PROTECT, related_name="features")
    is_core = models.BooleanField(default=False)
    is_advanced = models.BooleanField(default=False)
    min_plan_rank = models.PositiveIntegerField(null=True, blank=True)
    released_on = fields.day()
    observed_on = fields.day()
    updated_at = fields.moment()

    class Meta:
        ordering: ClassVar = ["feature"]

    def __str__(self) -> str:
        return self.name or self.feature
