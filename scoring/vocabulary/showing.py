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
    """Let current scores of a date, or of a later one, say the stage of that date: two queries, one more per 500.

    One where there are none.
    """
    if not len(ids):
        return
    mine = set(ids.tolist())
    shown = CurrentScore.objects.filter(stretch((int(ids[0]), int(ids[-1]))), as_of__gte=on)
    rows = [row for row in shown.values_list("customer_id", "stage", "stage_since") if row[0] in mine]
    now = stages_since(ids, on) if rows else {}
    changed = [
        CurrentScore(customer_id=pk, stage=wanted[0], stage_since=wanted[1])
        for pk, *said in rows
        if tuple(said) != (wanted := now.get(pk, (0, None)))
    ]
    CurrentScore.objects.bulk_update(changed, ["stage", "stage_since"], batch_size=ROWS_AT_ONCE)
