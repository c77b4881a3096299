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
from scoring.metrics.sharing import Shared


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


def _day(value: date) -> date:
    return date_of(value) if isinstance(value, datetime) else value


class Deliveries:
    """The deliveries of every kind by one date, each kind asked for once, or once in a stretch.

    With `known_by` neither rows nor batches count that came at that moment or later. Sources are as they are now.
    """

    def __init__(self, on: date, shared: Shared) -> None:
        self.on = on
        self.shared = shared
        self.known_by = shared.known_by
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
        """The latest dated rows by source: as of the stretch's first date, and those since."""
        first = self.shared.first
        yield from self.shared.once(("delivered", kind), lambda: list(self._latest_rows(kind, first)))
        if self.on > first:
            since = self.shared.once(("delivered since", kind), lambda: self._since(kind))
            yield from ((source, day) for source, day in since if day <= self.on)

    def _since(self, kind: str) -> list[tuple[int, date]]:
        """The days after the stretch's first date on which sources have rows. One query for each column."""
        found = set()
        for column, is_moment in dated_by(kind):
            rows = KINDS[kind]._default_manager.filter(happened_by(column, is_moment, self.shared.last))
            rows = rows.filter(~happened_by(column, is_moment, self.shared.first), **{f"{column}__isnull": False})
            pairs = rows.exclude(source=None).order_by().values_list("source_id", column).distinct()
            found |= {(source, _day(value)) for source, value in pairs}
        return sorted(found)

    def _latest_rows(self, kind: str, on: date) -> Iterator[tuple[int, date]]:
        """The latest dated row by source and column. One query, for each column a look at the end of an index."""
        latest = [self._latest(kind, column, happened_by(column, moment, on)) for column, moment in dated_by(kind)]
        for pk, *values in Source.objects.values_list("pk", *latest) if latest else ():
            yield from ((pk, _day(value)) for value in values if value is not None)

    def _latest(self, kind: str, column: str, happened: models.Q) -> Subquery:
        model, known = KINDS[kind], {f"{column}__isnull": False}
        rows = model._default_manager.filter(happened, source=OuterRef("pk"), **known)
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
