"""Numbers that the user brings ready-made: their own metrics, or built-in ones supplied from outside."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.models.records import Reading, by_source


class MetricValue(Reading):
    """The value of a metric of a customer on a date."""

    DATED_BY: ClassVar = ("date",)

    metric = models.CharField(max_length=64)
    value = models.FloatField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["customer", "metric", "date", "source"], name="metric_value_identity")
        ]
        indexes: ClassVar = by_source("metric_value", "date")
