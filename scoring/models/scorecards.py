"""Scorecards as a line of immutable versions."""

from __future__ import annotations

import json
from functools import cached_property, lru_cache
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from scoring.engine.version import Version, canonical_json, parse_version


class Scorecard(models.Model):
    """A way to score customers, by a key that never changes."""

    key = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=255)

    def __str__(self) -> str:
        return self.title


class Status(models.TextChoices):
    """A draft can change; a published version never does."""

    DRAFT = "draft", "Draft"
    PUBLISHED = "published", "Published"


class Use(models.TextChoices):
    """What a published version is used for."""

    LIVE = "live", "Live"
    SHADOW = "shadow", "Shadow"
    IDLE = "idle", "Idle"


class ScorecardVersion(models.Model):
    """One edition of a scorecard: its canonical definition and the hash of that."""

    scorecard = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    definition = models.JSONField()
    digest = models.CharField(max_length=64, blank=True, default="")
    status = models.CharField(max_length=16, choices=Status, default=Status.DRAFT)
    use = models.CharField(max_length=16, choices=Use, default=Use.IDLE)
    note = models.TextField(blank=True, default="")
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["scorecard", "number"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["scorecard"], condition=Q(use="live"), name="one_live_version_per_scorecard"
            ),
            models.CheckConstraint(
                condition=Q(status="draft", use="idle", published_at=None)
                | Q(status="published", published_at__isnull=False) & ~Q(digest=""),
                name="only_what_is_published_is_used",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scorecard.key} v{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Refuse to change what a published version says."""
        if self.pk is not None:
            stored = ScorecardVersion.objects.filter(pk=self.pk, status=Status.PUBLISHED).first()
            if stored is not None and stored.definition != self.definition:
                raise ValueError(f"{self} is published and cannot change; publish a new version")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse to take away a published version: old nights were scored by it."""
        if ScorecardVersion.objects.filter(pk=self.pk, status=Status.PUBLISHED).exists():
            raise ValueError(f"{self} is published and stays; make another version live")
        return super().delete(*args, **kwargs)

    @cached_property
    def engine(self) -> Version:
        """The definition as the engine reads it."""
        return _parsed(canonical_json(self.definition))


@lru_cache(maxsize=64)
def _parsed(text: str) -> Version:
    return parse_version(json.loads(text))
