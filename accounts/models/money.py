"""Exchange rates by date."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import fields


class ExchangeRate(models.Model):
    """What one unit of a currency is worth in the reporting currency from a date on."""

    currency = models.CharField(max_length=3)
    date = models.DateField()
    rate = models.DecimalField(max_digits=18, decimal_places=8)
    updated_at = fields.moment()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["currency", "date"], name="rate_once_per_currency_and_day"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="rate_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.rate} from {self.date}"
