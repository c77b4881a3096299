"""Writes each customer's stage beside its current score, where lists read it."""

from __future__ import annotations

from datetime import date
from typing import Final

from accounts.history import stretch
from scoring.models import CurrentScore
from scoring.nights import Ints
from scoring.vocabulary.stays import stages_since

ROWS_AT_ONCE: Final = 500


def show(ids: Ints, on: date) -> None:
    """Let current scores of a date, or of a later one, say the stage of that date: two queries, one more per 500."""
    if not len(ids):
        return
    now = stages_since(ids, on)
    shown = CurrentScore.objects.filter(stretch((int(ids[0]), int(ids[-1]))), customer__in=ids.tolist(), as_of__gte=on)
    changed = [
        CurrentScore(customer_id=pk, stage=wanted[0], stage_since=wanted[1])
        for pk, stage, since in shown.values_list("customer_id", "stage", "stage_since")
        if (stage, since) != (wanted := now.get(pk, (0, None)))
    ]
    CurrentScore.objects.bulk_update(changed, ["stage", "stage_since"], batch_size=ROWS_AT_ONCE)
