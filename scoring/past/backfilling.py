"""Scores many past nights, stretches of them side by side in processes of their own."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from datetime import date, timedelta
from functools import partial
from itertools import chain
from typing import Final

from django.conf import settings
from django.db import connection

from accounts.models import Customer
from scoring.indicators.evaluating import COMPARE_DAYS
from scoring.models import Run
from scoring.past.recalling import Known, score_date
from scoring.scorecards.choosing import SEGMENT_BEFORE, choices_now
from scoring.spawning import pool
from scoring.vocabulary.staying import settle

LOOK_BACK: Final = COMPARE_DAYS  # nights: a night's indicators read the record of the night so long before
Score = Callable[[Sequence[date]], list[int]]
WORTH_IT: Final = 40  # nights; for fewer the processes take longer to start than they save


def score_days(first: date, last: date, *, key: str = "") -> Iterator[Run]:
    """Score a range of past dates, each as `score_day` does; yields the runs in date order."""
    return score_nights([first + timedelta(days=n) for n in range((last - first).days + 1)], key=key)


def score_nights(nights: Sequence[date], *, key: str = "", known: Known = "now") -> Iterator[Run]:
    """Score past dates (ascending); yields each run in date order while others are still scored.

    A night is the same alone as after others, so that stretches of them may be scored side by side. Inside a
    transaction, whose rows nobody else can see, this process scores them.
    """
    processes = 1 if needs_order() else min(os.cpu_count() or 1, LOOK_BACK)
    length = LOOK_BACK // processes
    stretches = [nights[start : start + length] for start in range(0, len(nights), length)]
    score = partial(_score, key, known)
    if processes < 2 or len(nights) < WORTH_IT or connection.in_atomic_block:
        yield from _runs(map(score, stretches))
    else:
        with pool(processes) as beside:
            yield from _runs(_ahead(beside, score, stretches, processes))


def _ahead(beside: Executor, score: Score, stretches: Sequence[Sequence[date]], most: int) -> Iterator[list[int]]:
    """What comes of stretches in their order. One begins only when all that its nights look back at are done."""
    waiting = deque(beside.submit(score, stretch) for stretch in stretches[:most])
    for number in range(len(stretches)):
        found = waiting.popleft().result()
        if number + most < len(stretches):
            waiting.append(beside.submit(score, stretches[number + most]))
        yield found


def needs_order() -> bool:
    """Whether a night depends on the one before: bands are left late, or a rule asks for the segment of before."""
    live = choices_now()
    rules = [choice.when for choice in live if choice.when]
    rules += [one.when for choice in live for one in choice.version.engine.thresholds]
    late = any(choice.version.engine.hysteresis for choice in live)
    return late or any(SEGMENT_BEFORE in rule.fields() for rule in rules)


def _runs(found: Iterable[list[int]]) -> Iterator[Run]:
    """The runs in the order of their dates; with each, customers move through their stages."""
    for pk in chain.from_iterable(found):
        run = Run.objects.get(pk=pk)
        settle(run)
        yield run


def _score(key: str, known: Known, nights: Sequence[date]) -> list[int]:
    return [score_date(night, known=known, key=key).pk for night in nights]
