"""States and facts as they were: today's rows with later changes undone (architecture, Time)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Final, NamedTuple

import pandas as pd
from django.db import models, transaction

from accounts.kinds import KINDS
from accounts.models import Attribute, Change, Customer, Pulse
from accounts.models.records import Fact, Reading
from accounts.numbering import column_of, framed, number_of, selected

# Kinds of dated facts: they happened once, and a later delivery can only correct what they say.
FACTS: Final = tuple(kind for kind, model in KINDS.items() if issubclass(model, Fact | Reading | Pulse | Attribute))
# What facts said before they were corrected: of a kind, by record, by field.
Corrections = Mapping[str, Mapping[int, Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Asked:
    """States of customers first..last (ids, both included) from a date on, as known before a moment, None = now."""

    customers: tuple[int, int]
    since: date
    known_by: datetime | None = None


class Undone(NamedTuple):
    """A change that can be undone: when it was observed, in which record and column, and what was there before."""

    observed_on: date
    record_id: int
    column: str
    before: Any
    is_late: bool  # known too late to count, whenever it was observed


@dataclass(frozen=True)
class States:
    """Records of a state kind as they are today, and what changed in them since some date, the latest change first."""

    kind: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]  # id, owner, and the columns
    changes: Sequence[Undone]
    has_late: bool = False  # whether any change was known too late

    def on(self, day: date) -> pd.DataFrame:
        """The records as they were on a date that is not before the one since which changes are known.

        A change that counts ends the undoing of its column: what became known late beneath it was never seen.
        """
        place = {column: 2 + number for number, column in enumerate(self.columns)}
        undone: dict[int, list[Any]] = {}
        settled: set[tuple[int, str]] = set()
        for change in self.changes:
            where = (change.record_id, change.column)
            if change.observed_on <= day and not change.is_late:
                if not self.has_late:
                    break
                settled.add(where)
            elif change.record_id in self._order and where not in settled:
                row = undone.setdefault(change.record_id, list(self.rows[self._order[change.record_id]]))
                row[place[change.column]] = change.before
        return self._with(undone) if undone else self._today

    @cached_property
    def _order(self) -> dict[int, int]:
        """The place of each record among the rows."""
        return {row[0]: number for number, row in enumerate(self.rows)}

    @cached_property
    def _today(self) -> pd.DataFrame:
        return self._framed(self.rows)

    def _framed(self, rows: Iterable[Sequence[Any]]) -> pd.DataFrame:
        return framed(rows, ["id", "customer_id", *self.columns], KINDS[self.kind])

    def _with(self, undone: Mapping[int, Sequence[Any]]) -> pd.DataFrame:
        """The records of today but for those that read otherwise, by record."""
        others, places = self._framed(undone.values()), [self._order[record] for record in undone]
        columns = {name: column.to_numpy(copy=True) for name, column in self._today.items()}
        for name, column in columns.items():
            column[places] = others[name].to_numpy()
        return pd.DataFrame(columns)


def states_on(kind: str, columns: Sequence[str], customers: tuple[int, int], on: date) -> pd.DataFrame:
    """The records of a state kind for customers first..last (ids, both included) as they were on a date.

    Returns one row per record: `id`, `customer_id` and the columns, in the types of `framed`. Two queries.
    Raises FieldDoesNotExist for an unknown column.
    """
    return read_states(kind, columns, Asked(customers, on)).on(on)


def read_states(kind: str, columns: Sequence[str], asked: Asked) -> States:
    """What `states_on` needs for any date from `asked.since` on. Two queries, three where known by a moment."""
    changes = _changes(kind, columns, asked)
    rows = _customers(columns, asked) if kind == "customers" else _records(kind, columns, asked)
    return States(kind, columns, rows, changes, any(change.is_late for change in changes))


def _records(kind: str, columns: Sequence[str], asked: Asked) -> list[Sequence[Any]]:
    model = KINDS[kind]
    rows = model._default_manager.filter(stretch(asked.customers), known_before(model, asked.known_by))
    return list(rows.order_by("id").values_list("id", "customer_id", *selected(model, columns)))


def _customers(columns: Sequence[str], asked: Asked) -> list[Sequence[Any]]:
    """Every customer has a row, for metrics count on it; of one that was not known yet nothing is known."""
    found = Customer.objects.filter(stretch(asked.customers, "id")).order_by("id")
    rows = found.values_list("id", "id", *selected(Customer, columns), "known_at")
    blank = tuple(column_of(Customer, column).get_default() for column in columns)
    known_by = asked.known_by
    return [row[:-1] if known_by is None or row[-1] < known_by else (*row[:2], *blank) for row in rows]


def _changes(kind: str, columns: Sequence[str], asked: Asked) -> list[Undone]:
    """The changes since the date, and from the first one on that was observed in time but known too late."""
    log = Change.objects.filter(stretch(asked.customers), kind=kind, field__in=columns)
    since = asked.since
    if asked.known_by:
        late = log.filter(observed_on__lte=since, known_at__gte=asked.known_by)
        first = late.aggregate(first=models.Min("observed_on"))["first"]
        since = first - timedelta(days=1) if first else since
    entries = log.filter(observed_on__gt=since).order_by("-observed_on", "-id")
    return [
        Undone(on, record, name, number_of(column_of(KINDS[kind], name), before), _is_late(known_at, asked))
        for on, record, name, before, known_at in entries.values_list(
            "observed_on", "record_id", "field", "before", "known_at"
        )
    ]


def _is_late(known_at: datetime, asked: Asked) -> bool:
    return asked.known_by is not None and known_at >= asked.known_by


def stretch(customers: tuple[int, int], owner: str = "customer_id") -> models.Q:
    """The condition that a row belongs to the customers first..last: one stretch of an index."""
    return models.Q(**{f"{owner}__gte": customers[0], f"{owner}__lte": customers[1]})


def known_before(model: type[models.Model], moment: datetime | None) -> models.Q:
    """The condition that a row was known before a moment; it holds for all where there is none, or no row keeps it."""
    keeps = any(field.name == "known_at" for field in model._meta.concrete_fields)
    return models.Q(known_at__lt=moment) if moment and keeps else models.Q()


def corrections_after(customers: tuple[int, int], known_by: datetime) -> Corrections:
    """What facts of customers first..last said before the corrections that were known from a moment on. One query."""
    later = Change.objects.filter(stretch(customers), kind__in=FACTS, known_at__gte=known_by)
    found: dict[str, dict[int, dict[str, Any]]] = {}
    for kind, record, name, before in later.order_by("known_at", "pk").values_list(
        "kind", "record_id", "field", "before"
    ):
        found.setdefault(kind, {}).setdefault(record, {}).setdefault(name, before)  # the earliest correction counts
    return found


@contextmanager
def put_back(corrections: Corrections) -> Iterator[None]:
    """Let facts say inside what they said before: in a transaction that is always rolled back, so nobody else sees it.

    Meanwhile the corrected rows are locked. A row that was deleted stays away, and so do attendees of meetings.
    """
    with transaction.atomic():
        for kind, records in corrections.items():
            _write(KINDS[kind], records)
        yield
        transaction.set_rollback(True)


def _write(model: type[models.Model], records: Mapping[int, Mapping[str, Any]]) -> None:
    fields = {name: column_of(model, name) for values in records.values() for name in values}
    rows = model._default_manager.in_bulk(list(records))
    for pk, row in rows.items():
        for name, before in records[pk].items():
            field = fields[name]
            setattr(row, field.attname, before if field.many_to_one else field.to_python(before))
    model._default_manager.bulk_update(rows.values(), list(fields))
