"""Indicators, segments, stages and tiers as data that an admin edits, and metrics that somebody made without code."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

MOST_NUMBER = 62  # bits of a signed 64-bit number


class Definition(models.Model):
    """One entry of a vocabulary; `scoring.definitions` says what its body may hold.

    The number stands for it in recorded nights and is never given away again: an entry is switched off, not deleted.
    """

    class Kind(models.TextChoices):
        INDICATOR = "indicator", "Indicator"
        SEGMENT = "segment", "Segment"
        STAGE = "stage", "Lifecycle stage"
        TIER = "tier", "Value tier"
        REVENUE_TIER = "revenue_tier", "Revenue tier"
        VALUE = "value", "Value score"

    kind = models.CharField(max_length=16, choices=Kind)
    key = models.CharField(max_length=32)
    number = models.PositiveSmallIntegerField()
    position = models.PositiveSmallIntegerField()  # the order in which entries are asked
    title = models.CharField(max_length=255)
    body = models.JSONField()
    is_active = models.BooleanField(default=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["kind", "position", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "key"], name="definition_key_once_per_kind"),
            models.UniqueConstraint(fields=["kind", "number"], name="definition_number_once_per_kind"),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=MOST_NUMBER), name="definition_number_fits_a_bit"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.title}"


class CustomMetric(models.Model):
    """A metric declared without code; `scoring.metrics.custom` says what its body may hold.

    It never changes: scores were made by it. Who wants another one makes it under another key and retires this one.
    """

    key = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=255)
    body = models.JSONField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    retired_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.label
