"""Writes scores: the record of a run, and the current score of each customer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from django.utils import timezone

from accounts.history import stretch
from accounts.ingestion.inserting import insert
from accounts.models import Customer
from scoring.engine.frame import Bools, Floats
from scoring.judging import Judged
from scoring.models import CurrentScore, Purpose, Run, ScoreRecord
from scoring.nights import records_of
from scoring.packing import pack
from scoring.vocabulary.stays import stages_since

Ids = npt.NDArray[np.int64]
ROWS_AT_ONCE = 500  # below the limit of parameters of a statement on SQLite
COMPARE_DAYS = 30


def numbers(judged: Judged) -> dict[str, list[Any]]:
    """What is stored of each score, as columns in the order of the ids; plain Python numbers, None for none."""
    scored, placed = judged.scored, judged.placed
    known = scored.reason == 0
    return {
        "customer_id": scored.ids.tolist(),
        "version_id": [judged.version.pk] * len(known),
        "outcome": scored.reason.tolist(),
        "score": _or_none(scored.score, known),
        "automatic": _or_none(scored.automatic, known & (scored.automatic != scored.score)),
        "band": scored.band.tolist(),
        "coverage": scored.coverage.tolist(),
        "low": np.where(known, scored.low, 0.0).tolist(),
        "high": np.where(known, scored.high, 100.0).tolist(),
        "inputs": pack(scored.raw, scored.states),
        "indicators": judged.indicators.tolist(),
        "segment": placed.segment.tolist(),
        "tags": placed.tags.tolist(),
    }


def record(run: Run, judged: Judged) -> None:
    """Write the scores of a stretch of customers into a run that has none of them yet."""
    count = len(judged.scored.ids)
    insert(ScoreRecord, {**numbers(judged), "run_id": [run.pk] * count}, count)


def refresh(judged: Judged, on: date) -> None:
    """Make these the current scores of their customers, unless a newer date is there already."""
    columns, now = {**numbers(judged), **_beside(judged, on)}, timezone.now()
    rows = [
        CurrentScore(as_of=on, calculated_at=now, **dict(zip(columns, row, strict=True)))
        for row, mine in zip(zip(*columns.values(), strict=True), _older(judged.scored.ids, on), strict=True)
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
    records = records_of(ids).filter(run__as_of=on, run__purpose=Purpose.NIGHTLY, score__isnull=False)
    return {
        customer_id: score for customer_id, score in records.values_list("customer_id", "score") if score is not None
    }


def _older(ids: Ids, on: date) -> Sequence[bool]:
    newer = CurrentScore.objects.filter(stretch((int(ids[0]), int(ids[-1]))), as_of__gt=on)
    ahead = set(newer.values_list("customer_id", flat=True))
    return [customer_id not in ahead for customer_id in ids.tolist()]


def _beside(judged: Judged, on: date) -> dict[str, list[Any]]:
    """What lists sort and filter by, as columns in the order of the ids. Two queries."""
    scored, placed, arr = judged.scored, judged.placed, judged.beside["arr"]
    ids, known = scored.ids.tolist(), scored.band >= 0
    roles = np.array([*(band.role for band in judged.version.engine.bands), ""])
    before, stages = scores_on(scored.ids, on - timedelta(days=COMPARE_DAYS)), stages_since(scored.ids, on)
    change = scored.score - np.array([before.get(customer_id, np.nan) for customer_id in ids])
    in_stage = [stages.get(customer_id, (0, None)) for customer_id in ids]
    return {
        "role": roles[scored.band].tolist(),  # -1 is the last
        "change_30": _or_none(change, known & ~np.isnan(change)),
        "arr": _or_none(arr, ~np.isnan(arr)),
        "is_churn_risk": scored.flags["churn_risk"].tolist(),
        "is_expansion_opportunity": scored.flags["expansion"].tolist(),
        "is_emergency": scored.flags["emergency"].tolist(),
        "tier": placed.tier.tolist(),
        "revenue_tier": placed.revenue_tier.tolist(),
        "stage": [stage for stage, _ in in_stage],
        "stage_since": [since for _, since in in_stage],
    }


def _or_none(values: Floats, there: Bools) -> list[float | None]:
    """Plain numbers, None where there is none."""
    found = values.astype(object)
    found[~there] = None
    return list(found)
