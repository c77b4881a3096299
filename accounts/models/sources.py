"""Where rows come from: how often a source delivers, and for which kinds it is complete."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import fields

# Kinds for which a source that says nothing is taken to be complete: no row means none (presets 0.3).
COVERED_BY_DEFAULT = ("tickets", "interactions", "opportunities", "invoices")


class Source(models.Model):
    """A system that delivers rows. `covers` names kinds where no row of a customer means none, not unknown."""

    name = models.CharField(max_length=64, unique=True)
    time_zone = fields.text()
    rhythm_days = models.PositiveIntegerField(default=7)
    expected_lag_days = models.PositiveIntegerField(default=0)
    covers = models.JSONField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(name=""), name="source_has_a_name"),
            models.CheckConstraint(condition=Q(rhythm_days__gte=1), name="source_rhythm_is_a_day_or_more"),
        ]

    def __str__(self) -> str:
        return self.name

    def covers_kind(self, kind: str) -> bool:
        """Whether no row of this kind means none."""
        return kind in (COVERED_BY_DEFAULT if self.covers is None else self.covers)
