"""Many past nights side by side are the same as one after the other."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from concurrent.futures import Executor, Future
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from accounts.history import EVERYBODY
from accounts.models import Customer, Usage
from healthsite.demo.building import build
from healthsite.demo.world import World
from scoring import running
from scoring.leasing import MOST_ATTEMPTS, give_back, take
from scoring.metrics import METRICS
from scoring.metrics.block import Block
from scoring.metrics.evaluating import Column, evaluate
from scoring.models import Purpose, Run, ScoreRecord, Shard
from scoring.past import backfilling
from scoring.past.backfilling import Here, score_days, score_nights
from scoring.running import open_run
from scoring.shards import work
from tests.cast import make_row, make_source
from tests.scoring.builders import D, customer_with_tickets, support_scorecard


def records() -> list[Any]:
    nights = ScoreRecord.objects.order_by("run__as_of", "customer")
    return list(nights.values_list("run__as_of", "customer", "score", "indicators", "inputs"))


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_stretches_side_by_side_give_the_nights_of_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    support_scorecard()
    for opened in range(4):
        customer_with_tickets(opened, on=D - timedelta(days=opened))
    monkeypatch.setattr(backfilling, "WORTH_IT", 1000)
    alone = [run.as_of for run in score_days(D - timedelta(days=24), D)]
    expected = records()
    Run.objects.all().delete()
    monkeypatch.setattr(backfilling, "WORTH_IT", 10)
    together = [run.as_of for run in score_days(D - timedelta(days=24), D)]
    assert together == alone == [D - timedelta(days=24 - n) for n in range(25)]
    assert records() == expected


@pytest.mark.django_db
def test_inside_a_transaction_this_process_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backfilling, "WORTH_IT", 1)
    monkeypatch.setattr(backfilling, "pool", None)
    support_scorecard()
    customer_with_tickets(1)
    assert len(list(score_days(D - timedelta(days=2), D))) == 3


@pytest.mark.django_db
def test_a_night_of_which_a_worker_has_a_part_is_the_last() -> None:
    """The nights after it begin with the stages that it leaves."""
    version = support_scorecard()
    customer_with_tickets(1)
    nights = [D - timedelta(days=back) for back in (2, 1, 0)]
    run = open_run(nights[1], Purpose.NIGHTLY, version, backfilled=True)
    shard = take(Shard, run.shards.get().pk)
    found = [(run.as_of, run.finished_at is None) for run in score_nights(nights)]
    assert found == [(nights[0], False), (nights[1], True)]
    assert shard
    give_back(shard)
    assert [run.as_of for run in score_nights(nights[1:]) if run.finished_at] == nights[1:]


class AtOnce(Executor):
    """A lane that does what it is given as soon as it gets it."""

    def submit(self, work: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        return Here().submit(work, *given, **named)


@pytest.mark.django_db(transaction=True)
def test_a_night_that_others_began_in_parts_of_their_own_is_done_before_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A lane has one part of the customers: ahead of the others it would not know the stages they are in."""
    nights, version = [D - timedelta(days=back) for back in (2, 1, 0)], support_scorecard()
    *_, last = (customer_with_tickets(1, on=nights[0]).pk for _ in range(4))
    open_run(nights[1], Purpose.NIGHTLY, version, backfilled=True, parts=[(0, last - 1), (last, EVERYBODY[1])])
    done = list[tuple[str, date]]()

    def noted(who: str) -> Callable[..., bool]:
        def noting(shard: Shard, *given: Any, **named: Any) -> bool:
            done.append((who, shard.run.as_of))
            return work(shard, *given, **named)

        return noting

    for name, value in (("WORTH_IT", 1), ("TOGETHER", 1), ("pool", lambda size: AtOnce())):
        monkeypatch.setattr(backfilling, name, value)
    monkeypatch.setattr(backfilling, "work", noted("lane"))
    monkeypatch.setattr(running, "work", noted("here"))
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert [run.scored for run in score_nights(nights)] == [4, 4, 4]
    assert done == [(who, on) for who, on in zip(("lane", "here", "lane"), nights, strict=True) for _ in range(2)]


@pytest.mark.django_db
def test_who_is_interrupted_leaves_the_night_to_who_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    support_scorecard()
    customer_with_tickets(1)
    monkeypatch.setattr(backfilling, "work", lambda *_, **__: sys.exit("Stopped."))
    with pytest.raises(SystemExit):
        list(score_days(D, D))
    monkeypatch.undo()
    assert [run.scored for run in score_days(D, D)] == [1]


@pytest.mark.django_db
def test_the_nights_after_one_that_was_cut_wait_for_its_halves(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shard that ended its workers again and again is cut; a lane does not go on past the halves."""
    version = support_scorecard()
    for opened in (1, 2):
        customer_with_tickets(opened)
    nights = (D - timedelta(days=1), D)
    first, second = (open_run(night, Purpose.NIGHTLY, version, backfilled=True).shards.get() for night in nights)
    Shard.objects.filter(pk=first.pk).update(attempts=MOST_ATTEMPTS)
    monkeypatch.setattr(backfilling, "_waiting", set())
    monkeypatch.setattr(backfilling, "_ahead", {})
    for shard in (first, second):
        backfilling._work([shard.pk], (first.first_customer, first.last_customer), nights, keeps=False)
    assert not Shard.objects.filter(state=Shard.State.DONE).exists()
    assert [run.scored for run in score_nights(nights)] == [2, 2]


@pytest.mark.django_db
def test_a_lane_does_not_go_on_past_a_night_that_another_has(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of nights that are handed out together it does those before, and none that is handed out afterwards."""
    version, nights = support_scorecard(), tuple(D - timedelta(days=back) for back in (3, 2, 1, 0))
    customer_with_tickets(1)
    shards = [open_run(night, Purpose.NIGHTLY, version, backfilled=True).shards.get() for night in nights]
    other = take(Shard, shards[1].pk)
    monkeypatch.setattr(backfilling, "_waiting", set())
    monkeypatch.setattr(backfilling, "_ahead", {})
    part = (shards[0].first_customer, shards[0].last_customer)
    for some in (shards[:3], shards[3:]):
        backfilling._work([shard.pk for shard in some], part, nights, keeps=False)
    states = Shard.objects.order_by("run__as_of").values_list("state", flat=True)
    assert list(states) == [Shard.State.DONE, Shard.State.LEASED, Shard.State.WAITING, Shard.State.WAITING]
    assert other
    give_back(other)
    assert [run.as_of for run in score_nights(nights)] == list(nights)


@pytest.mark.django_db
def test_stretches_can_be_scored_as_known_then_too() -> None:
    support_scorecard()
    customer_with_tickets(1)
    nights = [D - timedelta(days=1), D]
    assert [run.purpose for run in score_nights(nights, known="then")] == ["recalled", "recalled"]


NIGHTS = [D - timedelta(days=back) for back in (13, 9, 4, 0)]


def workspace() -> Any:
    """Ten customers of the demo; the first also has a second source, the second one a weekly feed."""
    build(World(seed=1, customers=10, days=120, anchor=D, until=D), say=lambda line: None)
    customers = list(Customer.objects.order_by("pk"))
    for back in range(0, 60, 7):
        day = D - timedelta(days=back)
        make_row(Usage, customers[0], source=make_source("second"), date=day, logins=3, active_users=1)
        make_row(Usage, customers[1], source=make_source("weekly"), date=day, period_days=7, logins=14, minutes=70)
    return np.array([one.pk for one in customers], dtype=np.int64)


def columns(block: Block) -> dict[str, Column]:
    return {key: evaluate(metric, block, metric.window) for key, metric in METRICS.items()}


def assert_same(found: dict[str, Column], expected: dict[str, Column], who: Any, like: Any) -> None:
    """The customer-days `who` of the one are those `like` of the other; a database adds up in another order."""
    for key in METRICS:
        one, other = found[key].of(who), expected[key].of(like)
        np.testing.assert_allclose(one.values, other.values, rtol=1e-12, atol=1e-12, err_msg=key)
        np.testing.assert_array_equal(one.states, other.states, err_msg=key)
        np.testing.assert_array_equal(one.evidence, other.evidence, err_msg=key)


@pytest.mark.django_db
def test_every_metric_says_the_same_of_many_nights_at_once_and_of_one_customer_as_on_a_lone_night() -> None:
    ids, days = workspace(), np.array([night.toordinal() for night in NIGHTS])
    place = np.arange(len(ids) * len(days)).reshape(len(ids), len(days))
    together = columns(Block(np.repeat(ids, len(days)), np.tile(days, len(ids))))
    for nth, night in enumerate(NIGHTS):
        assert_same(together, columns(Block(ids, night)), place[:, nth], np.arange(len(ids)))
    for nth in range(3):
        assert_same(columns(Block(ids[nth : nth + 1], D)), together, [0], place[nth, -1:])
