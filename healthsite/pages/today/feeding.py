"""What is wrong with the data: sources that fell silent, a night that is missing, rows that wait."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

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
}


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
    """Feeds that did not arrive within their rhythm and lag, together by source and day.

    One query over the batches; where they point to a silence, one more for rows that came another way.
    """
    done = Batch.objects.filter(status=Batch.Status.DONE, kind__in=FEEDS)
    rows = list(done.values_list("source_id", "kind").annotate(last=Max("received_at"), **SOURCE))
    suspected = [row for row in rows if _is_overdue(row, date_of(row[2]), scope.today)]
    heard = _latest_rows(suspected, scope.today) if suspected else {}
    overdue: dict[tuple[str, int, date], list[str]] = defaultdict(list)
    for row in suspected:
        last = max(date_of(row[2]), heard.get((row[0], row[1]), date.min))
        if _is_overdue(row, last, scope.today):
            overdue[row[3], row[4], last].append(row[1])
    return [
        Silence(source, tuple(sorted(kinds)), last, (scope.today - last).days, rhythm)
        for (source, rhythm, last), kinds in sorted(overdue.items())
    ]


def _is_overdue(row: tuple[Any, ...], last: date, on: date) -> bool:
    *_, rhythm, lag = row
    return (on - last).days > rhythm + lag


def _latest_rows(suspected: list[tuple[Any, ...]], on: date) -> dict[tuple[int, str], date]:
    """The latest dated row of each source and kind by a date. One query."""
    kinds = sorted({kind for _, kind, *_ in suspected})
    looks = {
        f"{kind}__{column}": _latest(kind, column, is_moment, on)
        for kind in kinds
        for column, is_moment in dated_by(kind)
    }
    found: dict[tuple[int, str], date] = {}
    for pk, *values in Source.objects.filter(pk__in={row[0] for row in suspected}).values_list("pk", *looks.values()):
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
