"""What every imported record has: a customer, a source, an identity in that source, and when it was last heard of."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import fields
from accounts.models.sources import Source


class Sourced(models.Model):
    """A record that came from a source; source + external_id is its identity (import format, Identity)."""

    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, related_name="+", db_index=False
    )  # the identity is one
    external_id = models.CharField(max_length=255)
    updated_at = fields.moment()  # the source's own stamp: an older row than this is stale
    known_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "external_id"], name="%(class)s_identity"),
            models.CheckConstraint(condition=~Q(external_id=""), name="%(class)s_has_external_id"),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.external_id}"


class OfCustomer(models.Model):
    """A record about one customer. `DATED_BY` names the columns that say when it happened or changed."""

    DATED_BY: ClassVar[tuple[str, ...]] = ()

    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="%(class)s_set")

    class Meta:
        abstract = True


class State(OfCustomer, Sourced):
    """A record that is overwritten; the change log keeps what it was (architecture, Time)."""

    observed_on = fields.day()

    class Meta(Sourced.Meta):
        abstract = True


class Fact(OfCustomer, Sourced):
    """A dated event with an identity of its own."""

    class Meta(Sourced.Meta):
        abstract = True


class Reading(OfCustomer):
    """A dated number of a customer: its identity is source, customer, date and what it is about."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+", db_index=False)  # `by_source` is one
    date = models.DateField()
    updated_at = fields.moment()
    known_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} of {self.customer_id} on {self.date}"


def non_negative(name: str, *columns: str) -> models.CheckConstraint:
    """A constraint that no given column is below zero."""
    condition = Q()
    for column in columns:
        condition &= Q(**{f"{column}__isnull": True}) | Q(**{f"{column}__gte": 0})
    return models.CheckConstraint(condition=condition, name=name)


def in_order(name: str, earlier: str, later: str) -> models.CheckConstraint:
    """A constraint that one date is not before another where both are known."""
    unknown = Q(**{f"{earlier}__isnull": True}) | Q(**{f"{later}__isnull": True})
    return models.CheckConstraint(condition=unknown | Q(**{f"{later}__gte": models.F(earlier)}), name=name)


def between(name: str, column: str, low: float, high: float) -> models.CheckConstraint:
    """A constraint that a number lies within bounds where it is known."""
    inside = Q(**{f"{column}__gte": low, f"{column}__lte": high})
    return models.CheckConstraint(condition=Q(**{f"{column}__isnull": True}) | inside, name=name)


def by_source(name: str, *columns: str) -> list[models.Index]:
    """An index for each column that dates rows, by which the latest row of a source is found without reading others."""
    names = [f"{name}_by_source", *(f"{name}_by_source_{number}" for number in range(2, len(columns) + 1))]
    return [models.Index(fields=["source", column], name=one) for one, column in zip(names, columns, strict=True)]
