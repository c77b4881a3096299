"""One customer read and scored, and past dates scored from facts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from time import perf_counter
from typing import Any, Final

from django.db import transaction

from scoring.engine.scoring import score
from scoring.loading import load_inputs
from scoring.models import Run
from scoring.past.backfilling import score_nights
from scoring.scorecards.publishing import live_version
from tests.bench import workspace
from tests.bench.timing import Result, at_most, in_turn

CUSTOMERS, DAYS = 1000, 460
YEAR: Final = 365


def one_customer() -> Result:
    """A customer's inputs read and scored; the floor is the same SQL alone."""
    workspace.fill(CUSTOMERS, DAYS)
    live = live_version()
    assert live is not None
    ids = workspace.active(workspace.LAST)[:1]
    once = partial(_read_and_score, ids, live.engine)
    with workspace.noting() as statements:
        once()
    return at_most("one-customer", in_turn(once, partial(workspace.again, statements), rounds=9), seconds=0.05)


def _read_and_score(ids: Any, version: Any) -> None:
    score(load_inputs(ids, workspace.LAST, version), version)


def backfill() -> Result:
    """A year of 1,000 customers scored from facts with all processors; the floor is what one process asks for it.

    That is its SELECTs alone, fetched and thrown away; what is written is not in it.
    """
    workspace.fill(CUSTOMERS, DAYS)
    nights = [workspace.LAST - timedelta(days=back) for back in range(YEAR)][::-1]
    took = _seconds(lambda: list(score_nights(nights)))
    with workspace.noting() as statements, transaction.atomic():
        Run.objects.filter(as_of__range=(nights[0], nights[-1])).delete()
        list(score_nights(nights))  # in a transaction, and so in this process
    return at_most("backfill", (took, workspace.again(statements)), seconds=30, ratio=1.5)


def _seconds(work: Callable[[], Any]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started
