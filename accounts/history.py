"""States as they were on a date: today's rows with the later changes undone (architecture, Time)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from accounts.business_days import site_zone
from accounts.kinds import KINDS
from accounts.models import Change

ORDINAL_OF_EPOCH = date(1970, 1, 1).toordinal()
# In seconds: nanoseconds end in the year 2262, and sources write 9999-12-31 for "never".
EPOCH, DAY = pd.Timestamp(0).as_unit("s"), pd.Timedelta(days=1).as_unit("s")


def states_on(kind: str, columns: Sequence[str], customers: tuple[int, int], on: date) -> pd.DataFrame:
    """The records of a state kind for customers first..last (ids, both included) as they were on a date.

    Returns one row per record: `id`, `customer_id` and the columns, in the types of `typed`. Two queries.
    Raises FieldDoesNotExist for an unknown column.
    """
    model = KINDS[kind]
    owner = "id" if kind == "customers" else "customer_id"
    rows = model._default_manager.filter(stretch(customers, owner)).order_by("id")
    attributes = [column_of(model, column).attname for column in columns]
    values = {row[0]: list(row) for row in rows.values_list("id", owner, *attributes)}
    undo_changes(kind, columns, customers, on, values)
    frame = pd.DataFrame(list(values.values()), columns=["id", "customer_id", *columns], dtype=object)
    return typed(frame, model)


def column_of(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    """A column of a model by its name; FieldDoesNotExist for anything else, relations from elsewhere among them."""
    field = model._meta.get_field(name)
    if not isinstance(field, models.Field):
        raise FieldDoesNotExist(f"{name} is no column of {model.__name__}")
    return field


def stretch(customers: tuple[int, int], owner: str = "customer_id") -> models.Q:
    """The condition that a row belongs to the customers first..last: one stretch of an index."""
    return models.Q(**{f"{owner}__gte": customers[0], f"{owner}__lte": customers[1]})


def undo_changes(
    kind: str, columns: Sequence[str], customers: tuple[int, int], on: date, values: dict[int, list[Any]]
) -> None:
    """Put back into `values` what each change after the date has overwritten, the latest change first."""
    model = KINDS[kind]
    later = Change.objects.filter(stretch(customers), kind=kind, observed_on__gt=on, field__in=columns).order_by(
        "-observed_on", "-id"
    )
    place = {column: 2 + number for number, column in enumerate(columns)}
    for record_id, column, before in later.values_list("record_id", "field", "before"):
        if record_id in values:
            field = column_of(model, column)
            values[record_id][place[column]] = before if field.many_to_one else field.to_python(before)


def typed(frame: pd.DataFrame, model: type[models.Model]) -> pd.DataFrame:
    """Give a frame of database values the types that metrics compute with.

    Dates become day numbers (proleptic ordinals, float64, NaN = none). Moments become day numbers in UTC with the time
    of day as a fraction, so that differences are elapsed days, and get a second column `<name>_day`: the business date.
    Numbers, yes/no and references become float64, NaN = none. Texts and lists stay as they are.
    """
    for column in list(frame.columns):
        if column in ("id", "customer_id"):
            frame[column] = frame[column].astype("int64")
            continue
        field = model._meta.get_field(column)
        if isinstance(field, models.DateTimeField):
            moments = pd.to_datetime(frame[column], utc=True)
            frame[column] = _day_number(moments.dt.tz_localize(None))
            frame[f"{column}_day"] = _day_number(moments.dt.tz_convert(site_zone()).dt.tz_localize(None)) // 1
        elif isinstance(field, models.DateField):
            frame[column] = _day_number(pd.to_datetime(frame[column]))
        elif not isinstance(field, models.CharField | models.TextField | models.JSONField):
            frame[column] = frame[column].astype("float64")
    return frame


def _day_number(moments: pd.Series) -> pd.Series:
    return (moments - EPOCH) / DAY + ORDINAL_OF_EPOCH
