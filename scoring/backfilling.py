"""Scores many past nights, stretches of them side by side in processes of their own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from itertools import chain
from typing import Final

from django.db import connection

from scoring.models import Run
from scoring.rescoring import score_day
from scoring.spawning import pool

STRETCH: Final = 10  # nights; indicators look back 28 days, so that stretches side by side do not need each other
WORTH_IT: Final = 40  # nights; for fewer the processes take longer to start than they save


def score_days(first: date, last: date, *, key: str = "") -> Iterator[Run]:
    """Score a range of past dates, each as `score_day` does; yields the runs in date order."""
    return score_nights([first + timedelta(days=n) for n in range((last - first).days + 1)], key=key)


def score_nights(nights: Sequence[date], *, key: str = "") -> Iterator[Run]:
    """Score past dates (ascending); yields each run in date order while others are still scored.

    A night is the same alone as after others, so that stretches of them may be scored side by side. Inside a
    transaction, whose rows nobody else can see, this process scores them.
    """
    processes = os.cpu_count() or 1
    if processes < 2 or len(nights) < WORTH_IT or connection.in_atomic_block:
        yield from (score_day(night, key) for night in nights)
        return
    with pool(processes) as beside:
        stretches = [nights[start : start + STRETCH] for start in range(0, len(nights), STRETCH)]
        yield from (Run.objects.get(pk=pk) for pk in chain.from_iterable(beside.map(partial(_score, key), stretches)))


def _score(key: str, nights: Sequence[date]) -> list[int]:
    return [score_day(night, key).pk for night in nights]
