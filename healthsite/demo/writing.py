"""Writes rows in bulk: those that are new to this run, and the later steps of those that are not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from django.db.models import Model

from accounts.changes import Observation, change
from accounts.models import Assignment, Change, Customer, Interaction, Source
from accounts.models.records import Sourced, State
from healthsite.demo.rows import Row, Told
from healthsite.demo.world import EVENING, World, moment

_BATCH: Final = 2000


def write_rows(world: World, source: Source, kind: str, rows: list[Row]) -> int:
    """Write what this run adds to one kind and return how many records are new.

    Every record ends with its id, also those of earlier runs, so that later kinds can refer to it. Steps of a state go
    to the change log too (architecture, Time).
    """
    if not rows:
        return 0
    model = type(rows[0].record)
    told = {id(row): row.settle(world.until) for row in rows if row.steps}
    new = [row for row in rows if world.is_new(row.day)]
    model._default_manager.bulk_create([row.record for row in new], batch_size=_BATCH)
    if world.after is not None and issubclass(model, Sourced):
        _update(world, model, source, [row for row in rows if row.day <= world.after])
    if issubclass(model, State | Customer | Assignment):
        _log(world, kind, rows, told)
    if model is Interaction:
        _invite(new)
    return len(new)


def _update(world: World, model: type[Model], source: Source, rows: list[Row]) -> None:
    """Take the steps of this run with the records of earlier ones."""
    ids = dict(model._default_manager.filter(source=source).values_list("external_id", "pk"))
    for row in rows:
        row.record.pk = ids[row.record.external_id]
    steps = {id(row): [step for step in row.steps if world.is_new(step.on)] for row in rows}
    changed = [row.record for row in rows if steps[id(row)]]
    names = {name for taken in steps.values() for step in taken for name in step.values}
    if changed:
        observed = {"observed_on"} if hasattr(model, "observed_on") else set()
        model._default_manager.bulk_update(changed, sorted(names | observed), batch_size=_BATCH)


def _log(world: World, kind: str, rows: Iterable[Row], told: Mapping[int, list[Told]]) -> None:
    log = []
    for row in rows:
        for one in told.get(id(row), ()):
            if world.is_new(one.on):
                observation = Observation(one.on, source=row.record.source)
                log.append(change(kind, row.record, one.name, (one.before, one.after), observation))
                log[-1].known_at = moment(one.on, EVENING)
    Change.objects.bulk_create(log, batch_size=_BATCH)


def _invite(rows: Iterable[Row]) -> None:
    attendance = Interaction.attendees.through
    attendance._default_manager.bulk_create(
        (attendance(interaction_id=row.record.pk, contact_id=contact.pk) for row in rows for contact in row.attendees),
        batch_size=_BATCH,
    )
