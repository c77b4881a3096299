"""States as they were on a date: today's rows with the later changes undone (architecture, Time)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd
from django.db import models

from accounts.kinds import KINDS
from accounts.models import Change
from accounts.numbering import column_of, framed, number_of, selected


def states_on(kind: str, columns: Sequence[str], customers: tuple[int, int], on: date) -> pd.DataFrame:
    """The records of a state kind for customers first..last (ids, both included) as they were on a date.

    Returns one row per record: `id`, `customer_id` and the columns, in the types of `framed`. Two queries.
    Raises FieldDoesNotExist for an unknown column.
    """
    model = KINDS[kind]
    owner = "id" if kind == "customers" else "customer_id"
    rows = model._default_manager.filter(stretch(customers, owner)).order_by("id")
    values = {row[0]: list(row) for row in rows.values_list("id", owner, *selected(model, columns))}
    undo_changes(kind, columns, customers, on, values)
    return framed(values.values(), ["id", "customer_id", *columns], model)


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
            values[record_id][place[column]] = number_of(column_of(model, column), before)
