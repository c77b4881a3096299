"""Background work of playbooks: each task twice is once, and a night whose worker is killed is done by another."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import mail as sent
from django.utils import timezone

from accounts.business_days import end_of
from accounts.models import Customer, User
from playbooks import tasks
from playbooks.models import Mail, Play, Reaction, ReactionShard, Task
from playbooks.running import open_reaction, react
from scoring.leasing import Fenced
from scoring.models import CurrentScore, Purpose, Run, Shard
from scoring.running import open_run
from scoring.tasks import score_shard
from tests.cast import give, make_user
from tests.digest import digest_of
from tests.healthsite.pages import world
from tests.playbooks.cast import make_task
from tests.playbooks.nights import EMERGENCY, WELL, D, Nights
from tests.playbooks.traces import trace, undone
from tests.scoring.test_tasks import Workers, until

MORNING = end_of(D + timedelta(days=1)) + timedelta(hours=3)  # after the second night
CUSTOMERS = 16


@pytest.fixture
def eventful(night: Nights, acme: Customer) -> Run:
    """A scored night on which Acme falls from green into an emergency; nothing has reacted to it."""
    night({acme: WELL})
    return night.scored({acme: EMERGENCY})


def twice(task: Any, *arguments: object) -> tuple[object, object]:
    """What a task returns the first and the second time; the second changes nothing."""
    first = task(*arguments)
    before = digest_of()
    second = task(*arguments)
    assert digest_of() == before
    return first, second


def test_a_tick_opens_the_reaction_once_and_hands_out_its_shards(
    eventful: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed: list[int] = []
    monkeypatch.setattr(tasks.react_to_shard, "delay", handed.append)
    with time_machine.travel(MORNING, tick=False):
        assert twice(tasks.tick) == (1, 1)
    shard = ReactionShard.objects.get(reaction__run=eventful)
    assert handed == [shard.pk, shard.pk]


def test_a_tick_without_a_night_does_nothing(night: Nights) -> None:
    with time_machine.travel(MORNING, tick=False):
        assert twice(tasks.tick) == (0, 0)
    assert not Reaction.objects.exists()


def test_a_tick_closes_a_reaction_whose_last_worker_died_before_it_could(
    eventful: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    shard = open_reaction(eventful).shards.get()
    with monkeypatch.context() as patch:
        patch.setattr("playbooks.tasks.finish", lambda reaction: False)
        assert tasks.react_to_shard(shard.pk) == "done"
    assert Reaction.objects.filter(finished_at=None).count() == 1
    tasks.tick()
    assert not Reaction.objects.filter(finished_at=None).exists()


def test_a_shard_reacted_to_twice_is_reacted_to_once(eventful: Run) -> None:
    shard = open_reaction(eventful).shards.get()
    assert twice(tasks.react_to_shard, shard.pk) == ("done", "taken")
    assert Play.objects.get().playbook.key == "PB-1"


def test_a_worker_that_comes_too_late_says_so(eventful: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    shard = open_reaction(eventful).shards.get()
    monkeypatch.setattr("playbooks.reacting.end", _overtaken)
    assert tasks.react_to_shard(shard.pk) == "fenced"
    assert not Play.objects.exists()


def _overtaken(stretch: ReactionShard, **counts: int) -> None:
    raise Fenced("taken over")


def test_watching_twice_tells_once(night: Nights, acme: Customer) -> None:
    night.several(7, {acme: WELL})
    now = datetime(2025, 9, 8, 14, tzinfo=UTC)
    numbers = {"outcome": 0, "score": 60.0, "band": 1, "coverage": 1.0, "low": 0.0, "high": 100.0, "inputs": b""}
    CurrentScore.objects.create(
        customer=acme, version=night.version, as_of=now.date(), calculated_at=now - timedelta(minutes=1), **numbers
    )
    with time_machine.travel(now, tick=False):
        assert twice(tasks.watch) == (1, 0)


def test_a_missed_promise_is_escalated_once(acme: Customer, bob: User) -> None:
    make_user("Alice", "manager")
    make_task(acme, bob, sla_at=MORNING, escalate_to=["MGR"])
    with time_machine.travel(MORNING, tick=False):
        assert twice(tasks.escalate) == (1, 0)
    assert Task.objects.filter(escalates__isnull=False).count() == Mail.objects.count() == 1


def test_mail_is_sent_once(acme: Customer, bob: User) -> None:
    now = timezone.now()
    task = make_task(acme, bob)
    Mail.objects.create(kind="assigned", recipient=bob, dedupe_key="assigned:1", task=task, next_try_at=now)
    assert twice(tasks.send_mail) == (1, 0)
    assert len(sent.outbox) == 1


# -- real workers ------------------------------------------------------------------------------------------------------


@pytest.fixture
def book(transactional_db: None, settings: Any) -> list[Customer]:
    """Customers of four CSMs; they are well until the last night, when those of three are in an emergency."""
    settings.SHARD_SIZE = 1
    world.live()
    csms = [make_user(name) for name in ("Bob", "Carol", "Dave", "Erin")]
    customers = [world.customer_at(80, world.D - timedelta(days=1)) for _ in range(CUSTOMERS)]
    for place, customer in enumerate(customers):
        give(customer, csms[place % 4])
        if place % 4 != 3:  # Erin's are well
            world.supply(customer, world.D, csat=1.2, nps=-90, goal_attainment=5)
    world.score(world.D - timedelta(days=1))
    react(Run.objects.get(), fires=True)
    return customers


def test_a_night_whose_worker_is_killed_between_shards_is_the_night_undisturbed(
    worker: Workers, book: list[Customer], tmp_path: Path
) -> None:
    surroundings = {"SHARD_LEASE_SECONDS": "2", "EMAIL_URL": f"filemail:///{tmp_path}/mail"}
    with worker(**surroundings):
        run = _scored()
    undisturbed = undone(lambda: _react_and_send(run), clocks=False)
    letters = sorted(str(letter.extra_headers["Message-ID"]) for letter in sent.outbox)
    reaction = open_reaction(run, fires=True)
    with worker(**surroundings) as first:
        tasks.tick.delay()
        until(lambda: _done(reaction) >= 3)
        first.kill()
    assert _done(reaction) < CUSTOMERS
    with worker(**surroundings):
        until(lambda: _nudged(tasks.tick) and not Reaction.objects.filter(finished_at=None).exists(), seconds=90)
        until(lambda: _nudged(tasks.send_mail) and not Mail.objects.filter(sent_at=None).exists())
    assert trace(clocks=False) == undisturbed
    assert _written(tmp_path / "mail") == letters
    assert len(letters) == 3


def _scored() -> Run:
    """The last night, scored by whatever workers there are."""
    run = open_run(world.D, Purpose.NIGHTLY, world.live())
    for shard_id in run.shards.values_list("pk", flat=True):
        score_shard.delay(shard_id)
    until(lambda: not Run.objects.filter(finished_at=None).exists())
    return Run.objects.get(pk=run.pk)


def _react_and_send(run: Run) -> None:
    react(run, fires=True)
    tasks.send_mail()


def _done(reaction: Reaction) -> int:
    return reaction.shards.filter(state=Shard.State.DONE).count()


def _nudged(task: Any) -> bool:
    """Call a task again, as the clock does every minute; always True."""
    task.delay()
    return True


def _written(folder: Path) -> list[str]:
    """The Message-IDs of the mail that workers have written to files."""
    texts = [path.read_text() for path in folder.iterdir()]
    return sorted(key for text in texts for key in re.findall(r"^Message-ID: (.+)$", text, re.MULTILINE))
