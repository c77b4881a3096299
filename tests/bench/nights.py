"""One customer read and scored, and past dates scored from facts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any, Final

from scoring.engine.scoring import score
from scoring.loading import load_inputs
from scoring.past.backfilling import score_nights
from scoring.scorecards.publishing import live_version
from tests.bench import workspace
from tests.bench.timing import Result, at_most, in_turn

CUSTOMERS, DAYS = 1000, 460
YEAR: Final = 365
NIGHTS: Final = 28  # as many as are scored in one stretch; a year is thirteen of them


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
    """28 dates of 1,000 customers scored and recorded, told for a year; the floor is their own SQL."""
    workspace.fill(CUSTOMERS, DAYS)
    pairs = [_stretch(number) for number in range(3)]
    took, floor = (median(pair[place] for pair in pairs) * YEAR / NIGHTS for place in (0, 1))
    return at_most("backfill", (took, floor), seconds=30, ratio=1.5)


def _stretch(number: int) -> tuple[float, float]:
    first = workspace.LAST - timedelta(days=NIGHTS * (number + 1) - 1)
    nights = [first + timedelta(days=day) for day in range(NIGHTS)]
    with workspace.noting() as statements:
        took = _seconds(lambda: list(score_nights(nights)))
    return took, workspace.again(statements)


def _seconds(work: Callable[[], Any]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started
