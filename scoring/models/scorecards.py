"""Scorecards as a line of immutable versions."""

from __future__ import annotations

import json
from functools import cached_property, lru_cache
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from scoring.engine.version import Version, canonical_json, parse_version


class Scorecard(models.Model):
    """A way to score customers, by a key that never changes.

    Of several live ones a customer gets the first, by `position`, whose rule `when` holds; one without a rule takes
    everybody who is left.
    """

    key = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=255)
    position = models.PositiveSmallIntegerField(default=100)
    when = models.JSONField(null=True, blank=True)

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
    approved_by = models.ForeignKey(  # the second person, where publishing needed one
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    made_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now)
    shadow_since = models.DateField(null=True, blank=True)  # the first business date it runs beside the live one

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
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("published_by")), name="approved_by_a_second_person"
            ),
            models.CheckConstraint(
                condition=Q(use="shadow", shadow_since__isnull=False) | ~Q(use="shadow") & Q(shadow_since=None),
                name="a_shadow_has_a_first_date",
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
        if self.status == Status.PUBLISHED and self.digest in _published:
            return _published[self.digest]
        found = _parsed(canonical_json(self.definition))
        if self.status == Status.PUBLISHED:
            _published[self.digest] = found
        return found


_published: dict[str, Version] = {}  # by digest: they never change, and each is read once


class Proposal(models.Model):
    """What somebody wants and a second person has to agree to: a draft published, or a version made live again.

    It is about what the version says then. With a `choice` (rule and place, as `set_choice` takes them) it is about who
    gets the live version's scorecard instead. Withdrawn or turned down = deleted; agreed to = done, and said by whom.
    """

    draft = models.OneToOneField(ScorecardVersion, on_delete=models.CASCADE, related_name="proposal")
    digest = models.CharField(max_length=64)
    note = models.TextField()
    go_live = models.BooleanField(default=False)
    choice = models.JSONField(null=True, blank=True)
    share = models.FloatField()  # of the customers, who would change band
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"to publish {self.draft}"


@lru_cache(maxsize=64)
def _parsed(text: str) -> Version:
    return parse_version(json.loads(text))
