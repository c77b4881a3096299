"""The weekly deliveries of the demo's source: one batch per kind, so that the past shows when the source was alive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from hashlib import sha256
from typing import Final

from accounts.models import Batch, Source
from healthsite.demo.kinds import GENERATORS
from healthsite.demo.rows import Row
from healthsite.demo.world import DIARY, MORNING, World, moment

KINDS: Final = ("customers", *GENERATORS)
_WEEK: Final = 7


class Deliveries:
    """Counts what became known in each week, of the whole history, and writes this run's share of the batches."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.created: Counter[tuple[str, date]] = Counter()
        self.updated: Counter[tuple[str, date]] = Counter()

    def count(self, kind: str, rows: Iterable[Row]) -> None:
        """Take these rows into account: new on their day, updated at each step."""
        for row in rows:
            self.created[kind, _monday_after(row.day)] += 1
            for step in row.steps:
                self.updated[kind, _monday_after(step.on)] += 1

    def write(self, source: Source) -> int:
        """Write the batches of the Mondays that this run adds, and the diary entry of the run itself."""
        batches = [self._batch(source, kind, monday) for monday in self._mondays() for kind in KINDS]
        Batch.objects.bulk_create([*batches, _diary(self.world, source)])
        return len(batches)

    def _mondays(self) -> Iterator[date]:
        monday = _monday_after(self.world.first)
        while monday <= self.world.until:
            if self.world.is_new(monday):
                yield monday
            monday += timedelta(days=_WEEK)

    def _batch(self, source: Source, kind: str, monday: date) -> Batch:
        created, updated = self.created[kind, monday], self.updated[kind, monday]
        counts = {"rows_read": created + updated, "created": created, "updated": updated, "records": created}
        return _done(source, kind, f"{kind}-{monday}.csv", monday, **counts)


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
