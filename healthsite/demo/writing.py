"""Writes rows in bulk: those that are new to this run, and the later steps of those that are not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from django.db.models import Model

from accounts.changes import Observation, change
from accounts.history import stretch
from accounts.ingestion.inserting import insert
from accounts.models import Assignment, Change, Customer, Interaction, Source
from accounts.models.records import Sourced, State
from healthsite.demo.rows import Draft, Row, Told
from healthsite.demo.world import EVENING, World, moment

_BATCH: Final = 2000


def write_rows(world: World, source: Source, kind: str, rows: list[Row]) -> int:
    """Write what this run adds to one kind and return how many records are new.

    Every record to which others refer ends with its id, also those of earlier runs. Steps of a state go to the change
    log too (architecture, Time).
    """
    if not rows:
        return 0
    model = rows[0].model
    told = {id(row): row.settle(world.until) for row in rows if row.steps}
    new = [row for row in rows if world.is_new(row.day)]
    _create(model, [row.record for row in new])
    if world.after is not None and issubclass(model, Sourced):
        _update(world, model, source, [row for row in rows if row.day <= world.after])
    if issubclass(model, State | Customer | Assignment):
        _log(world, kind, rows, told)
    if model is Interaction:
        _invite(source, new)
    return len(new)


def _create(model: type[Model], records: Sequence[Any]) -> None:
    if records and isinstance(records[0], Draft):
        insert(model, _columns(model, records), len(records))
    else:
        model._default_manager.bulk_create(records, batch_size=_BATCH)


def _columns(model: type[Model], records: Iterable[Any]) -> dict[str, list[Any]]:
    """The values of each column by its attribute; `...` where a record does not say, as in `insert`."""
    values = [vars(record) for record in records]
    names = {name for record in values for name in record}
    columns = {}
    for field in model._meta.concrete_fields:
        if field.name != field.attname and field.name in names:
            columns[field.attname] = [_key(record.get(field.name)) for record in values]
        elif field.attname in names:
            columns[field.attname] = [record.get(field.attname, ...) for record in values]
    return columns


def _key(referred: Model | None) -> Any:
    return None if referred is None else referred.pk


def _update(world: World, model: type[Model], source: Source, rows: list[Row]) -> None:
    """Take the steps of this run with the records of earlier ones."""
    ids = dict(model._default_manager.filter(source=source).values_list("external_id", "pk"))
    for row in rows:
        row.record.pk = ids[row.record.external_id]
    steps = {id(row): [step for step in row.steps if world.is_new(step.on)] for row in rows}
    changed = [_instance(row) for row in rows if steps[id(row)]]
    names = {name for taken in steps.values() for step in taken for name in step.values}
    if changed:
        observed = {"observed_on"} if hasattr(model, "observed_on") else set()
        model._default_manager.bulk_update(changed, sorted(names | observed), batch_size=_BATCH)


def _instance(row: Row) -> Any:
    return row.model(**vars(row.record)) if isinstance(row.record, Draft) else row.record


def _log(world: World, kind: str, rows: Iterable[Row], told: Mapping[int, list[Told]]) -> None:
    log = [entry for row in rows for entry in _entries(world, kind, row, told.get(id(row), ()))]
    if log:
        insert(Change, _logged(log), len(log))


def _entries(world: World, kind: str, row: Row, told: Iterable[Told]) -> Iterator[Change]:
    for one in told:
        if world.is_new(one.on):
            entry = change(
                kind, row.record, one.name, (one.before, one.after), Observation(one.on, source=row.record.source)
            )
            entry.known_at = moment(one.on, EVENING)
            yield entry


def _logged(log: list[Change]) -> dict[str, list[Any]]:
    names = [field.attname for field in Change._meta.concrete_fields if not field.primary_key]
    return {name: [getattr(entry, name) for entry in log] for name in names}


def _invite(source: Source, rows: list[Row]) -> None:
    """Write who attended; the ids of the new interactions are asked for here, because inserting gives none."""
    meetings = [row for row in rows if row.attendees]
    if not meetings:
        return
    customers = [row.record.customer_id for row in meetings]
    there = Interaction.objects.filter(stretch((min(customers), max(customers))), source=source)
    ids = dict(there.values_list("external_id", "pk"))
    attendance = Interaction.attendees.through
    attendance._default_manager.bulk_create(
        (
            attendance(interaction_id=ids[row.record.external_id], contact_id=contact.pk)
            for row in meetings
            for contact in row.attendees
        ),
        batch_size=_BATCH,
    )
