"""The change log: writes down what a state was before, and lets an old snapshot take its place in the past."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models

from accounts.business_days import date_of
from accounts.models import Change, Customer, Source, User


@dataclass(frozen=True)
class Observation:
    """When something was observed, from where, and by whom it was brought in."""

    on: date
    source: Source | None = None
    by: User | None = None


def plain(value: Any) -> Any:
    """A value as the log keeps it: a JSON scalar or list; dates as ISO text, amounts as decimal text."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def change(kind: str, record: models.Model, field: str, step: tuple[Any, Any], observation: Observation) -> Change:
    """An entry: a field (of a foreign key the record's key) went from the first value of `step` to the second."""
    return Change(
        kind=kind,
        record_id=record.pk,
        customer_id=record.pk if isinstance(record, Customer) else getattr(record, "customer_id", None),
        field=record._meta.get_field(field).name,
        before=plain(step[0]),
        after=plain(step[1]),
        observed_on=observation.on,
        actor=observation.by,
        source=observation.source,
    )


def corrections(kind: str, fact: models.Model, news: Mapping[str, Any], observation: Observation) -> list[Change]:
    """Entries for what a fact said before it is overwritten by `news`, values by attribute; on the fact's own date.

    A fact that goes to another customer is written down with both: each of the two scores was made with it or without.
    """
    own = replace(observation, on=_day_of(fact) or observation.on)
    steps = {name: (getattr(fact, name), value) for name, value in news.items() if name != "updated_at"}
    entries = [change(kind, fact, name, step, own) for name, step in steps.items() if step[0] != step[1]]
    if "customer_id" not in news:
        return entries
    others = [copy(entry) for entry in entries]
    for entry in others:
        entry.customer_id = news["customer_id"]
    return [*entries, *others]


def _day_of(fact: Any) -> date | None:
    """The business date on which a fact happened; None where it has no date."""
    for column in fact.DATED_BY:
        if value := getattr(fact, column):
            return date_of(value) if isinstance(value, datetime) else value
    return None


def log_of(kind: str, records: Iterable[models.Model]) -> dict[int, list[Change]]:
    """The entries of some records, oldest first."""
    log: dict[int, list[Change]] = {}
    ids = [record.pk for record in records]
    for entry in Change.objects.filter(kind=kind, record_id__in=ids).order_by("observed_on", "pk"):
        log.setdefault(entry.record_id, []).append(entry)
    return log


def insert_past(
    kind: str, record: Any, values: Mapping[str, Any], log: Sequence[Change], observation: Observation
) -> list[Change]:
    """Entries that make a state observed on an old day hold until the next known observation, and not longer.

    Nothing after that changes, so that snapshots may be loaded in any order: whatever the order, each day shows the
    last snapshot up to it, and days before the first show the first. Entries with a primary key are to be updated.
    """
    known = _observed_days(record, log)
    following = min(day for day in known if day > observation.on)
    edits: list[Change] = []
    for field, value in values.items():
        name = record._meta.get_field(field).name
        nearest = next((e for e in log if e.field == name and e.observed_on > observation.on), None)
        before, after = nearest.before if nearest else plain(getattr(record, field)), plain(value)
        if before == after:
            continue
        if nearest and nearest.observed_on == following:
            nearest.before = after
            edits.append(nearest)
        else:
            back = Observation(following, observation.source, observation.by)
            edits.append(change(kind, record, field, (after, before), back))
        if observation.on >= min(known):
            edits.append(change(kind, record, field, (before, after), observation))
    return edits


def _observed_days(record: Any, log: Iterable[Change]) -> set[date]:
    """Every day on which the record is known to have been observed; the first stands only in an entry's `before`."""
    days = {record.observed_on}
    for entry in log:
        days.add(entry.observed_on)
        if entry.field == "observed_on" and entry.before:
            days.add(date.fromisoformat(entry.before))
    return days
