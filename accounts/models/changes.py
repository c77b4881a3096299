"""The change log: what a state was before it was overwritten, when that was observed, and by whom."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models.sources import Source


class Change(models.Model):
    """One field of one record went from `before` to `after`, as observed on a business date.

    It serves audit and time travel alike: the state on D is today's with the changes observed after D undone. Values
    are JSON scalars or lists; dates are ISO texts, money decimal texts. Rows are only ever added.
    """

    kind = models.CharField(max_length=32)  # the kind of the import format, such as "subscriptions"
    record_id = models.BigIntegerField()
    customer = models.ForeignKey("accounts.Customer", null=True, on_delete=models.PROTECT, related_name="changes")
    field = models.CharField(max_length=64)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    observed_on = models.DateField()
    known_at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    source = models.ForeignKey(Source, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["kind", "customer", "observed_on"], name="change_by_customer"),
            models.Index(fields=["kind", "record_id", "observed_on"], name="change_by_record"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id}.{self.field} on {self.observed_on}"
