"""Which sources were alive on a date: the last day on which each delivered a kind (presets 0.3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property

from django.db import models
from django.db.models import F, Max, OuterRef, Subquery

from accounts.business_days import date_of, end_of
from accounts.history import known_before
from accounts.kinds import KINDS
from accounts.models import Batch, Source


@dataclass(frozen=True, slots=True)
class Delivery:
    """A source that delivers a kind: when it last did by the date, and whether that is within its rhythm."""

    source_id: int
    last_on: date
    alive: bool
    covers_all: bool


def dated_by(kind: str) -> Iterator[tuple[str, bool]]:
    """The columns that date a kind's rows, and whether each holds moments rather than dates."""
    model = KINDS[kind]
    for column in getattr(model, "DATED_BY", ()):
        yield column, isinstance(model._meta.get_field(column), models.DateTimeField)


def happened_by(column: str, is_moment: bool, on: date) -> models.Q:
    """The condition that a row is dated on or before a business date."""
    return models.Q(**({f"{column}__lt": end_of(on)} if is_moment else {f"{column}__lte": on}))


class Deliveries:
    """The deliveries of every kind by one date, each kind asked for once.

    With `known_by` neither rows nor batches count that came at that moment or later. Sources are as they are now.
    """

    def __init__(self, on: date, known_by: datetime | None = None) -> None:
        self.on = on
        self.known_by = known_by
        self.of = cache(self._of)

    def _of(self, kind: str) -> list[Delivery]:
        latest = {key[1]: day for key, day in self._batches.items() if key[0] == kind}
        for source_id, day in self._rows(kind):
            latest[source_id] = max(day, latest.get(source_id, day))
        return [self._delivery(self._sources[source_id], kind, day) for source_id, day in sorted(latest.items())]

    def _delivery(self, source: Source, kind: str, last_on: date) -> Delivery:
        patience = source.rhythm_days + source.expected_lag_days
        alive = (self.on - last_on).days <= patience
        return Delivery(source.pk, last_on, alive, source.covers_kind(kind))

    def _rows(self, kind: str) -> Iterator[tuple[int, date]]:
        """The latest dated row by source and column. One query, for each column a look at the end of an index."""
        latest = [self._latest(kind, column, is_moment) for column, is_moment in dated_by(kind)]
        for pk, *values in Source.objects.values_list("pk", *latest) if latest else ():
            for value in values:
                if value is not None:
                    yield pk, date_of(value) if isinstance(value, datetime) else value

    def _latest(self, kind: str, column: str, is_moment: bool) -> Subquery:
        model, known = KINDS[kind], {f"{column}__isnull": False}
        rows = model._default_manager.filter(happened_by(column, is_moment, self.on), source=OuterRef("pk"), **known)
        rows = rows.filter(known_before(model, self.known_by))
        return Subquery(rows.order_by(F(column).desc()).values(column)[:1])

    @cached_property
    def _sources(self) -> dict[int, Source]:
        return Source.objects.in_bulk()

    @cached_property
    def _batches(self) -> dict[tuple[str, int], date]:
        end = end_of(self.on)
        by = min(end, self.known_by) if self.known_by else end
        batches = Batch.objects.filter(received_at__lt=by, status=Batch.Status.DONE)
        grouped = batches.values_list("kind", "source_id").annotate(last=Max("received_at"))
        return {(kind, source_id): date_of(last) for kind, source_id, last in grouped}
