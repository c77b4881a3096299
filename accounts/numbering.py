"""Reads database columns as the plain numbers that metrics compute with: no Python date is made on the way."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import cache
from itertools import islice
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler

from accounts.business_days import site_zone

ORDINAL_OF_EPOCH: Final = date(1970, 1, 1).toordinal()
DAY: Final = 86_400  # seconds
MILLISECONDS: Final = 86_400_000  # of a day: the precision of a moment, as SQLite knows no finer one
KEYS: Final = ("id", "customer_id")
CHUNK: Final = 20_000  # rows made numbers at once: as tuples they take ten times the room
WORDS: Final = (models.CharField, models.TextField, models.JSONField)
OBJECTS: Final = (models.DateField, models.DecimalField, models.BooleanField)  # come converted, unless as a `Number`


class Number(models.Func):
    """A column or aggregate as a number: dates as day numbers, moments with the time of day in UTC as a fraction.

    Moments are cut to the millisecond: rounded up, the last instant of a day would fall on the next. Any other number,
    a yes/no or a reference is itself. Null stays null.
    """

    arity = 1
    output_field = models.FloatField()

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        """The Julian day counts from noon, 1721424.5 days before day number nought."""
        moment, day = "julianday(substr(%(expressions)s, 1, 23)) - 1721424.5", "julianday(%(expressions)s) - 1721424.5"
        template = self._one_of(moment, day, "%(expressions)s")
        return super().as_sql(compiler, connection, template=template, **context)

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        """Seconds since 1970 in days; what is not a float yet becomes one, as a decimal would be a Python object."""
        seconds = "EXTRACT(EPOCH FROM {})::double precision / 86400 + " + str(ORDINAL_OF_EPOCH)
        moment = seconds.format("date_trunc('milliseconds', %(expressions)s)")
        plain = "(%(expressions)s)::int" if self._is(models.BooleanField) else "(%(expressions)s)::double precision"
        template = self._one_of(moment, seconds.format("%(expressions)s"), plain)
        return super().as_sql(compiler, connection, template=template, **context)

    def get_db_converters(self, connection: BaseDatabaseWrapper) -> list[Any]:
        """None: the database gives numbers, and a call for each value would cost more than the query."""
        return []

    def _is(self, kind: type[models.Field[Any, Any]]) -> bool:
        return isinstance(self.get_source_expressions()[0].output_field, kind)

    def _one_of(self, moment: str, day: str, plain: str) -> str:
        if self._is(models.DateTimeField):
            return moment
        return day if self._is(models.DateField) else plain


def column_of(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    """A column of a model by its name; FieldDoesNotExist for anything else, relations from elsewhere among them."""
    field = model._meta.get_field(name)
    if not isinstance(field, models.Field):
        raise FieldDoesNotExist(f"{name} is no column of {model.__name__}")
    return field


def selected(model: type[models.Model], columns: Sequence[str]) -> list[str | Number]:
    """What to ask `values_list` for, so that `columned` can take the answer. Raises FieldDoesNotExist."""
    fields = [column_of(model, column) for column in columns]
    return [Number(field.attname) if isinstance(field, OBJECTS) else field.attname for field in fields]


def number_of(field: models.Field[Any, Any], value: Any) -> Any:
    """A value as the change log keeps it, such as "2025-12-31", as `Number` would read it from the field's column."""
    known = value if field.many_to_one else field.to_python(value)
    if isinstance(known, datetime):
        return known.timestamp() / 86400 + ORDINAL_OF_EPOCH
    return known.toordinal() if isinstance(known, date) else known


def columned(
    found: Iterable[Sequence[Any]], columns: Sequence[str], model: type[models.Model]
) -> dict[str, npt.NDArray[Any]]:
    """The columns of rows whose values are as `selected` asks for them.

    Numbers, dates, yes/no and references are float64, NaN = none. A moment gets a second column `<name>_day`: its
    business date as a day number. Keys are int64; texts and lists stay as they are.
    """
    parts = [_typed(some, columns, model) for some in _cut(iter(found))] or [_typed([], columns, model)]
    return parts[0] if len(parts) == 1 else {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _cut(rows: Iterator[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    while some := list(islice(rows, CHUNK)):
        yield some


def _typed(
    found: Sequence[Sequence[Any]], columns: Sequence[str], model: type[models.Model]
) -> dict[str, npt.NDArray[Any]]:
    values = list(zip(*found, strict=True)) or [()] * len(columns)
    named: dict[str, npt.NDArray[Any]] = {}
    for name, column in zip(columns, values, strict=True):
        field = model._meta.get_field(name) if name not in KEYS else None
        if field is None:
            named[name] = np.array(column, dtype=np.int64)
        elif isinstance(field, WORDS):
            named[name] = np.empty(len(column), dtype=object)
            named[name][:] = column
        else:
            named[name] = np.array(column, dtype=np.float64)  # None becomes NaN
        if isinstance(field, models.DateTimeField):
            named[name], named[f"{name}_day"] = _moments(named[name])
    return named


def _moments(days: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Moments to the millisecond, so that every database gives the same number, and their business dates."""
    known = ~np.isnan(days)
    instants = np.round((days[known] - ORDINAL_OF_EPOCH) * MILLISECONDS)
    moments, dates = days.copy(), days.copy()
    moments[known] = instants / MILLISECONDS + ORDINAL_OF_EPOCH
    dates[known] = np.floor((instants + _offsets(instants)) / MILLISECONDS) + ORDINAL_OF_EPOCH
    return moments, dates


def _offsets(instants: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """By how many milliseconds the site's clocks are ahead of UTC at moments in milliseconds since 1970."""
    years = instants.astype("datetime64[ms]").astype("datetime64[Y]").astype(np.int64) + 1970
    known = np.unique(np.minimum(years, date.max.year - 1)).tolist()  # the last year may end after the last date
    changes = [change for year in known for change in _changes(site_zone(), year)]
    since, offset = np.array(changes, dtype=np.float64).reshape(-1, 2).T * 1000
    return offset[np.searchsorted(since, instants, side="right") - 1]


@cache
def _changes(zone: ZoneInfo, year: int) -> list[tuple[int, int]]:
    """From when on in a year of UTC, which it begins with, a zone is how far ahead: both in seconds, since 1970."""
    begin, end = (int(datetime(one, 1, 1, tzinfo=UTC).timestamp()) for one in (year, year + 1))
    found = [(begin, _ahead(zone, begin))]
    for day in range(begin, end, DAY):
        last, before = min(day + DAY, end) - 1, found[-1][1]
        if _ahead(zone, last) != before:  # clocks change once a day at most
            seconds = range(day, last + 1)
            first = seconds[bisect_left(seconds, True, key=lambda second: _ahead(zone, second) != before)]
            found.append((first, _ahead(zone, first)))
    return found


def _ahead(zone: ZoneInfo, second: int) -> int:
    offset = datetime.fromtimestamp(second, zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0
