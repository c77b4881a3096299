"""Writes scores: the record of a run, and the current score of each customer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from django.utils import timezone

from accounts.history import stretch
from accounts.models import Customer
from scoring.judging import Judged
from scoring.models import CurrentScore, Purpose, Run, ScoreRecord
from scoring.packing import pack
from scoring.vocabulary.stays import stages_since

Ids = npt.NDArray[np.int64]
ROWS_AT_ONCE = 500  # below the limit of parameters of a statement on SQLite
COMPARE_DAYS = 30


def numbers(judged: Judged) -> Iterable[dict[str, Any]]:
    """The stored numbers of each customer, in the order of the ids; plain Python numbers, None for none."""
    scored, indicators = judged.scored, judged.indicators.tolist()
    coverage, band = scored.coverage.tolist(), scored.band.tolist()
    score, automatic = scored.score.tolist(), scored.automatic.tolist()
    low, high = scored.low.tolist(), scored.high.tolist()
    outcome, inputs = scored.reason.tolist(), pack(scored.raw, scored.states)
    segment, tags = judged.placed.segment.tolist(), judged.placed.tags.tolist()
    for i in range(len(scored.ids)):
        known = outcome[i] == 0
        yield {
            "version": judged.version,
            "outcome": outcome[i],
            "score": score[i] if known else None,
            "automatic": automatic[i] if known and automatic[i] != score[i] else None,
            "band": band[i],
            "coverage": coverage[i],
            "low": low[i] if known else 0.0,
            "high": high[i] if known else 100.0,
            "inputs": inputs[i],
            "indicators": indicators[i],
            "segment": segment[i],
            "tags": tags[i],
        }


def record(run: Run, judged: Judged) -> None:
    """Write the scores of a stretch of customers into a run that has none of them yet."""
    rows = zip(judged.scored.ids.tolist(), numbers(judged), strict=True)
    ScoreRecord.objects.bulk_create(
        (ScoreRecord(customer_id=customer_id, run=run, **stored) for customer_id, stored in rows),
        batch_size=ROWS_AT_ONCE,
    )


def refresh(judged: Judged, on: date) -> None:
    """Make these the current scores of their customers, unless a newer date is there already."""
    ids, now = judged.scored.ids, timezone.now()
    older = _older(ids, on)
    rows = [
        CurrentScore(customer_id=customer_id, as_of=on, calculated_at=now, **stored, **beside)
        for customer_id, stored, beside, mine in zip(
            ids.tolist(), numbers(judged), _beside(judged, on), older, strict=True
        )
        if mine
    ]
    changing = [field.name for field in CurrentScore._meta.fields if field.name not in ("customer", "facts_at")]
    CurrentScore.objects.bulk_create(
        rows, batch_size=ROWS_AT_ONCE, update_conflicts=True, unique_fields=["customer"], update_fields=changing
    )


def retire(on: date) -> None:
    """Take away the current scores of those who are no customers on the date."""
    CurrentScore.objects.filter(as_of__lte=on).exclude(customer__in=Customer.objects.active_on(on)).delete()


def scores_on(ids: Ids, on: date) -> dict[int, float]:
    """The official scores of customers on a date."""
    records = ScoreRecord.objects.filter(
        stretch((int(ids[0]), int(ids[-1]))), run__as_of=on, run__purpose=Purpose.NIGHTLY, score__isnull=False
    )
    return {
        customer_id: score for customer_id, score in records.values_list("customer_id", "score") if score is not None
    }


def _older(ids: Ids, on: date) -> Sequence[bool]:
    newer = CurrentScore.objects.filter(stretch((int(ids[0]), int(ids[-1]))), as_of__gt=on)
    ahead = set(newer.values_list("customer_id", flat=True))
    return [customer_id not in ahead for customer_id in ids.tolist()]


def _beside(judged: Judged, on: date) -> Iterator[dict[str, Any]]:
    """What lists sort and filter by, for each customer in the order of the ids. Two queries."""
    scored, bands = judged.scored, judged.version.engine.bands
    before = scores_on(scored.ids, on - timedelta(days=COMPARE_DAYS))
    stages, flags = stages_since(scored.ids, on), {name: up.tolist() for name, up in scored.flags.items()}
    tiers, revenue_tiers = judged.placed.tier.tolist(), judged.placed.revenue_tier.tolist()
    columns = zip(scored.ids.tolist(), scored.score.tolist(), scored.band.tolist(), judged.beside["arr"], strict=True)
    for i, (customer_id, score, band, arr) in enumerate(columns):
        stage, since = stages.get(customer_id, (0, None))
        earlier = before.get(customer_id)
        yield {
            "role": bands[band].role if band >= 0 else "",
            "change_30": None if band < 0 or earlier is None else score - earlier,
            "arr": None if np.isnan(arr) else float(arr),
            "is_churn_risk": flags["churn_risk"][i],
            "is_expansion_opportunity": flags["expansion"][i],
            "is_emergency": flags["emergency"][i],
            "tier": tiers[i],
            "revenue_tier": revenue_tiers[i],
            "stage": stage,
            "stage_since": since,
        }
