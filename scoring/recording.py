"""Writes scores: the record of a run, and the current score of each customer."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import transaction
from django.utils import timezone

from accounts.history import stretch
from accounts.ingestion.inserting import insert
from accounts.models import Customer
from scoring.engine.frame import Bools, Floats
from scoring.engine.scoring import Scored
from scoring.judging import Judged, judge_all, judged_apart
from scoring.models import CurrentScore, Purpose, Run, ScoreRecord
from scoring.nights import records_of
from scoring.packing import pack
from scoring.scorecards.choosing import Choice
from scoring.vocabulary.stays import stages_since

log = logging.getLogger(__name__)

Ids = npt.NDArray[np.int64]
News = Mapping[int, datetime | None]  # the stamp of the latest about each customer
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


@transaction.atomic(savepoint=False)
def refresh(judged: Judged, on: date, news: News | None = None) -> None:
    """Make these the current scores of their customers, unless a newer date is there already.

    `news` has the stamps of what was the latest about each before the facts were read, where that is up to the moment;
    it is written with the numbers, so that a score which knows less than another is seen to know less.
    """
    columns, now = {**numbers(judged), **_beside(judged, on)}, timezone.now()
    if news is not None:
        columns["facts_at"] = [news.get(customer_id) for customer_id in judged.scored.ids.tolist()]
    rows = [
        CurrentScore(as_of=on, calculated_at=now, **dict(zip(columns, row, strict=True)))
        for row, mine in zip(zip(*columns.values(), strict=True), _older(judged.scored.ids, on), strict=True)
        if mine
    ]
    kept = {"customer"} if news is not None else {"customer", "facts_at"}
    changing = [field.name for field in CurrentScore._meta.fields if field.name not in kept]
    CurrentScore.objects.bulk_create(
        rows, batch_size=ROWS_AT_ONCE, update_conflicts=True, unique_fields=["customer"], update_fields=changing
    )


def renew(ids: Ids, on: date, choices: Sequence[Choice], news: News | None) -> tuple[list[Scored], dict[int, str]]:
    """Make the current scores of customers (ids ascending) anew, by the live scorecards; `news` as for `refresh`.

    Returns the scores, and who cannot be scored, with the reason; the log names them too.
    """
    found, lost = [], dict[int, str]()
    for judged in judged_apart(ids, partial(judge_all, on=on, choices=choices), lost):
        refresh(judged, on, news)
        found.append(judged.scored)
    for customer_id, why in lost.items():
        log.error("customer %s cannot be scored as of %s: %s", customer_id, on, why)
    return found, lost


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
    """Whose current score is not of a newer date (n). Nobody else writes them until this transaction ends."""
    there = CurrentScore.objects.filter(stretch((int(ids[0]), int(ids[-1])))).order_by("customer_id")
    dates = dict(there.select_for_update(no_key=True).values_list("customer_id", "as_of"))
    return [dates.get(customer_id, on) <= on for customer_id in ids.tolist()]


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
