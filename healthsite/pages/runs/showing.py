"""Runs and backfills as lines of a page: how far they are, how long they took, and who could not be scored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Case, Count, F, Q, Sum, When, Window
from django.db.models.functions import RowNumber

from accounts.models import Customer, User
from accounts.wording import counted
from scoring.models import Backfill, Failure, Run, ScorecardVersion, Shard
from scoring.past.backfills import OPEN
from scoring.past.retrying import may_retry

FAILURES_SHOWN: Final = 10  # of a run
BACKFILLS_SHOWN: Final = 10
PACE_OF: Final = 20  # the latest dates that tell how long one takes
SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run with its shards, its scorecards and the failures that a person may see."""

    run: Run
    now: datetime
    cards: str
    counts: Mapping[str, int]
    failures: list[Failure] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return self.run.finished_at is not None

    @property
    def state(self) -> tuple[str, str]:
        """How it stands, as a colour role and a word."""
        if not self.is_done:
            return "yellow", "under way"
        return ("red", "failures") if self.run.failed else ("green", "finished")

    @property
    def filled(self) -> float:
        """Shards done of all, in percent; a run without customers has nothing to do."""
        total = self.counts.get("shards", 0)
        return 100 * self.counts.get("done", 0) / total if total else 100.0 * self.is_done

    @property
    def took(self) -> str:
        """How long it took, or has taken so far."""
        return lasting((self.run.finished_at or self.now) - self.run.started_at)

    @property
    def failed(self) -> int:
        """How many customers could not be scored, so far."""
        return self.run.failed if self.is_done else self.counts.get("failed", 0)

    @property
    def scored(self) -> int:
        """How many have a score, so far."""
        return self.run.scored if self.is_done else self.counts.get("scored", 0)

    @property
    def not_scored(self) -> int:
        """How many have too little data, so far."""
        return self.run.not_scored if self.is_done else self.counts.get("not_scored", 0)

    @property
    def more_failures(self) -> int:
        """How many failures are not shown: too many, or of customers out of sight."""
        return self.failed - len(self.failures)

    @property
    def may_retry(self) -> bool:
        """Whether trying again can help."""
        return may_retry(self.run)


@dataclass(frozen=True, slots=True)
class BackfillLine:
    """A backfill, how far it is, and when it may end at the pace of the latest dates."""

    backfill: Backfill
    now: datetime
    pace: timedelta | None  # for a date

    @property
    def days(self) -> int:
        """How many dates it has."""
        return (self.backfill.last_on - self.backfill.first_on).days + 1

    @property
    def done(self) -> int:
        """How many of them are done."""
        return (self.backfill.next_on - self.backfill.first_on).days

    @property
    def filled(self) -> float:
        """The same in percent."""
        return 100 * self.done / self.days

    @property
    def is_open(self) -> bool:
        """Whether it waits or runs."""
        return self.backfill.state in OPEN

    @property
    def role(self) -> str:
        """The colour of its state."""
        if self.backfill.error:
            return "red"
        return {Backfill.State.DONE: "green", Backfill.State.RUNNING: "yellow"}.get(
            Backfill.State(self.backfill.state), "none"
        )

    @property
    def ends_at(self) -> datetime | None:
        """When it may end; None where it does not run, or no pace is known."""
        if self.backfill.state != Backfill.State.RUNNING or self.backfill.error or self.pace is None:
            return None
        return self.now + (self.days - self.done) * self.pace


def run_lines(runs: Sequence[Run], user: User, now: datetime) -> list[RunLine]:
    """A line for each run; three queries whatever their number."""
    counts, cards, failures = _shards(runs), _cards(runs), _failures(runs, user)
    return [RunLine(run, now, cards[run.pk], counts.get(run.pk, {}), failures.get(run.pk, [])) for run in runs]


def _shards(runs: Sequence[Run]) -> dict[int, dict[str, int]]:
    sums = {f"sum_{name}": Sum(name) for name in ("scored", "not_scored", "failed")}
    is_done = Q(state=Shard.State.DONE)
    groups = Shard.objects.filter(run__in=runs).order_by().values("run_id")
    found: Iterable[Mapping[str, Any]] = groups.annotate(shards=Count("pk"), done=Count("pk", filter=is_done), **sums)
    return {one["run_id"]: {name.removeprefix("sum_"): number for name, number in one.items()} for one in found}


def _cards(runs: Sequence[Run]) -> dict[int, str]:
    """The versions that scored each run, in the order in which they were asked."""
    ids = {run.pk: [choice["version"] for choice in run.choices] or [run.version_id] for run in runs}
    wanted = {pk for several in ids.values() for pk in several}
    versions = ScorecardVersion.objects.select_related("scorecard").in_bulk(sorted(wanted))
    return {
        run: ", ".join(f"{versions[pk].scorecard.title} v{versions[pk].number}" for pk in several)
        for run, several in ids.items()
    }


def _failures(runs: Sequence[Run], user: User) -> dict[int, list[Failure]]:
    """The first failures of each run, of customers that the person may see."""
    seen = Failure.objects.filter(run__in=runs, customer__in=Customer.objects.visible_to(user))
    numbered = seen.annotate(place=Window(RowNumber(), partition_by=F("run"), order_by=F("pk").asc()))
    found: dict[int, list[Failure]] = {}
    for failure in numbered.filter(place__lte=FAILURES_SHOWN).select_related("customer").order_by("pk"):
        found.setdefault(failure.run_id, []).append(failure)
    return found


def backfill_lines(now: datetime) -> list[BackfillLine]:
    """The latest backfills, those under way first. Two queries."""
    is_over = Case(When(state__in=OPEN, then=0), default=1)
    found = Backfill.objects.select_related("by").order_by(is_over, "-pk")
    pace = _pace()
    return [BackfillLine(one, now, pace) for one in found[:BACKFILLS_SHOWN]]


def _pace() -> timedelta | None:
    """How long a past date takes, by the latest that were scored."""
    runs = Run.objects.filter(backfilled=True, finished_at__isnull=False).order_by("-pk")
    times = [end - start for start, end in runs.values_list("started_at", "finished_at")[:PACE_OF] if end]
    return sum(times, timedelta()) / len(times) if times else None


def lasting(time: timedelta) -> str:
    """A length of time in two units at most: 0.4 s, 12 s, 3 min 5 s, 2 h 40 min, 3 days."""
    seconds = max(time / SECOND, 0.0)
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    if whole < 2 * 86400:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    return counted(whole // 86400, "day")
