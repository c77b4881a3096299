"""Which overrides were right: did the automatic score come round to them, or stay with what it said (D14)?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db.models import F
from django.db.models.functions import Coalesce

from scoring.models import Override, Purpose, ScoreRecord

REVIEW_DAYS: Final = 60


@dataclass(frozen=True, slots=True)
class Review:
    """An override and the automatic score `REVIEW_DAYS` after it began; None = there is none, or not yet."""

    override: Override
    later: float | None

    @property
    def verdict(self) -> str:
        """Who the later score is nearer to: "person", "score", "even", or "" while it is not known."""
        if self.later is None or self.override.automatic is None:
            return ""
        of_person, of_score = abs(self.later - self.override.score), abs(self.later - self.override.automatic)
        return "even" if of_person == of_score else "person" if of_person < of_score else "score"


def reviews(overrides: Sequence[Override]) -> list[Review]:
    """A review of each. One query whatever their number."""
    days = {one.pk: one.from_on + timedelta(days=REVIEW_DAYS) for one in overrides}
    later = _automatic({one.customer_id for one in overrides}, set(days.values()))
    return [Review(one, later.get((one.customer_id, days[one.pk]))) for one in overrides]


def _automatic(customers: set[int], days: set[date]) -> dict[tuple[int, date], float]:
    """The automatic scores of customers on dates, by both."""
    records = ScoreRecord.objects.filter(
        customer__in=customers, run__as_of__in=days, run__purpose=Purpose.NIGHTLY, score__isnull=False
    )
    found = records.annotate(on=F("run__as_of"), engine=Coalesce("automatic", "score"))
    return {(customer, on): score for customer, on, score in found.values_list("customer_id", "on", "engine")}
