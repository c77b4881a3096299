"""Scores many past nights: their facts are read together, and parts of the customers side by side in processes."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import ExitStack
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final

from django.db import connection

from accounts.models import Customer
from scoring.indicators.remembering import Remembered
from scoring.leasing import take
from scoring.models import Run, Shard
from scoring.past.ahead import EVERYBODY, PAIRS, Ahead
from scoring.past.recalling import Known, recall_day
from scoring.past.rescoring import Parts, begin_day
from scoring.running import complete
from scoring.scorecards.choosing import STAGE, choices_now
from scoring.shards import work
from scoring.spawning import pool
from scoring.vocabulary.staying import settle

WORTH_IT: Final = 40  # nights; for fewer the processes take longer to start than they save
PART: Final = 500  # customers at most whose facts a process holds at once
STRETCH: Final = 400  # nights of one part whose facts a process holds at once
BEGUN: Final = 8  # nights that have begun and are not closed: few are left behind where a backfill is interrupted


def score_days(first: date, last: date, *, key: str = "") -> Iterator[Run]:
    """Score a range of past dates, each as `score_day` does; yields the runs in date order."""
    return score_nights([first + timedelta(days=n) for n in range((last - first).days + 1)], key=key)


def score_nights(nights: Sequence[date], *, key: str = "", known: Known = "now", beside: bool = True) -> Iterator[Run]:
    """Score past dates (ascending); yields each run in date order while others are still scored.

    A customer scores the same whoever is scored beside it, so that parts of the customers go side by side, where that
    is wanted. Inside a transaction, whose rows nobody else can see, this process scores them all, and where a rule asks
    for the stage, which moves when a night is complete.
    """
    alone = not beside or len(nights) < WORTH_IT or connection.in_atomic_block or asks_for_stage()
    remembered = Remembered()
    with ExitStack() as stack:
        stack.callback(_ahead.clear)
        lanes = [Here()] if alone else [stack.enter_context(pool(1)) for _ in range(os.cpu_count() or 1)]
        for run in _scored(nights, key, lanes) if known == "now" else _recalled(nights, lanes):
            settle(run, remembered)  # customers move through their stages night after night
            yield run


class Here(Executor):
    """Does what it is given at once, in this process."""

    def submit(self, work: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        """What came of it; raises what it raises."""
        done = Future[Any]()
        done.set_result(work(*given, **named))
        return done


def asks_for_stage() -> bool:
    """Whether a rule that decides a score looks at the stage of the customer."""
    live = choices_now()
    rules = [choice.when for choice in live if choice.when]
    rules += [one.when for choice in live for one in choice.version.engine.thresholds]
    return any(STAGE in rule.fields() for rule in rules) or any(STAGE in one.version.engine.inputs for one in live)


def _scored(nights: Sequence[date], key: str, lanes: Sequence[Executor]) -> Iterator[Run]:
    """Each part of the customers goes its lane through the nights; a run is complete when all have passed it.

    Lanes do not wait for each other, nor for what is done when a night is complete, but for `BEGUN` nights at most.
    """
    customers = list(Customer.objects.order_by("pk").values_list("pk", flat=True))
    size = max(1, min(PART, -(-len(customers) // len(lanes))))
    edges = [EVERYBODY[0], *customers[size::size], EVERYBODY[1]]
    parts = [(first, after - 1) for first, after in pairwise(edges)]
    begun, is_here = deque[tuple[Run, list[Future[None]]]](), isinstance(lanes[0], Here)
    length = STRETCH if len(parts) <= len(lanes) and not is_here else PAIRS // size
    for start in range(0, len(nights), length):
        stretch = tuple(nights[start : start + length])
        for night in stretch:
            run = begin_day(night, key, parts)
            shards = run.shards.exclude(state=Shard.State.DONE).order_by("pk")
            begun.append((run, [_submit(shard, stretch, parts, lanes) for shard in shards]))
            if is_here or len(begun) >= BEGUN:
                yield _closed(*begun.popleft())
    yield from (_closed(*one) for one in begun)


def _submit(shard: Shard, nights: tuple[date, ...], parts: Parts, lanes: Sequence[Executor]) -> Future[None]:
    part = (shard.first_customer, shard.last_customer)
    lane = parts.index(part) if part in parts else 0
    return lanes[lane % len(lanes)].submit(_work, shard.pk, part, nights)


def _closed(run: Run, parts: Sequence[Future[None]]) -> Run:
    for part in parts:
        part.result()
    return complete(run)


_ahead: dict[tuple[int, int], Ahead] = {}  # what a process has read of its parts of the customers


def _work(shard_id: int, part: tuple[int, int], nights: tuple[date, ...]) -> None:
    """Score a shard, unless somebody else does or has."""
    ahead = _ahead.get(part)
    if ahead is None or ahead.nights != nights:
        ahead = _ahead[part] = Ahead(nights, part)
    shard = take(Shard, shard_id)
    if shard is not None:
        work(shard, ahead.load)


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
