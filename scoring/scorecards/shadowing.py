"""Shadow versions: scored every night beside the live ones, for comparison only, before anybody promotes them (D17)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import numpy as np
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.business_days import date_of, today
from accounts.models import User
from scoring.engine.card import Version
from scoring.models import Purpose, Run, ScorecardVersion, ScoreRecord
from scoring.models.scorecards import Status, Use
from scoring.running import LOOK_BACK_DAYS
from scoring.scorecards.drafting import NoReason
from scoring.scorecards.previewing import Table, portfolio_of
from scoring.scorecards.publishing import hold_scorecards
from scoring.scorecards.shifting import Portfolio
from scoring.scorecards.stability import sample

ENOUGH: Final = 30  # nights by which a version can be judged (D17)
COLUMNS: Final = ("customer_id", "run_id", "version_id", "score", "band", "coverage", "customer__current_score__arr")


@dataclass(frozen=True, slots=True)
class Line:
    """One night of both: customers with a score by both, the share of them in the same band, and the shadow's score

    less the live one: mean and standard deviation in points. Coverages are means, 0-1; None where there is nothing.
    """

    on: date
    compared: int
    agree: float | None
    mean: float | None
    spread: float | None
    live_coverage: float | None
    coverage: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The nights of a shadow, newest first; `newest` has everybody's live score before and the shadow's after.

    `done` nights in all; the lines of the last 30 look at each `every`-th customer of the book.
    """

    done: int
    lines: list[Line]
    newest: Portfolio | None
    every: int


class CannotShadow(ValueError):
    """The version cannot run in shadow; the message says why and what to do."""


def start_shadow(*, version: ScorecardVersion, by: User, note: str, past: bool = False) -> ScorecardVersion:
    """Let a published version that is not live be scored every night from today's business date on; twice is once.

    With `past` it scores the nights of the last 30 days too, as the data tell of them now. Raises NoReason, and
    CannotShadow for a draft, a live version, or where another one of its scorecard does it.
    """
    _needs(note)
    with transaction.atomic():
        hold_scorecards()
        current = ScorecardVersion.objects.select_related("scorecard").get(pk=version.pk)
        if current.use != Use.SHADOW:
            _check(current)
            current.use, current.shadow_since = Use.SHADOW, today() - timedelta(days=ENOUGH if past else 0)
            current.save(update_fields=["use", "shadow_since"])
            _log(by, current, f"Runs in shadow from {current.shadow_since}: {note.strip()}")
    return current


def stop_shadow(*, version: ScorecardVersion, by: User, note: str) -> ScorecardVersion:
    """Let a version run in shadow no longer; its nights stay. Twice is once. Raises NoReason."""
    _needs(note)
    with transaction.atomic():
        hold_scorecards()
        current = ScorecardVersion.objects.select_related("scorecard").get(pk=version.pk)
        if current.use == Use.SHADOW:
            current.use, current.shadow_since = Use.IDLE, None
            current.save(update_fields=["use", "shadow_since"])
            _log(by, current, f"Runs in shadow no longer: {note.strip()}")
    return current


def due_shadows(now: datetime | None = None) -> list[tuple[date, ScorecardVersion]]:
    """Which shadow versions are to be scored for which date: where a night of the last week is, and theirs is not.

    Oldest first; a night that was backfilled has no shadow. Where there is none to do, one earlier night of a version
    that was asked for the past, so that no night to come waits for those that were. Six queries at most.
    """
    versions = ScorecardVersion.objects.filter(use=Use.SHADOW).select_related("scorecard").order_by("pk")
    oldest = date_of(now or timezone.now()) - timedelta(days=LOOK_BACK_DAYS)
    recent = Run.objects.filter(as_of__gte=oldest)
    due = _without(versions, recent, recent.filter(purpose=Purpose.NIGHTLY, backfilled=False))
    return due or _of_the_past(versions, oldest)


def _of_the_past(versions: Iterable[ScorecardVersion], before: date) -> list[tuple[date, ScorecardVersion]]:
    """The latest earlier night that a version is to score and has not; none while a shadow is at work."""
    if Run.objects.filter(purpose=Purpose.SHADOW, finished_at=None).exists():
        return []
    since = min((version.shadow_since for version in versions if version.shadow_since), default=before)
    earlier = Run.objects.filter(as_of__gte=since, as_of__lt=before)
    return _without(versions, earlier, earlier.filter(purpose=Purpose.NIGHTLY, finished_at__isnull=False))[-1:]


def _without(
    versions: Iterable[ScorecardVersion], runs: QuerySet[Run], nights: QuerySet[Run]
) -> list[tuple[date, ScorecardVersion]]:
    """The nights and the versions that run in shadow since, where the runs hold no shadow; oldest first."""
    there = set(runs.filter(purpose=Purpose.SHADOW).values_list("as_of", "scorecard"))
    return [
        (night, version)
        for night in nights.order_by("as_of").values_list("as_of", flat=True)
        for version in versions
        if version.shadow_since and version.shadow_since <= night and (night, version.scorecard.key) not in there
    ]


def compare(version: ScorecardVersion) -> Comparison:
    """The version's shadow nights beside the official ones of the same dates, of customers its scorecard would score.

    Scores that a person has set are left out: a shadow says what the scorecard says. Six queries.
    """
    shadows = Run.objects.filter(purpose=Purpose.SHADOW, version=version, finished_at__isnull=False)
    runs = {run.as_of: run.pk for run in shadows.order_by("-as_of")}
    official = Run.objects.filter(purpose=Purpose.NIGHTLY, as_of__in=list(runs), finished_at__isnull=False)
    live = dict(official.order_by("-as_of").values_list("as_of", "pk"))
    days = list(live)[:ENOUGH]
    if not days:
        return Comparison(len(runs), [], None, 1)
    (ids, every), records = sample(), _records(version)
    some = records.filter(customer__in=ids.tolist(), run__in=[*map(live.get, days), *map(runs.get, days)])
    rows, newest = some.values_list(*COLUMNS), records.filter(run__in=[live[days[0]], runs[days[0]]])
    found = _by_run(rows)
    both = _by_run(newest.values_list(*COLUMNS))
    engines = _engines([*found.values(), *both.values()])
    books = {day: _book(found, (live[day], runs[day]), engines, version.engine) for day in days}
    lines = [_line(day, *book) for day, book in books.items()]
    return Comparison(len(runs), lines, _book(both, (live[days[0]], runs[days[0]]), engines, version.engine)[0], every)


def _records(version: ScorecardVersion) -> QuerySet[ScoreRecord]:
    """The records to compare: official ones by the scorecard itself where it is live, else of everybody."""
    official = Q(run__purpose=Purpose.NIGHTLY, automatic=None)
    if version.scorecard.versions.filter(use=Use.LIVE).exists():
        official &= Q(version__scorecard=version.scorecard_id)
    there = ScoreRecord.objects.filter(customer__current_score__isnull=False)
    return there.filter(official | Q(run__purpose=Purpose.SHADOW)).order_by("customer_id")


def _by_run(rows: Any) -> dict[int, list[tuple[Any, ...]]]:
    found: dict[int, list[tuple[Any, ...]]] = {}
    for row in rows:
        found.setdefault(row[1], []).append(row)
    return found


def _engines(parts: Sequence[list[tuple[Any, ...]]]) -> dict[int, Version]:
    used = {row[2] for rows in parts for row in rows}
    return {pk: one.engine for pk, one in ScorecardVersion.objects.in_bulk(used).items()}


def _book(
    found: Mapping[int, list[tuple[Any, ...]]], runs: tuple[int, int], engines: Mapping[int, Version], new: Version
) -> tuple[Portfolio, float | None, float | None]:
    """Those in both runs, and the mean coverage in either."""
    live = {row[0]: row for row in found.get(runs[0], ())}
    pairs = [(live[row[0]], row) for row in found.get(runs[1], ()) if row[0] in live]
    before, after = (
        [list(column) for column in zip(*rows, strict=True)] or [[]] * len(COLUMNS) for rows in _sides(pairs)
    )
    none = np.zeros(len(pairs), np.int64)
    table = Table(
        ids=np.array(before[0], np.int64),
        versions=np.array(before[2], np.int64),
        before=np.array(before[3], np.float64),
        overrides=np.full(len(pairs), np.nan),
        band=np.array(before[4], np.int64),
        arr=np.array(before[6], np.float64),
        segment=none,
        tier=none,
        after=np.array(after[3], np.float64),
        new_band=np.array(after[4], np.int64),
        doubtful=none.astype(np.bool_),
    )
    coverages = [float(np.mean(side[5])) if pairs else None for side in (before, after)]
    return portfolio_of(table, engines, new), coverages[0], coverages[1]


def _sides(pairs: Sequence[tuple[Any, Any]]) -> tuple[list[Any], list[Any]]:
    return [live for live, _ in pairs], [shadow for _, shadow in pairs]


def _line(on: date, book: Portfolio, live_coverage: float | None, coverage: float | None) -> Line:
    change = book.after - book.before
    both = ~np.isnan(change)
    count, known = int(both.sum()), change[both]
    return Line(
        on=on,
        compared=count,
        agree=float((~book.moved[both]).mean()) if count else None,
        mean=float(known.mean()) if count else None,
        spread=float(known.std()) if count else None,
        live_coverage=live_coverage,
        coverage=coverage,
    )


def _check(version: ScorecardVersion) -> None:
    if version.status != Status.PUBLISHED:
        raise CannotShadow(f"{version} is a draft; publish it without making it live, then let it run in shadow")
    if version.use == Use.LIVE:
        raise CannotShadow(f"{version} is live; only a version that is not can run beside the live one")
    other = version.scorecard.versions.filter(use=Use.SHADOW).first()
    if other:
        raise CannotShadow(f"{other} runs in shadow already, and a scorecard has one at a time; stop {other} first")


def _needs(note: str) -> None:
    if not note.strip():
        raise NoReason("The note is empty; a shadow needs a note that says why")


def _log(by: User, version: ScorecardVersion, message: str) -> None:
    """Into the history that the admin shows."""
    versions = ScorecardVersion.objects.select_related("scorecard").filter(pk=version.pk)
    LogEntry.objects.log_actions(by.pk, versions, CHANGE, message, single_object=True)
