"""Whether a version's scores keep still while nothing happens: who moved in a week without a new fact (S002-30)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from django.db.models import DateTimeField, F, QuerySet
from django.db.models.functions import Coalesce, TruncDate

from accounts.business_days import end_of, site_zone, start_of
from accounts.models import (
    Change,
    ChurnEvent,
    FeatureUsage,
    GoalReading,
    Interaction,
    Invoice,
    MetricValue,
    Pulse,
    Survey,
    Ticket,
    Usage,
)
from scoring.engine.frame import Floats
from scoring.models import CurrentScore, Policy, Purpose, Run, ScorecardVersion, ScoreRecord
from scoring.scorecards.shifting import NOISE, Ints

WEEK: Final = timedelta(days=7)
WEEKS: Final = 8
AT_MOST: Final = 2000  # customers looked at, evenly over the book; the keys of one statement are limited
FACTS: Final = (
    Usage, FeatureUsage, Ticket, Interaction, Survey, Pulse, Invoice, GoalReading, MetricValue, ChurnEvent,
)  # fmt: skip
DATED: Final = [(model, column) for model in FACTS for column in model.DATED_BY]


@dataclass(frozen=True, slots=True)
class Stability:
    """The week that ends on a date: of the customers compared, how many moved without news, against a target share.

    `every`: each so-manieth customer of the book was looked at; 1 = all of them.
    """

    on: date
    moved: int
    compared: int
    target: float
    every: int = 1

    @property
    def share(self) -> float | None:
        """Of one; None where nobody could be compared."""
        return self.moved / self.compared if self.compared else None

    @property
    def is_met(self) -> bool | None:
        """Whether fewer moved than the target (strictly); None where nobody could be compared."""
        return None if self.share is None else self.share < self.target


def stability(version: ScorecardVersion, on: date) -> Stability:
    """The week that ends on a date, by what nightly and shadow runs of the version have recorded. Five queries."""
    return by_week([version], on, weeks=1)[version.pk][0]


def by_week(versions: Sequence[ScorecardVersion], on: date, weeks: int = WEEKS) -> dict[int, list[Stability]]:
    """For each version by its key the weeks up to a date, the newest first. Five queries whatever their number.

    Moved = more than `Policy.stability_points` away from seven days earlier (what a person has set does not count), and
    no fact dated in those days, nor a change of a state observed in them.
    """
    ends = [on - n * WEEK for n in range(weeks)]
    policy, (ids, every) = Policy.current(), sample()
    scores = _scores(versions, ids, [*ends, ends[-1] - WEEK])
    changes = {pk: [said[day] - said[day - WEEK] for day in ends] for pk, said in scores.items()}
    most = policy.stability_points + NOISE
    moved = {pk: [np.flatnonzero(np.abs(np.nan_to_num(one)) > most) for one in each] for pk, each in changes.items()}
    everybody = np.unique(np.concatenate([rows for each in moved.values() for rows in each]))
    news = _news(ids[everybody], ends[-1] - WEEK, on)
    return {
        pk: [
            Stability(day, _without_news(ids[rows], day, news), _count(change), policy.stability_share, every)
            for day, rows, change in zip(ends, moved[pk], changes[pk], strict=True)
        ]
        for pk in scores
    }


def sample() -> tuple[Ints, int]:
    """Customers spread evenly over the book, ascending, and each how-manieth of it they are. One query."""
    every = CurrentScore.objects.order_by("customer_id").values_list("customer_id", flat=True)
    ids = np.fromiter(every, np.int64)
    step = max(1, -(-len(ids) // AT_MOST))
    return ids[::step], step


def _scores(versions: Sequence[ScorecardVersion], ids: Ints, days: Sequence[date]) -> dict[int, dict[date, Floats]]:
    """What each version itself said of the customers (n) on these days, NaN = nothing. Two queries."""
    found = {one.pk: {day: np.full(len(ids), np.nan) for day in days} for one in versions}
    runs = _runs(versions, days)
    rows = ScoreRecord.objects.filter(customer__in=ids.tolist(), run__in=runs, version__in=versions)
    said = rows.filter(score__isnull=False).order_by()
    for customer, run, pk, score in said.values_list(
        "customer_id", "run_id", "version_id", Coalesce("automatic", "score")
    ):
        found[pk][runs[run]][np.searchsorted(ids, customer)] = score
    return found


def _count(change: Floats) -> int:
    return int((~np.isnan(change)).sum())


def _runs(versions: Sequence[ScorecardVersion], days: Sequence[date]) -> dict[int, date]:
    """The finished runs of each day that may hold records of the versions: the nightly one, and their own shadows."""
    runs = Run.objects.filter(as_of__in=days, finished_at__isnull=False)
    official = runs.filter(purpose=Purpose.NIGHTLY)
    shadows = runs.filter(purpose=Purpose.SHADOW, version__in=versions)
    return dict((official | shadows).values_list("pk", "as_of"))


def _news(ids: Ints, after: date, until: date) -> set[tuple[int, date]]:
    """Customer and day of every fact and every observed change later than a day, up to another. One query."""
    if not len(ids):
        return set()
    changes = Change.objects.filter(customer__in=ids.tolist(), observed_on__gt=after, observed_on__lte=until)
    first, *rest = [_dated(model, column, ids, after, until) for model, column in DATED]
    return set(first.union(changes.order_by().values_list("customer_id", "observed_on"), *rest))


def _dated(model: Any, column: str, ids: Ints, after: date, until: date) -> QuerySet[Any, Any]:
    """Customer and day of one kind of fact."""
    rows = model.objects.filter(customer__in=ids.tolist()).order_by()
    if isinstance(model._meta.get_field(column), DateTimeField):
        inside = rows.filter(**{f"{column}__gte": end_of(after), f"{column}__lt": start_of(until + timedelta(days=1))})
        return inside.values_list("customer_id", TruncDate(column, tzinfo=site_zone()))
    return rows.filter(**{f"{column}__gt": after, f"{column}__lte": until}).values_list("customer_id", F(column))


def _without_news(ids: Ints, on: date, news: set[tuple[int, date]]) -> int:
    """How many of the customers have none in the seven days up to a date."""
    days = [on - timedelta(days=n) for n in range(WEEK.days)]
    return sum(not any((customer, day) in news for day in days) for customer in ids.tolist())
