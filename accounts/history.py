"""States as they were on a date: today's rows with the later changes undone (architecture, Time)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from django.db import models

from accounts.kinds import KINDS
from accounts.models import Change
from accounts.numbering import column_of, framed, number_of, selected


@dataclass(frozen=True)
class States:
    """Records of a state kind as they are today, and what changed in them since some date, the latest change first."""

    kind: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]  # id, owner, and the columns
    changes: Sequence[tuple[date, int, str, Any]]  # when, of which record, which column, what it was before

    def on(self, day: date) -> pd.DataFrame:
        """The records as they were on a date that is not before the one since which changes are known."""
        values = {row[0]: list(row) for row in self.rows}
        place = {column: 2 + number for number, column in enumerate(self.columns)}
        for observed_on, record_id, column, before in self.changes:
            if observed_on <= day:
                break
            if record_id in values:
                values[record_id][place[column]] = before
        return framed(values.values(), ["id", "customer_id", *self.columns], KINDS[self.kind])


def states_on(kind: str, columns: Sequence[str], customers: tuple[int, int], on: date) -> pd.DataFrame:
    """The records of a state kind for customers first..last (ids, both included) as they were on a date.

    Returns one row per record: `id`, `customer_id` and the columns, in the types of `framed`. Two queries.
    Raises FieldDoesNotExist for an unknown column.
    """
    return read_states(kind, columns, customers, on).on(on)


def read_states(kind: str, columns: Sequence[str], customers: tuple[int, int], since: date) -> States:
    """What `states_on` needs for any date from `since` on."""
    model = KINDS[kind]
    owner = "id" if kind == "customers" else "customer_id"
    rows = model._default_manager.filter(stretch(customers, owner)).order_by("id")
    later = Change.objects.filter(stretch(customers), kind=kind, observed_on__gt=since, field__in=columns)
    entries = later.order_by("-observed_on", "-id").values_list("observed_on", "record_id", "field", "before")
    return States(
        kind,
        columns,
        list(rows.values_list("id", owner, *selected(model, columns))),
        [(on, record, name, number_of(column_of(model, name), before)) for on, record, name, before in entries],
    )


def stretch(customers: tuple[int, int], owner: str = "customer_id") -> models.Q:
    """The condition that a row belongs to the customers first..last: one stretch of an index."""
    return models.Q(**{f"{owner}__gte": customers[0], f"{owner}__lte": customers[1]})
