"""What is wrong with the data: sources that fell silent, a night that is missing, rows that wait."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from django.db.models import F, Max, OuterRef, Subquery

from accounts.business_days import date_of
from accounts.kinds import KINDS
from accounts.models import Batch, Source
from accounts.models.ingestion import QuarantinedRow
from accounts.models.records import Fact, Reading
from accounts.wording import counted, listed
from healthsite.pages.today.scope import Scope
from scoring.metrics.deliveries import dated_by, happened_by
from scoring.models import Run

# Kinds that go on happening. States are sent when they change: silence about them is no news.
FEEDS: Final = tuple(kind for kind, model in KINDS.items() if issubclass(model, (Fact, Reading)))
SOURCE: Final = {
    "name": F("source__name"),
    "rhythm": F("source__rhythm_days"),
    "lag": F("source__expected_lag_days"),
    "covers": F("source__covers"),
}
Heard = dict[tuple[int, str], date]  # the last day of each source and kind


class Feed(NamedTuple):
    """A kind that a source has delivered, and what is known of the source."""

    source_id: int
    kind: str
    received_at: datetime
    name: str
    rhythm: int
    lag: int
    covers: list[str] | None

    def last(self, heard: Heard) -> date:
        """The last day of it; where the source is complete for the kind, of anything the source delivers."""
        if Source(covers=self.covers).covers_kind(self.kind):
            return max(day for (source_id, _), day in heard.items() if source_id == self.source_id)
        return heard[self.source_id, self.kind]


@dataclass(frozen=True, slots=True)
class Silence:
    """Feeds of a source that are overdue since the same day."""

    source: str
    kinds: tuple[str, ...]
    last_on: date
    days: int
    rhythm: int

    @property
    def sentence(self) -> str:
        """What is silent, since when, and what was to be expected."""
        names = listed([kind.replace("_", " ") for kind in self.kinds], 3)
        return (
            f"{names[:1].upper()}{names[1:]} from {self.source} last arrived {counted(self.days, 'day')} ago; "
            f"expected every {counted(self.rhythm, 'day')}. What they measure is frozen, nobody is marked down for it."
        )


def silences(scope: Scope) -> list[Silence]:
    """Feeds that did not arrive within their rhythm and lag, as scores have it, together by source and day.

    One query over the batches; where they point to a silence, one more for rows that came another way.
    """
    done = Batch.objects.filter(status=Batch.Status.DONE)
    found = done.values_list("source_id", "kind").annotate(last=Max("received_at"), **SOURCE)
    feeds = [Feed(*row) for row in found]
    heard = {(feed.source_id, feed.kind): date_of(feed.received_at) for feed in feeds}
    if suspected := _overdue(feeds, heard, scope.today):
        for key, day in _latest_rows({feed.source_id for feed in suspected}, scope.today).items():
            heard[key] = max(day, heard.get(key, date.min))
    overdue: dict[tuple[str, int, date], list[str]] = defaultdict(list)
    for feed in _overdue(suspected, heard, scope.today):
        overdue[feed.name, feed.rhythm, feed.last(heard)].append(feed.kind)
    return [
        Silence(source, tuple(sorted(kinds)), last, (scope.today - last).days, rhythm)
        for (source, rhythm, last), kinds in sorted(overdue.items())
    ]


def _overdue(feeds: list[Feed], heard: Heard, on: date) -> list[Feed]:
    return [feed for feed in feeds if feed.kind in FEEDS and (on - feed.last(heard)).days > feed.rhythm + feed.lag]


def _latest_rows(sources: set[int], on: date) -> Heard:
    """The latest dated row of each kind of some sources by a date. One query."""
    looks = {
        f"{kind}__{column}": _latest(kind, column, is_moment, on)
        for kind in KINDS
        for column, is_moment in dated_by(kind)
    }
    found: Heard = {}
    for pk, *values in Source.objects.filter(pk__in=sources).values_list("pk", *looks.values()):
        for name, value in zip(looks, values, strict=True):
            day = date_of(value) if isinstance(value, datetime) else value
            key = pk, name.partition("__")[0]
            found[key] = max(day or date.min, found.get(key, date.min))
    return found


def _latest(kind: str, column: str, is_moment: bool, on: date) -> Subquery:
    rows = KINDS[kind]._default_manager.filter(
        happened_by(column, is_moment, on), source=OuterRef("pk"), **{f"{column}__isnull": False}
    )
    return Subquery(rows.order_by(F(column).desc()).values(column)[:1])


def missing_night(scope: Scope) -> date | None:
    """Yesterday, when nights are scored but not that one."""
    yesterday = scope.today - timedelta(days=1)
    return yesterday if scope.nights and scope.nights[0].as_of < yesterday else None


@dataclass(frozen=True, slots=True)
class Site:
    """What an admin looks after: the last night, rows that wait to be mended, drafts of scorecards."""

    night: Run | None
    quarantined: int
    drafts: int


def site(scope: Scope) -> Site:
    """One query beside nights and versions."""
    return Site(
        night=scope.nights[0] if scope.nights else None,
        quarantined=QuarantinedRow.objects.filter(status=QuarantinedRow.Status.WAITING).count(),
        drafts=scope.drafts,
    )
