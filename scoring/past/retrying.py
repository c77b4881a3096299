"""Tries again to score the customers that a run could not; what it has recorded stays as it is."""

from __future__ import annotations

from typing import Final

import numpy as np
from django.db import transaction
from django.db.models import F

from scoring.judging import judge_all
from scoring.models import Failure, Purpose, Run
from scoring.recording import record
from scoring.scorecards.choosing import choices_of

MOST: Final = 200  # customers at once


def may_retry(run: Run) -> bool:
    """Whether there is something to try again. A recalled date is made anew as a whole."""
    return run.finished_at is not None and run.failed > 0 and run.purpose != Purpose.RECALLED


def retry(*, run: Run) -> tuple[int, int]:
    """Score failed customers of a finished run again; returns how many succeeded and how many failed once more.

    Each by itself: one that fails again keeps its failure, with the new reason. Twice has the effect of once.
    """
    outcomes = [_again(run, failure) for failure in run.failures.order_by("pk")[:MOST]] if may_retry(run) else []
    return outcomes.count(True), outcomes.count(False)


def _again(run: Run, failure: Failure) -> bool | None:
    """Whether one customer could be scored now; None where another is faster."""
    try:
        with transaction.atomic():
            if not Failure.objects.filter(pk=failure.pk).delete()[0]:
                return None
            ids, choices = np.array([failure.customer_id]), choices_of(run)
            for judged in judge_all(ids, run.as_of, choices, officially=run.is_official):
                record(run, judged)
                column = "scored" if judged.scored.reason[0] == 0 else "not_scored"
                Run.objects.filter(pk=run.pk).update(failed=F("failed") - 1, **{column: F(column) + 1})
    except Exception as error:  # whatever it is, the others are tried too and the run shows it by name
        Failure.objects.filter(pk=failure.pk).update(reason=f"{type(error).__name__}: {error}")
        return False
    return True
