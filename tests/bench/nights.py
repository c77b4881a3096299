"""One customer read and scored, and past dates scored from facts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any, Final

from scoring.engine.scoring import score
from scoring.judging import judge_all
from scoring.loading import load_inputs
from scoring.past.backfilling import score_nights
from scoring.scorecards.choosing import choices_now
from scoring.scorecards.publishing import live_version
from tests.bench import workspace
from tests.bench.timing import Result, at_most, in_turn

CUSTOMERS, DAYS = 1000, 460
YEAR: Final = 365
SOME: Final = 9  # nights of the year that are asked for by themselves


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
    """A year of 1,000 customers scored from facts with all processors.

    The floor is the same aggregation in SQL: the SELECTs of nights that are scored by themselves, fetched and thrown
    away, of some nights of the year and told for all. What is written is not in it.
    """
    workspace.fill(CUSTOMERS, DAYS)
    nights = [workspace.LAST - timedelta(days=back) for back in range(YEAR)][::-1]
    took = _seconds(lambda: list(score_nights(nights)))
    floor = median(_asked_by_itself(night) for night in nights[:: YEAR // SOME]) * YEAR
    return at_most("backfill", (took, floor), seconds=30, ratio=1.5)


def _asked_by_itself(night: date) -> float:
    with workspace.noting() as statements:
        list(judge_all(workspace.active(night), night, choices_now()))
    return workspace.again(statements)


def _seconds(work: Callable[[], Any]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started
