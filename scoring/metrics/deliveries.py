"""Which sources were alive on a date: the days on which each delivered (presets 0.3).

A source that is complete for a kind, or sends it when it changes, is alive with anything it delivers: no ticket for a
week means that nobody had one. Of other kinds, such as usage, only their own rows and batches tell: where they stop
while others go on, that feed is broken, and what it measures is frozen in place of being zero (D11).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, cached_property
from typing import Any

import numpy as np
from django.db import connection, models
from django.db.models import Max, Min
from django.db.models.functions import Round

from accounts.business_days import date_of, end_of
from accounts.history import known_before
from accounts.kinds import KINDS
from accounts.models import Batch, Source
from accounts.models.records import State
from accounts.numbering import Number, columned
from scoring.engine.frame import Bools, Floats
from scoring.metrics.rows import DAY_BITS, Ints
from scoring.metrics.sharing import Shared


@dataclass(frozen=True, slots=True)
class Delivering:
    """A source that delivers a kind: the days it was heard on (ascending), and how long it may be silent between."""

    source_id: int
    days: Floats
    patience: int
    covers_all: bool

    def heard(self, days: Ints) -> tuple[Floats, Bools]:
        """The last day by each of the day numbers on which it was heard, NaN = never, and whether it was alive then."""
        last = np.append(self.days, np.nan)[np.searchsorted(self.days, days, side="right") - 1]
        return last, days - last <= self.patience


def dated_by(kind: str) -> Iterator[tuple[str, bool]]:
    """The columns that date a kind's rows, and whether each holds moments rather than dates."""
    model = KINDS[kind]
    for column in getattr(model, "DATED_BY", ()):
        yield column, isinstance(model._meta.get_field(column), models.DateTimeField)


def happened_by(column: str, is_moment: bool, on: date) -> models.Q:
    """The condition that a row is dated on or before a business date."""
    return models.Q(**({f"{column}__lt": end_of(on)} if is_moment else {f"{column}__lte": on}))


def _day(value: str | date) -> int:
    """The day number of a column's value as the database gives it; SQLite gives moments in UTC as text."""
    known = datetime.fromisoformat(value) if isinstance(value, str) else value
    if isinstance(known, datetime) and len(str(value)) > len("2025-01-01"):
        return date_of(known if known.tzinfo else known.replace(tzinfo=UTC)).toordinal()
    return known.toordinal()


def _each(rows: models.QuerySet[Any], date: str) -> Iterator[tuple[int, float]]:
    """Sources and the dates of their rows, each once."""
    yield from rows.values_list("source_id", Number(date)).distinct()


def _ends(rows: models.QuerySet[Any], moment: str) -> Iterator[tuple[int, float]]:
    """Sources and the first and the last moment of their rows in every half day.

    These have all business dates of the rows: in so short a time there are two at most.
    """
    halves = rows.annotate(half=Round(2 * Number(moment))).values_list("source_id", "half")
    for source_id, _, *both in halves.annotate(first=Number(Min(moment)), last=Number(Max(moment))):
        yield from ((source_id, at) for at in both)


class Deliveries:
    """The deliveries of every kind by the dates of a stretch.

    With `known_by` neither rows nor batches count that came at that moment or later. Sources are as they are now.
    """

    def __init__(self, shared: Shared) -> None:
        self.shared = shared
        self.sources = cache(self._sources)
        self._days = cache(self._days_of)

    def _sources(self, kind: str) -> list[Delivering]:
        return [self._delivering(self._known[source_id], kind, days) for source_id, days in self._days(kind).items()]

    def _delivering(self, source: Source, kind: str, days: Floats) -> Delivering:
        patience, covers_all = source.rhythm_days + source.expected_lag_days, source.covers_kind(kind)
        if covers_all or issubclass(KINDS[kind], State):
            every = self._heard[source.pk]
            days = every[every >= days[0]]  # nothing is known of a kind before its first delivery
        return Delivering(source.pk, days, patience, covers_all)

    def _days_of(self, kind: str) -> dict[int, Floats]:
        """The days on which each source delivered a kind, ascending."""
        days: dict[int, list[int]] = {}
        for source_id, day in (*self._batches.get(kind, ()), *self._latest.get(kind, ()), *self._since(kind)):
            days.setdefault(source_id, []).append(day)
        return {source_id: np.unique(days[source_id]).astype(np.float64) for source_id in sorted(days)}

    @cached_property
    def _heard(self) -> dict[int, Floats]:
        """The days on which each source delivered anything, ascending."""
        found: dict[int, list[Floats]] = {}
        for kind in KINDS:
            for source_id, days in self._days(kind).items():
                found.setdefault(source_id, []).append(days)
        return {source_id: np.unique(np.concatenate(days)) for source_id, days in found.items()}

    def _since(self, kind: str) -> Iterator[tuple[int, int]]:
        """The days after the stretch's first date on which sources have rows. One query for each column."""
        first, last = self.shared.first, self.shared.last
        model, columns = KINDS[kind], dated_by(kind) if first < last else ()
        for column, is_moment in columns:
            rows = model._default_manager.filter(happened_by(column, is_moment, last))
            rows = rows.filter(~happened_by(column, is_moment, first), **{f"{column}__isnull": False})
            read = _ends if is_moment else _each
            named = columned(read(rows.exclude(source=None).order_by(), column), ["id", column], model)
            days = named[f"{column}_day" if is_moment else column]
            both = np.unique(named["id"] << DAY_BITS | days.astype(np.int64))  # single numbers sort faster than pairs
            yield from zip((both >> DAY_BITS).tolist(), (both & (1 << DAY_BITS) - 1).tolist(), strict=True)

    @cached_property
    def _latest(self) -> dict[str, list[tuple[int, int]]]:
        """The latest dated row by the first date of each kind, source and column. One query.

        It looks at the end of an index for each; to build that many subqueries costs Django more than to run them.
        """
        asked = [(kind, *column) for kind in KINDS for column in dated_by(kind)]
        parts, values = zip(*(self._end_of_index(*one) for one in asked), strict=True)
        source = connection.ops.quote_name(Source._meta.db_table)
        found: dict[str, list[tuple[int, int]]] = {}
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT s.id, {', '.join(parts)} FROM {source} s", [one for some in values for one in some])
            for source_id, *row in cursor.fetchall():
                for (kind, _, _), value in zip(asked, row, strict=True):
                    if value is not None:
                        found.setdefault(kind, []).append((source_id, _day(value)))
        return found

    def _end_of_index(self, kind: str, column: str, is_moment: bool) -> tuple[str, list[Any]]:
        """The query for the latest day of a source `s` by the first date, and its parameters."""
        model, first, known_by = KINDS[kind], self.shared.first, self.shared.known_by
        quote, ops = connection.ops.quote_name, connection.ops
        day = quote(column)
        by = ops.adapt_datetimefield_value(end_of(first)) if is_moment else ops.adapt_datefield_value(first)
        known = "AND r.known_at < %s " if known_by and known_before(model, known_by) else ""
        sql = f"(SELECT r.{day} FROM {quote(model._meta.db_table)} r WHERE r.source_id = s.id "
        sql += f"AND r.{day} {'<' if is_moment else '<='} %s {known}ORDER BY r.{day} DESC LIMIT 1)"
        return sql, [by, ops.adapt_datetimefield_value(known_by)] if known else [by]

    @cached_property
    def _known(self) -> dict[int, Source]:
        return Source.objects.in_bulk()

    @cached_property
    def _batches(self) -> dict[str, list[tuple[int, int]]]:
        end, known_by = end_of(self.shared.last), self.shared.known_by
        batches = Batch.objects.filter(received_at__lt=min(end, known_by) if known_by else end)
        loaded = batches.filter(status=Batch.Status.DONE).order_by().values_list("source_id", "kind")
        if self.shared.first < self.shared.last:
            rows = loaded.annotate(on=Number("received_at"))
        else:
            rows = loaded.annotate(on=Number(Max("received_at")))
        named = columned(rows, ["id", "kind", "received_at"], Batch)
        days = named["received_at_day"].astype(np.int64)
        found: dict[str, list[tuple[int, int]]] = {}
        for kind, *delivered in zip(named["kind"], named["id"].tolist(), days.tolist(), strict=True):
            found.setdefault(kind, []).append((delivered[0], delivered[1]))
        return found
