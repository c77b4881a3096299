"""What arrived, what became of each row, and the rows that wait to be mended."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models.sources import Source

ROW_STATES = ("created", "updated", "unchanged", "stale", "duplicate", "skipped", "quarantined")


class Batch(models.Model):
    """One file of one kind. Every physical row ends in exactly one state, and the states sum to the rows read."""

    class Status(models.TextChoices):
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        REFUSED = "refused", "Refused"

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="batches")
    kind = models.CharField(max_length=32)
    file = models.CharField(max_length=1024)
    sha256 = models.CharField(max_length=64)
    mapping = models.JSONField(default=dict)  # how the file was read, so that a row of it can be replayed
    received_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=16, choices=Status, default=Status.RUNNING)
    refused = models.TextField(blank=True, default="")
    next_line = models.PositiveBigIntegerField(default=0)  # a killed import goes on after this line
    rows_read = models.PositiveBigIntegerField(default=0)
    created = models.PositiveBigIntegerField(default=0)
    updated = models.PositiveBigIntegerField(default=0)
    unchanged = models.PositiveBigIntegerField(default=0)
    stale = models.PositiveBigIntegerField(default=0)
    duplicate = models.PositiveBigIntegerField(default=0)
    skipped = models.PositiveBigIntegerField(default=0)
    quarantined = models.PositiveBigIntegerField(default=0)
    records = models.PositiveBigIntegerField(default=0)
    notices = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "batches"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    rows_read=F("created")
                    + F("updated")
                    + F("unchanged")
                    + F("stale")
                    + F("duplicate")
                    + F("skipped")
                    + F("quarantined")
                ),
                name="batch_rows_add_up",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["kind", "source", "received_at"], name="batch_by_kind")]

    def __str__(self) -> str:
        return f"{self.file} ({self.kind})"


class QuarantinedRow(models.Model):
    """A row that could not be applied, with its original text and the reason."""

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        REPLAYED = "replayed", "Replayed"
        DISMISSED = "dismissed", "Dismissed"

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="quarantine")
    line = models.PositiveBigIntegerField()
    column = models.CharField(max_length=255, blank=True, default="")
    code = models.CharField(max_length=32)
    reason = models.TextField()
    text = models.JSONField()  # the row's cells by column name, as they were
    status = models.CharField(max_length=16, choices=Status, default=Status.WAITING)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["batch", "line"], name="quarantined_once_per_line")]

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.line} {self.code}"
