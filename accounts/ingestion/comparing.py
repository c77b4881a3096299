"""Decides what a record's values mean for what is stored: new, changed, the same, out of date, or a problem."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.business_days import date_of, start_of
from accounts.ingestion.kinds.base import Kind, Values
from accounts.ingestion.problems import Problem
from accounts.ingestion.rows import Record


@dataclass(slots=True)
class Verdict:
    """What is to be done with a record: `news` are the values that differ from the stored ones."""

    record: Record
    state: str
    news: Mapping[str, Any] = field(default_factory=dict)
    problem: Problem | None = None


def compare(kind: Kind, record: Record, stored: Any) -> Verdict:
    """Judge a record against the stored one with its identity, None when there is none."""
    values = record.values
    if values.get("observed_on", ...) is None:
        del values["observed_on"]
    _end_no_earlier(kind, values, vars(stored) if stored else {})
    if stored is None:
        return Verdict(record, "created", problem=_unfit_for_creation(kind, values))
    if _is_snapshot_of_the_past(values, stored):
        return Verdict(record, "past", {name: values[name] for name in values if name in kind.fields - {"updated_at"}})
    stamp = values.get("updated_at")
    if stamp and stored.updated_at and stamp < stored.updated_at:
        return Verdict(record, "stale")
    held = vars(stored)
    news = {name: value for name, value in values.items() if name in kind.fields and held[name] != value}
    if not stamp:
        news.pop("updated_at", None)
    if not news:
        return Verdict(record, "unchanged")
    return Verdict(record, "updated", news, _contradiction(kind, {**held, **news}))


def _end_no_earlier(kind: Kind, values: Values, held: Mapping[str, Any]) -> None:
    """Who exports the day alone on which something ended says no time: it is not before what began on that day."""
    for earlier, later in kind.in_order:
        first, last = kind.column[earlier].attribute, kind.column[later].attribute
        start, end = values.get(first, held.get(first)), values.get(last)
        if isinstance(start, datetime) and end and start_of(date_of(start)) == end < start:
            values[last] = start


def _unfit_for_creation(kind: Kind, values: Values) -> Problem | None:
    for attribute, name in kind.needed.items():
        if attribute not in values:
            return Problem("missing_required", name, f"{name} is needed to make a new record, and there is none yet")
    return _contradiction(kind, values)


def _is_snapshot_of_the_past(values: Values, stored: Any) -> bool:
    day = values.get("observed_on")
    known = getattr(stored, "observed_on", None)
    return bool(day and known and day < known)


def _contradiction(kind: Kind, values: Mapping[str, Any]) -> Problem | None:
    for earlier, later in kind.in_order:
        start, end = values.get(kind.column[earlier].attribute), values.get(kind.column[later].attribute)
        if start and end and end < start:
            return Problem("out_of_order", later, f"{later} {end} is before {earlier} {start}")
    return kind.check(values) if kind.check else None
