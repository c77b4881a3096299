"""Which indicators are open: the condition holds, or held the night before (library 1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import numpy as np

from scoring.indicators.clearing import still_open
from scoring.indicators.definitions import INDICATORS
from scoring.models import CurrentScore, Purpose, Run, ScoreRecord
from scoring.nights import LOOK_BACK_DAYS


def open_indicators(customer_ids: Iterable[int], on: date) -> dict[int, list[str]]:
    """The keys of the open indicators of each customer on a date, in the order of the library.

    They are read from the two latest nights up to the date, at most a month back, or from the live score and the night
    before it where that is newer. Who has no score there has none. Three queries.
    """
    ids = list(customer_ids)
    told = _told(ids, on)
    latest = np.array([[0, 0, *(bits for _, bits in sorted(told[pk]))][-2:] for pk in ids], np.int64).reshape(-1, 2)
    bits = still_open(latest[:, 1], latest[:, 0]).tolist()
    return {
        pk: [key for key, indicator in INDICATORS.items() if open_bits & indicator.bit]
        for pk, open_bits in zip(ids, bits, strict=True)
    }


def _told(ids: list[int], on: date) -> dict[int, set[tuple[date, int]]]:
    """By customer what each day says, nights and the live score alike."""
    days = (on - timedelta(days=LOOK_BACK_DAYS), on)
    runs = dict(Run.objects.filter(purpose=Purpose.NIGHTLY, as_of__range=days).values_list("pk", "as_of"))
    records = ScoreRecord.objects.filter(customer_id__in=ids, run_id__in=list(runs))
    told: dict[int, dict[date, int]] = {pk: {} for pk in ids}
    live = CurrentScore.objects.filter(customer_id__in=ids, as_of__range=days)
    for pk, day, bits in live.values_list("customer_id", "as_of", "indicators"):
        told[pk][day] = bits
    for pk, run, bits in records.values_list("customer_id", "run_id", "indicators"):
        told[pk][runs[run]] = bits
    return {pk: set(said.items()) for pk, said in told.items()}
