"""Stored scores and their reasons: what a score is made of, and why it differs from another day's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Customer
from scoring.engine.changes import Change, snapshot, split_change
from scoring.engine.explaining import Line, contribution_lines
from scoring.engine.scoring import Scored
from scoring.models import CurrentScore, Purpose, ScorecardVersion, ScoreRecord
from scoring.models.scores import ScoreNumbers
from scoring.packing import Said, rescore_all


class NotScored(ValueError):
    """There is no score of this customer on this date."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A stored score made again: row 0 of `scored` holds every reason."""

    as_of: date
    version: ScorecardVersion
    stored: ScoreNumbers
    scored: Scored

    @property
    def lines(self) -> list[Line]:
        """Contributions; they sum to the score."""
        return contribution_lines(self.scored, 0, self.version.engine)


def explain(customer: Customer, on: date | None = None, *, scorecard: str = "") -> Explained:
    """The official score on a date, or the current one, with its reasons. Raises NotScored where nothing is stored."""
    stored, as_of = _current(customer) if on is None else _recorded(customer, on, scorecard)
    version = stored.version
    return Explained(as_of, version, stored, rescored(stored))


def rescored(stored: ScoreNumbers) -> Scored:
    """One stored score made again with all its reasons, the override that held among them."""
    return rescore_all([stored.customer_id], [stored.inputs], stored.version.engine, Said.of([stored]))


def changes_between(before: Explained, after: Explained) -> list[Change]:
    """The exact split of the difference; empty unless both days have a score."""
    if before.stored.score is None or after.stored.score is None:
        return []
    earlier = snapshot(before.scored, 0, before.version.engine)
    return split_change(earlier, snapshot(after.scored, 0, after.version.engine))


def _current(customer: Customer) -> tuple[ScoreNumbers, date]:
    if Customer.current_score.is_cached(customer):
        current = getattr(customer, "current_score", None)
    else:
        current = CurrentScore.objects.select_related("version__scorecard").filter(customer=customer).first()
    if current is None:
        raise NotScored(f"{customer} has no current score: prospects and churned customers have none")
    return current, current.as_of


def _recorded(customer: Customer, on: date, scorecard: str) -> tuple[ScoreNumbers, date]:
    purpose = Purpose.TRIAL if scorecard else Purpose.NIGHTLY
    records = ScoreRecord.objects.filter(customer=customer, run__purpose=purpose, run__scorecard=scorecard)
    record = records.filter(run__as_of=on).select_related("version__scorecard").first()
    if record is None:
        raise NotScored(f"{customer} has no recorded score on {on}; `score --date {on}` makes one")
    return record, on


def _last_record_before(customer: Customer, on: date) -> date | None:
    """The latest date up to `on` with an official score of the customer."""
    records = ScoreRecord.objects.filter(customer=customer, run__purpose=Purpose.NIGHTLY, run__as_of__lte=on)
    return records.filter(score__isnull=False).order_by("-run__as_of").values_list("run__as_of", flat=True).first()


def explain_before(customer: Customer, wanted: date, before: date) -> Explained | None:
    """The latest official score before a date and up to `wanted`, else the first before it, if any. One query."""
    nightly = ScoreRecord.objects.filter(customer=customer, run__purpose=Purpose.NIGHTLY, run__as_of__lt=before)
    scored = nightly.filter(score__isnull=False)
    last = scored.filter(run__as_of__lte=wanted).order_by("-run__as_of").values("run_id")
    first = scored.order_by("run__as_of").values("run_id")
    chosen = scored.filter(run_id=Coalesce(Subquery(last[:1]), Subquery(first[:1])))
    record = chosen.select_related("run", "version__scorecard").first()
    return Explained(record.run.as_of, record.version, record, rescored(record)) if record else None


def nearest_record(customer: Customer, on: date) -> date | None:
    """The date nearest to `on` with an official score of the customer; of two equally near ones the earlier."""
    earlier = _last_record_before(customer, on)
    records = ScoreRecord.objects.filter(customer=customer, run__purpose=Purpose.NIGHTLY, run__as_of__gt=on)
    later = records.filter(score__isnull=False).order_by("run__as_of").values_list("run__as_of", flat=True).first()
    return min(filter(None, [earlier, later]), key=lambda day: abs((day - on).days), default=None)


def trends(customers: Sequence[int], first: date, last: date) -> dict[int, list[tuple[date, float | None, int]]]:
    """Official scores of several customers by date: (date, score, version id). One query whatever their number."""
    nightly = ScoreRecord.objects.filter(run__purpose=Purpose.NIGHTLY, run__as_of__range=(first, last))
    records = nightly.filter(customer_id__in=list(customers)).annotate(on=F("run__as_of"))
    found: dict[int, list[tuple[date, float | None, int]]] = {customer_id: [] for customer_id in customers}
    for customer_id, on, score, version_id in records.values_list("customer_id", "on", "score", "version_id"):
        found[customer_id].append((on, score, version_id))
    return {customer_id: sorted(rows, key=lambda row: row[0]) for customer_id, rows in found.items()}


def as_json(explained: Explained, customer_id: str, against: Explained | None = None) -> dict[str, Any]:
    """The form that `explain --json` prints."""
    return {
        "customer": customer_id,
        **_side(explained),
        "contributions": [_line(line) for line in explained.lines],
        "against": against
        and {
            **_side(against),
            "changes": [
                {
                    "cause": change.cause,
                    "component": change.component,
                    "measure": change.measure,
                    "points": change.points,
                }
                for change in changes_between(against, explained)
            ],
        },
    }


def _side(explained: Explained) -> dict[str, Any]:
    """The score of a day, by which scorecard, and how sure it is: `coverage` 0-1, `low` and `high` 0-100.

    `band` is its label; without a score band, low and high are None.
    """
    stored, version = explained.stored, explained.version
    is_scored = stored.score is not None
    return {
        "as_of": explained.as_of.isoformat(),
        "score": stored.score,
        "scorecard": version.scorecard.key,
        "version": version.number,
        "band": version.engine.bands[stored.band].label if is_scored else None,
        "coverage": stored.coverage,
        "low": stored.low if is_scored else None,
        "high": stored.high if is_scored else None,
    }


def _line(line: Line) -> dict[str, Any]:
    names = ("component", "measure", "raw", "points", "effective_weight", "contribution")
    return {name: getattr(line, name) for name in names}
