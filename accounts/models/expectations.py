"""What is expected of a customer's metric for a while, or that a change is expected."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.models import fields
from accounts.models.records import OfCustomer, in_order
from accounts.models.sources import Source


class Expectation(OfCustomer):
    """From `from_on` up to (not with) `until_on`, expect this value; an empty value mutes the metric."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    metric = models.CharField(max_length=64)
    from_on = models.DateField()
    until_on = fields.day()
    expected = fields.number()
    reason = fields.text()
    updated_at = fields.moment()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "customer", "metric", "from_on"], name="expectation_identity"),
            in_order("expectation_ends_after_it_starts", "from_on", "until_on"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} of {self.customer_id} from {self.from_on}"
