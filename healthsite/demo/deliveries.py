"""The weekly deliveries of the demo's sources: one batch per kind, so that the past shows when a source was alive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from hashlib import sha256
from typing import Final

from accounts.models import Batch, Source
from healthsite.demo.kinds import GENERATORS
from healthsite.demo.lives import Setting
from healthsite.demo.rows import Row
from healthsite.demo.stories import FED, SILENCE
from healthsite.demo.world import DIARY, MORNING, World, moment

KINDS: Final = ("customers", *GENERATORS)
_WEEK: Final = 7


class Deliveries:
    """Counts what became known in each week, of the whole history, and writes this run's share of the batches."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.created: Counter[tuple[int, str, date]] = Counter()
        self.updated: Counter[tuple[int, str, date]] = Counter()

    def count(self, kind: str, rows: Iterable[Row]) -> None:
        """Take these rows into account: new on their day, updated at each step."""
        for row in rows:
            source = row.record.source.pk
            self.created[source, kind, _monday_after(row.day)] += 1
            for step in row.steps:
                self.updated[source, kind, _monday_after(step.on)] += 1

    def write(self, setting: Setting) -> int:
        """Write the batches of the Mondays that this run adds, and the diary entry of the run itself."""
        mondays = [monday for monday in self._mondays() if self.world.is_new(monday)]
        batches = [self._batch(setting.source, kind, monday) for monday in mondays for kind in KINDS]
        if any(source == setting.telemetry.pk for source, *_ in self.created):
            fed = [monday for monday in mondays if not SILENCE[0] <= self.world.offset(monday) <= SILENCE[1]]
            batches += [self._batch(setting.telemetry, kind, monday) for monday in fed for kind in FED]
        Batch.objects.bulk_create([*batches, _diary(self.world, setting.source)])
        return len(batches)

    def _mondays(self) -> Iterator[date]:
        monday = _monday_after(self.world.first)
        while monday <= self.world.until:
            yield monday
            monday += timedelta(days=_WEEK)

    def _batch(self, source: Source, kind: str, monday: date) -> Batch:
        created, updated = self.created[source.pk, kind, monday], self.updated[source.pk, kind, monday]
        counts = {"rows_read": created + updated, "created": created, "updated": updated, "records": created}
        return _done(source, kind, f"{source.name}-{kind}-{monday}.csv", monday, **counts)


def _monday_after(day: date) -> date:
    return day + timedelta(days=_WEEK - day.weekday())


def _diary(world: World, source: Source) -> Batch:
    return _done(source, DIARY, world.diary_entry(), world.until)


def _done(source: Source, kind: str, file: str, day: date, **counts: int) -> Batch:
    received_at = moment(day, MORNING)
    return Batch(
        source=source,
        kind=kind,
        file=file,
        sha256=sha256(file.encode()).hexdigest(),
        received_at=received_at,
        finished_at=received_at + timedelta(minutes=1),
        status=Batch.Status.DONE,
        **counts,
    )
