"""Scores many past nights: their facts are read together, and parts of the customers side by side in processes."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import ExitStack
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from django.conf import settings
from django.db import connection

from accounts.models import Customer
from scoring.indicators.remembering import Remembered
from scoring.judging import load_night
from scoring.leasing import take
from scoring.models import Run, Shard
from scoring.past.ahead import EVERYBODY, PAIRS, Ahead
from scoring.past.recalling import Known, recall_day, score_date
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


def score_nights(nights: Sequence[date], *, key: str = "", known: Known = "now") -> Iterator[Run]:
    """Score past dates (ascending); yields each run in date order while others are still scored.

    A customer scores the same whoever is scored beside it, so that parts of the customers go side by side. Inside a
    transaction, whose rows nobody else can see, this process scores them, and where a rule asks for the stage, which
    moves when a night is complete.
    """
    processes = os.cpu_count() or 1
    alone = processes < 2 or len(nights) < WORTH_IT or connection.in_atomic_block or asks_for_stage()
    remembered = Remembered()
    with ExitStack() as stack:
        lanes = [stack.enter_context(pool(1)) for _ in range(0 if alone else processes)]
        if not lanes:
            runs = _one_by_one(nights, key, known)
        else:
            runs = _side_by_side(nights, key, lanes) if known == "now" else _recalled(nights, lanes)
        for run in runs:
            settle(run, remembered.bits_by_day)  # customers move through their stages night after night
            yield run


def asks_for_stage() -> bool:
    """Whether a rule that decides a score looks at the stage of the customer."""
    live = choices_now()
    rules = [choice.when for choice in live if choice.when]
    rules += [one.when for choice in live for one in choice.version.engine.thresholds]
    return any(STAGE in rule.fields() for rule in rules) or any(STAGE in one.version.engine.inputs for one in live)


def _one_by_one(nights: Sequence[date], key: str, known: Known) -> Iterator[Run]:
    customers = max(Customer.objects.count(), 1)
    length = max(1, min(STRETCH, PART * STRETCH // customers))
    for start in range(0, len(nights), length):
        ahead = Ahead(nights[start : start + length])
        read = ahead.load if customers <= settings.SHARD_SIZE else load_night
        for night in ahead.nights:
            yield score_date(night, known=known, key=key, read=read)


# -- side by side ------------------------------------------------------------------------------------------------------


def _side_by_side(nights: Sequence[date], key: str, lanes: Sequence[Executor]) -> Iterator[Run]:
    """Each part of the customers goes its lane through the nights; a run is complete when all have passed it.

    Lanes do not wait for each other, nor for what is done when a night is complete, but for `BEGUN` nights at most.
    """
    parts = _parts(len(lanes))
    length = STRETCH if len(parts) <= len(lanes) else PAIRS // PART
    begun = deque[tuple[Run, list[Future[None]]]]()
    for start in range(0, len(nights), length):
        stretch = tuple(nights[start : start + length])
        for night in stretch:
            run = begin_day(night, key, parts)
            begun.append((run, [_submit(shard, stretch, lanes, parts) for shard in run.shards.order_by("pk")]))
            if len(begun) >= BEGUN:
                yield _closed(*begun.popleft())
    yield from (_closed(*one) for one in begun)


def _parts(least: int) -> Parts:
    """All customers cut into parts of at most `PART`, as many as there are lanes or more."""
    ids = list(Customer.objects.order_by("pk").values_list("pk", flat=True))
    size = max(1, min(PART, -(-len(ids) // least)))
    edges = [EVERYBODY[0], *ids[size::size], EVERYBODY[1]]
    return [(first, after - 1) for first, after in pairwise(edges)]


def _submit(shard: Shard, nights: tuple[date, ...], lanes: Sequence[Executor], parts: Parts) -> Future[None]:
    part = (shard.first_customer, shard.last_customer)
    lane = parts.index(part) if part in parts else 0
    return lanes[lane % len(lanes)].submit(_work, shard.pk, part, nights)


def _closed(run: Run, parts: Sequence[Future[None]]) -> Run:
    for part in parts:
        part.result()
    return complete(run)


_ahead: dict[tuple[int, int], Ahead] = {}  # of a process in a lane: what it has read of its parts


def _work(shard_id: int, part: tuple[int, int], nights: tuple[date, ...]) -> None:
    """Score a shard in a lane, unless somebody else does or has."""
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
        if len(begun) >= 2 * len(lanes):
            yield Run.objects.get(pk=begun.popleft().result())
    yield from (Run.objects.get(pk=one.result()) for one in begun)


def _recall(night: date) -> int:
    return recall_day(night).pk
