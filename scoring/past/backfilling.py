"""Scores many past nights: their facts are read together, and parts of the customers side by side in processes."""

from __future__ import annotations

import os
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import ExitStack
from datetime import date, timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import prefetch_related_objects

from accounts.models import Customer
from scoring.leasing import give_back, take_in_turn
from scoring.models import Run, Shard
from scoring.past.ahead import PAIRS, Ahead
from scoring.past.recalling import Known, recall_day
from scoring.past.rescoring import begin_days
from scoring.running import complete, stretches
from scoring.shards import work
from scoring.spawning import pool

WORTH_IT: Final = 40  # nights; for fewer the processes take longer to start than they save
PART: Final = 500  # customers at most whose facts a process holds at once
STRETCH: Final = 400  # nights of one part whose facts a process holds at once
TOGETHER: Final = 8  # nights that are begun together; twice as many are left behind where a backfill is interrupted


def score_days(first: date, last: date, *, key: str = "") -> Iterator[Run]:
    """Score a range of past dates, each as `score_day` does; yields the runs in date order."""
    return score_nights([first + timedelta(days=n) for n in range((last - first).days + 1)], key=key)


def score_nights(
    nights: Sequence[date], *, key: str = "", known: Known = "now", beside: bool = True, keeps: bool = False
) -> Iterator[Run]:
    """Score past dates (ascending); yields each run in date order while others are still scored.

    Where somebody else has a part of a run it is not complete, and the last. A customer scores the same whoever is
    scored beside it, so that parts of the customers go side by side, where that is wanted. Inside a transaction, whose
    rows nobody else can see, this process scores them all. Who reacts to each night lets them keep what they have read.
    """
    alone = not beside or len(nights) < WORTH_IT or connection.in_atomic_block
    with ExitStack() as stack:
        stack.callback(_ahead.clear)
        stack.callback(_waiting.clear)
        lanes = [Here()] if alone else [stack.enter_context(pool(1)) for _ in range(os.cpu_count() or 1)]
        for run in _scored(nights, key, lanes, keeps) if known == "now" else _recalled(nights, lanes):
            yield run
            if run.finished_at is None:
                return


class Here(Executor):
    """Does what it is given at once, in this process."""

    def submit(self, work: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        """What came of it; raises what it raises."""
        done = Future[Any]()
        done.set_result(work(*given, **named))
        return done


def _scored(nights: Sequence[date], key: str, lanes: Sequence[Executor], keeps: bool) -> Iterator[Run]:
    """Each part of the customers goes its lane through the nights; a run is complete when all have passed it.

    Lanes do not wait for each other, nor for what is done when a night is complete, but for twice `TOGETHER` nights.
    """
    customers = list(Customer.objects.order_by("pk").values_list("pk", flat=True))
    size = max(1, min(PART, -(-len(customers) // len(lanes))))
    parts = stretches(customers, size)
    lane_of = {part: lanes[nth % len(lanes)] for nth, part in enumerate(parts)}
    begun, is_here = deque[tuple[list[Run], list[Future[None]]]](), isinstance(lanes[0], Here)
    together = 1 if is_here else TOGETHER
    length = STRETCH if len(parts) <= len(lanes) and not is_here else PAIRS // size
    for start in range(0, len(nights), length):
        stretch = tuple(nights[start : start + length])
        for first in range(0, len(stretch), together):
            runs = begin_days(stretch[first : first + together], key, parts)
            left = _left(runs)
            in_parts = left.keys() <= lane_of.keys()  # others may have begun some of them, in parts of their own
            given = left.items() if in_parts else ()
            begun.append((runs, [lane_of[part].submit(_work, some, part, stretch, keeps) for part, some in given]))
            most = 1 if in_parts and not is_here else 0
            while len(begun) > most:
                yield from _closed(*begun.popleft())
    for one in begun:
        yield from _closed(*one)


def _left(runs: Sequence[Run]) -> dict[tuple[int, int], list[int]]:
    """The shards that are not done, in the order of the nights, by the customers they are of."""
    shards = Shard.objects.filter(run__in=runs).exclude(state=Shard.State.DONE).order_by("run__as_of", "pk")
    left = defaultdict[tuple[int, int], list[int]](list)
    for pk, *part in shards.values_list("pk", "first_customer", "last_customer"):
        left[part[0], part[1]].append(pk)
    return left


def _closed(runs: Sequence[Run], parts: Sequence[Future[None]]) -> Iterator[Run]:
    for part in parts:
        part.result()
    yield from map(complete, runs)


_ahead: dict[tuple[int, int], Ahead] = {}  # what a process knows of its parts of the customers
_waiting: set[tuple[int, int]] = set()  # parts of which a night is left to somebody else


def _work(shards: Sequence[int], part: tuple[int, int], nights: tuple[date, ...], keeps: bool) -> None:
    """Score shards of a part of the customers, night after night.

    Where one is left to somebody else the later nights wait: they begin with the stages in which it leaves them.
    """
    ahead = _ahead.get(part)
    if ahead is None or ahead.nights != nights:
        ahead = _ahead[part] = Ahead(nights, part, ahead.earlier if ahead else None)
    mine = deque([] if part in _waiting else take_in_turn(Shard, shards))
    prefetch_related_objects(mine, "run__version__scorecard")
    if len(mine) < len(shards):
        _waiting.add(part)
    try:
        while mine and work(mine[0], ahead, keeps=keeps):
            mine.popleft()
    finally:
        if mine:
            _waiting.add(part)
        for shard in mine:  # interrupted, they are free for who goes on
            give_back(shard)


def _recalled(nights: Sequence[date], lanes: Sequence[Executor]) -> Iterator[Run]:
    """Nights as known then have nothing in common: each goes whole to the next lane."""
    begun = deque[Future[int]]()
    for number, night in enumerate(nights):
        begun.append(lanes[number % len(lanes)].submit(_recall, night))
        if len(begun) >= 2 * len(lanes) or isinstance(lanes[0], Here):
            yield Run.objects.get(pk=begun.popleft().result())
    yield from (Run.objects.get(pk=one.result()) for one in begun)


def _recall(night: date) -> int:
    return recall_day(night).pk
