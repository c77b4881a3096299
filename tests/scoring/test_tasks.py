"""Background work on a real Redis with real workers: twice is once, and a killed worker's shard is done by another."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db.models import F
from django.utils import timezone

from accounts.models import Customer
from healthsite.celery import app
from scoring.models import CurrentScore, Purpose, Run, ScoreRecord, Shard
from scoring.past import backfills
from scoring.past.rescoring import begin_days
from scoring.running import complete, open_run, waiting_shards
from scoring.tasks import freshen, score_shard, tick
from tests.digest import digest_of
from tests.scoring.builders import D, customer_with_tickets, support_scorecard
from tests.servers.worker import Worker

Workers = Callable[..., AbstractContextManager[Worker]]
# Each is run twice: below, in test_backfills.py or in tests/playbooks/test_tasks_celery.py.
OWN_TASKS = {
    *(f"scoring.tasks.{name}" for name in ("tick", "score_shard", "freshen", "backfill")),
    *(f"playbooks.tasks.{name}" for name in ("tick", "react_to_shard", "watch", "escalate", "send_mail")),
}
MORNING = datetime(2025, 10, 1, 6, tzinfo=UTC)  # D's night is due


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def done_shards() -> int:
    return Shard.objects.filter(state=Shard.State.DONE).count()


def scores() -> list[tuple[Any, ...]]:
    return list(ScoreRecord.objects.order_by("pk").values_list("customer_id", "score", "low", "high", "inputs"))


def test_every_task_of_ours_is_known_to_be_harmless_twice() -> None:
    app.loader.import_default_modules()
    assert {name for name in app.tasks if not name.startswith("celery.")} == OWN_TASKS


@pytest.mark.django_db
def test_a_tick_opens_the_night_once_and_hands_out_its_shards(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SHARD_SIZE = 1
    support_scorecard()
    customers = [customer_with_tickets(n) for n in (1, 2)]
    handed: list[int] = []
    monkeypatch.setattr(score_shard, "delay", handed.append)
    with time_machine.travel(MORNING, tick=False):
        assert (tick(), tick()) == (2, 2)
    assert Run.objects.get().as_of == D
    assert handed[:2] == handed[2:] == list(Shard.objects.order_by("pk").values_list("pk", flat=True))
    assert len(customers) == 2


@pytest.mark.django_db
def test_nights_that_are_late_follow_one_another(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A night begins with the stages in which the one before leaves its customers."""
    settings.SHARD_SIZE = 1
    version = support_scorecard()
    for n in (1, 2):
        customer_with_tickets(n)
    past, _ = (open_run(D - timedelta(days=n), Purpose.NIGHTLY, version, backfilled=True) for n in (60, 59))
    handed: list[int] = []
    monkeypatch.setattr(score_shard, "delay", handed.append)
    for day in range(6, -1, -1):
        with time_machine.travel(MORNING, tick=False):
            assert tick() == 4
        night = Run.objects.get(as_of=D - timedelta(days=day))
        assert handed == [shard.pk for run in (past, night) for shard in run.shards.order_by("pk")]
        complete(night)
        handed.clear()


@pytest.mark.django_db
def test_past_nights_are_left_to_the_backfill_that_goes_through_them() -> None:
    customer_with_tickets(1)
    with time_machine.travel(MORNING, tick=False):
        complete(open_run(D, Purpose.NIGHTLY, support_scorecard()))
        asked = backfills.ask_backfill(first=D - timedelta(days=9), last=D - timedelta(days=1))
        runs = begin_days([D - timedelta(days=9), D])
        assert [run.purpose for run in runs] == ["nightly", "restated"]
        assert backfills.take(asked)
        assert list(waiting_shards()) == []
        backfills.stop(backfill=asked)
        assert list(waiting_shards()) == [run.shards.get() for run in runs]


@pytest.mark.django_db
def test_a_tick_without_customers_does_nothing() -> None:
    with time_machine.travel(MORNING, tick=False):
        assert tick() == 0
    assert not Run.objects.exists()


@pytest.mark.django_db
def test_a_shard_scored_twice_is_scored_once() -> None:
    customer_with_tickets(1)
    shard = open_run(D, Purpose.NIGHTLY, support_scorecard()).shards.get()
    assert score_shard(shard.pk) == "done"
    before = digest_of()
    assert score_shard(shard.pk) == "taken"
    assert digest_of() == before


@pytest.mark.django_db(transaction=True)
def test_news_is_in_the_score_within_seconds(worker: Workers) -> None:
    support_scorecard()
    customer = customer_with_tickets(1)
    with worker():
        Customer.objects.filter(pk=customer.pk).update(facts_changed_at=timezone.now())
        freshen.delay()
        freshen.delay()
        seen = CurrentScore.objects.filter(customer=customer, facts_at=F("customer__facts_changed_at"))
        until(seen.exists, seconds=20)
    before = digest_of()
    assert freshen() == 0
    assert digest_of() == before


@pytest.mark.django_db
def test_the_tick_closes_a_run_whose_last_worker_died_before_it_could(monkeypatch: pytest.MonkeyPatch) -> None:
    customer_with_tickets(1)
    run = open_run(D, Purpose.NIGHTLY, support_scorecard())
    monkeypatch.setattr("scoring.tasks.finish", lambda run: False)
    score_shard(run.shards.get().pk)
    monkeypatch.undo()
    with time_machine.travel(MORNING, tick=False):
        tick()
    run.refresh_from_db()
    assert (run.finished_at is not None, run.scored) == (True, 1)


@pytest.mark.django_db(transaction=True)
def test_a_killed_workers_shards_are_done_by_another(worker: Workers, settings: Any) -> None:
    settings.SHARD_SIZE = 1
    version = support_scorecard()
    for n in range(24):
        customer_with_tickets(1 + n % 7)
    run = open_run(D, Purpose.NIGHTLY, version)
    shard_ids = list(run.shards.values_list("pk", flat=True))
    lease = {"SHARD_LEASE_SECONDS": "2"}
    with worker(**lease) as first:
        for shard_id in shard_ids:
            score_shard.delay(shard_id)
        until(lambda: done_shards() >= 3)
        first.kill()
    assert done_shards() < len(shard_ids)
    with worker(**lease):
        until(lambda: _nudged(run), seconds=90)
    interrupted = scores()
    Run.objects.all().delete()
    undisturbed = open_run(D, Purpose.NIGHTLY, version)
    for shard_id in undisturbed.shards.values_list("pk", flat=True):
        score_shard(shard_id)
    assert interrupted == scores()


def _nudged(run: Run) -> bool:
    """Hand the open shards out again, as the tick does every minute; True when the run is closed."""
    for shard_id in run.shards.exclude(state=Shard.State.DONE).values_list("pk", flat=True):
        score_shard.delay(shard_id)
    run.refresh_from_db()
    return run.finished_at is not None
