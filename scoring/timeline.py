"""What the nightly records of a customer tell as events: a change of band, a fall, another scorecard."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final, Literal

from accounts.timeline import Look, last_moment
from scoring.explaining import Explained, rescored
from scoring.models import Purpose, ScorecardVersion, ScoreRecord

FALL_DAYS: Final = 7
FALL_POINTS: Final = 10.0  # A1 of library 1: strictly more than ten below the record a week earlier (S002-24)
KINDS: Final = ("version", "band", "fall")  # in the order in which they stand within a night


@dataclass(frozen=True, slots=True)
class Night:
    """One nightly record, without its reasons. `band` is a place in the version's bands."""

    on: date
    run: int
    score: float | None
    band: int
    version: int


@dataclass(frozen=True, slots=True)
class ScoreEvent:
    """What changed between two nights; of a fall, `before` lies a week back."""

    kind: Literal["version", "band", "fall"]
    before: Night
    after: Night

    @property
    def place(self) -> int:
        """A number that orders the events of a customer and tells them apart."""
        return self.after.on.toordinal() * len(KINDS) + KINDS.index(self.kind)


def score_events(look: Look) -> list[ScoreEvent]:
    """The events up to a moment, newest first. One query."""
    records = ScoreRecord.objects.filter(customer=look.customer, run__purpose=Purpose.NIGHTLY)
    columns = records.order_by("run__as_of").values_list("run__as_of", "run_id", "score", "band", "version_id")
    nights = [Night(*row) for row in columns if last_moment(row[0]) <= look.until]
    return sorted(events_of(nights), key=lambda event: event.place, reverse=True)


def events_of(nights: Sequence[Night]) -> Iterator[ScoreEvent]:
    """The events of nights in their order. Nights are compared within one version of the scorecard only."""
    by_day, falling = {night.on: night for night in nights}, False
    for before, after in pairwise(nights):
        if before.version != after.version:
            yield ScoreEvent("version", before, after)
        elif None not in (before.score, after.score) and before.band != after.band:
            yield ScoreEvent("band", before, after)
        earlier = by_day.get(after.on - timedelta(days=FALL_DAYS))
        was, falling = falling, _fell(earlier, after)
        if earlier and falling and not was:
            yield ScoreEvent("fall", earlier, after)


def _fell(before: Night | None, after: Night) -> bool:
    if before is None or before.score is None or after.score is None or before.version != after.version:
        return False
    return after.score < before.score - FALL_POINTS


def explained_nights(customer: int, nights: Iterable[Night]) -> dict[int, Explained]:
    """The records of some nights with their reasons, by run. Two queries whatever their number."""
    days = {night.run: night.on for night in nights}
    records = ScoreRecord.objects.filter(customer=customer, run__in=list(days))
    stored = {record.run_id: record for record in records}
    used = {record.version_id for record in stored.values()}
    versions = ScorecardVersion.objects.select_related("scorecard").in_bulk(used)
    return {run: _explained(days[run], record, versions[record.version_id]) for run, record in stored.items()}


def _explained(on: date, record: ScoreRecord, version: ScorecardVersion) -> Explained:
    record.version = version
    return Explained(on, version, record, rescored(record))
