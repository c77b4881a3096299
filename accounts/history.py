"""States and facts as they were: today's rows with later changes undone (architecture, Time)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from math import inf
from operator import attrgetter
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from django.db import models, transaction

from accounts.kinds import KINDS
from accounts.models import Attribute, Change, Customer, Pulse, Ticket
from accounts.models.records import Fact, Reading
from accounts.numbering import column_of, columned, number_of, selected

EVERYBODY: Final = (0, 2**40)  # as a stretch of customers: they come and go
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


Log = Mapping[str, Sequence[Undone]]  # by kind, the latest change first


@dataclass(frozen=True, slots=True)
class States:
    """Records of a state kind as they read on the dates from some date on: V rows, one for each time one read so.

    `columns` are in the types of `columned`, with `id` and `customer_id`; a record reads so from the day number `first`
    (V, -inf = always) to `last` (V, inf = today), both included.
    """

    kind: str
    columns: Mapping[str, npt.NDArray[Any]]
    first: npt.NDArray[np.float64]
    last: npt.NDArray[np.float64]

    def on(self, day: date) -> dict[str, npt.NDArray[Any]]:
        """The records as they were on a date that is not before the one since which changes are known."""
        there = (self.first <= day.toordinal()) & (day.toordinal() <= self.last)
        return {name: column[there] for name, column in self.columns.items()}


def states_on(kind: str, columns: Sequence[str], customers: tuple[int, int], on: date) -> dict[str, npt.NDArray[Any]]:
    """The records of a state kind for customers first..last (ids, both included) as they were on a date.

    Returns `id`, `customer_id` and the columns, with an entry per record, in the types of `columned`. Two queries.
    Raises FieldDoesNotExist for an unknown column.
    """
    return read_states(kind, columns, Asked(customers, on)).on(on)


def read_states(kind: str, columns: Sequence[str], asked: Asked, log: Log | None = None) -> States:
    """The records on any date from `asked.since` on; known by a moment, on that date only.

    One query, and one or two more where there is no `log` that was read for these columns.
    """
    logged = read_log({kind: columns}, asked) if log is None else log
    changes = [change for change in logged.get(kind, ()) if change.column in columns]
    rows = _customers(columns, asked) if kind == "customers" else _records(kind, columns, asked)
    place = {column: 2 + number for number, column in enumerate(columns)}
    if any(change.is_late for change in changes):
        read = [(row, -inf, inf) for row in _as_known(rows, changes, place, asked.since)]
    else:
        read = list(_as_read(rows, changes, place))
    found = columned((row for row, _, _ in read), ["id", "customer_id", *columns], KINDS[kind])
    times = np.array([days for _, *days in read], dtype=np.float64).reshape(-1, 2)
    return States(kind, found, times[:, 0], times[:, 1])


def _as_read(
    rows: Iterable[Sequence[Any]], changes: Iterable[Undone], place: Mapping[str, int]
) -> Iterator[tuple[Sequence[Any], float, float]]:
    """Each record as it reads today and, the later first, as it read before each change; with first and last day."""
    logged: dict[int, list[Undone]] = {}
    for change in changes:
        logged.setdefault(change.record_id, []).append(change)
    for row in rows:
        until = inf
        for on, together in groupby(logged.get(row[0], ()), key=attrgetter("observed_on")):
            yield row, on.toordinal(), until
            before, until = list(row), on.toordinal() - 1
            for change in together:
                before[place[change.column]] = change.before
            row = before
        yield row, -inf, until


def _as_known(
    rows: Iterable[Sequence[Any]], changes: Iterable[Undone], place: Mapping[str, int], on: date
) -> Iterator[Sequence[Any]]:
    """Each record as it was known to be on a date, where some changes became known too late.

    A change that counts ends the undoing of its column: what became known late beneath it was never seen.
    """
    undone: dict[int, dict[str, Any]] = {}
    settled: set[tuple[int, str]] = set()
    for change in changes:
        if change.observed_on <= on and not change.is_late:
            settled.add((change.record_id, change.column))
        elif (change.record_id, change.column) not in settled:
            undone.setdefault(change.record_id, {})[change.column] = change.before
    for row in rows:
        read = list(row)
        for column, before in undone.get(row[0], {}).items():
            read[place[column]] = before
        yield read


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


def read_log(columns: Mapping[str, Sequence[str]], asked: Asked) -> Log:
    """The changes of columns, by kind, since the date; with those since the first that became known too late.

    One query, two where known by a moment.
    """
    since, named = asked.since, {name for names in columns.values() for name in names}
    log = Change.objects.filter(stretch(asked.customers), kind__in=columns, field__in=sorted(named))
    if asked.known_by:
        late = log.filter(observed_on__lte=since, known_at__gte=asked.known_by)
        first = late.aggregate(first=models.Min("observed_on"))["first"]
        since = first - timedelta(days=1) if first else since
    entries = log.filter(observed_on__gt=since).order_by("-observed_on", "-id")
    asks = ("kind", "field", "observed_on", "record_id", "before", *(["known_at"] if asked.known_by else []))
    fields = {(kind, name): column_of(KINDS[kind], name) for kind, names in columns.items() for name in names}
    found: dict[str, list[Undone]] = {}
    for kind, name, on, record, before, *known_at in entries.values_list(*asks):
        if field := fields.get((kind, name)):
            is_late = any(at >= asked.known_by for at in known_at)
            found.setdefault(kind, []).append(Undone(on, record, name, number_of(field, before), is_late))
    return found


def stretch(customers: tuple[int, int], owner: str = "customer_id") -> models.Q:
    """The condition that a row belongs to the customers first..last: one stretch of an index.

    Of one customer it asks for that one: SQLite takes a range for too much to use the index for.
    """
    if customers[0] == customers[1]:
        return models.Q(**{owner: customers[0]})
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
        if isinstance(row, Ticket):
            row.end_no_earlier_than_opened()
    ends = Ticket.ENDS if model is Ticket else ()
    model._default_manager.bulk_update(rows.values(), list(dict.fromkeys((*fields, *ends))))
