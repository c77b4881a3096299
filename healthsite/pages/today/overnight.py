"""What the last night moved: customers by band before and after, and whom it moved for which cause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum

from accounts.models import Customer
from healthsite.pages.reasons import Stored, places, stored_of, why
from healthsite.pages.telling import Place
from healthsite.pages.today.scope import Scope
from scoring.engine.version import Band
from scoring.models import ScoreRecord

MOST: Final = 8
NONE: Final = -1  # place of no band


@dataclass(frozen=True, slots=True)
class Mover:
    """A customer whom the night moved to another band."""

    customer: Customer
    before: Band | None
    after: Band | None
    change: float | None  # points, None where one night has no score
    cause: str
    arr: float | None

    @property
    def is_better(self) -> bool:
        """Whether both nights have a band and the later is the higher one."""
        return bool(self.before and self.after and self.after.lower > self.before.lower)


@dataclass(frozen=True, slots=True)
class BandRow:
    """A band of a live scorecard: how many are in it since the night, how many came net, and their ARR."""

    band: Band | None
    count: int
    change: int
    arr: float
    arr_change: float

    @property
    def key(self) -> str:
        """How the portfolio's address names the band."""
        return self.band.key if self.band else ""


def moved(scope: Scope) -> list[Mover]:
    """Whom the last night moved to another band under the same scorecard, the largest first. One query."""
    if len(scope.nights) < 2:
        return []
    records = _records(scope).exclude(band=F("before")).filter(before__isnull=False)
    largest = records.order_by(F("customer__current_score__arr").desc(nulls_last=True), "customer_id")
    return told(scope, list(largest.select_related("customer__current_score")[:MOST]))


def told(scope: Scope, records: list[Any]) -> list[Mover]:
    """The records of movers, annotated with the night before, in words."""
    after = places({one.customer_id: stored_of(one) for one in records}, scope.versions)
    before = places({one.customer_id: _before(one) for one in records}, scope.versions)
    return [
        Mover(
            customer=one.customer,
            before=scope.band(one.version_id, one.before),
            after=scope.band(one.version_id, one.band),
            change=None if one.score is None or one.before_score is None else one.score - one.before_score,
            cause=_cause(before[one.customer_id], after[one.customer_id], one),
            arr=getattr(getattr(one.customer, "current_score", None), "arr", None),
        )
        for one in records
    ]


def _before(one: Any) -> Stored:
    return Stored(one.version_id, one.before_inputs, one.before_score, one.before_automatic, one.before)


def by_band(scope: Scope) -> list[BandRow]:
    """The bands of the live scorecards, the highest first, with the net change of the last night. One query.

    Bands of one name are one line, whichever scorecard they are of.
    """
    if not scope.nights or not scope.live:
        return []
    groups = _records(scope).order_by().values_list("version", "band", "before")
    counted = groups.annotate(count=Count("customer_id"), arr=Sum("customer__current_score__arr"))
    named = {band.key: band for version in reversed(scope.live) for band in version.engine.bands}
    cells: dict[str, list[float]] = {}
    for version, band, before, count, arr in counted:
        now, was = (scope.band(version, place) for place in (band, NONE if before is None else before))
        named |= {one.key: one for one in (now, was) if one and one.key not in named}
        _add(_cell(cells, now), count, arr or 0.0, steady=before is None)
        if before is not None:
            _cell(cells, was)[1] -= count
            _cell(cells, was)[3] -= arr or 0.0
    bands: list[Band | None] = [*sorted(named.values(), key=lambda band: -band.lower), *([None] if "" in cells else [])]
    return [
        BandRow(band, int(count), int(change), arr, arr_change)
        for band in bands
        for count, change, arr, arr_change in [_cell(cells, band)]
    ]


def _cell(cells: dict[str, list[float]], band: Band | None) -> list[float]:
    return cells.setdefault(band.key if band else "", [0, 0, 0.0, 0.0])


def _add(cell: list[float], count: int, arr: float, *, steady: bool) -> None:
    """Count customers into a band; who had no record the night before is in it without having moved."""
    cell[0] += count
    cell[2] += arr
    if not steady:
        cell[1] += count
        cell[3] += arr


def _records(scope: Scope) -> QuerySet[Any]:
    """The newest night's records with `before` (the band) and other columns of the night before.

    Transitions compare within one scorecard version: under another version there is no before.
    """
    newest, earlier = scope.nights[0], scope.nights[1] if len(scope.nights) > 1 else None
    before = ScoreRecord.objects.filter(
        customer=OuterRef("customer"), run=earlier.pk if earlier else None, version=OuterRef("version")
    )
    columns = {
        "before": "band", "before_score": "score", "before_automatic": "automatic", "before_inputs": "inputs",
    }  # fmt: skip
    found = {name: Subquery(before.values(column)[:1]) for name, column in columns.items()}
    return ScoreRecord.objects.filter(Q(customer__in=scope.visible), run=newest.pk).annotate(**found)


def _cause(before: Place, after: Place, record: Any) -> str:
    if record.score is None:
        return "too little fresh data for a score"
    return "scored again" if record.before_score is None else why(before, after)
