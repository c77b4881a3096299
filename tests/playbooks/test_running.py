"""The second phase: exactly once in effect, whoever dies, whoever comes twice, and in whatever order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.business_days import end_of
from accounts.models import Customer, User
from playbooks.loading import Stretch
from playbooks.models import Episode, Mail, Play, Playbook, ReactionShard, Task
from playbooks.running import finish, open_reaction, react, work
from playbooks.starting import start_play
from scoring.leasing import MOST_ATTEMPTS, Fenced, take
from scoring.models import Run
from tests.cast import give, make_customer
from tests.digest import digest_of
from tests.playbooks.nights import EMERGENCY, RED, WARY, WELL, D, Nights, Numbers, plays
from tests.playbooks.traces import trace, undone

NOW = end_of(D + timedelta(days=30)) + timedelta(hours=3)


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def six(night: Nights, bob: User, settings: Any) -> list[Customer]:
    """Six customers in shards of two, the day before something happens to each."""
    settings.SHARD_SIZE = 2
    customers = [make_customer() for _ in range(6)]
    for customer in customers[:5]:
        give(customer, bob)
    night(dict.fromkeys(customers, WELL))
    return customers


@pytest.fixture
def eventful(night: Nights, six: list[Customer]) -> Run:
    """A scored night on which something happens to each of the six; nothing has reacted to it."""
    happening: list[Numbers] = [
        EMERGENCY,
        {**RED, "role_before": 2, "score_change_7": -40},
        {**WARY, "role_before": 2, "I19": 1},
        {**WELL, "negative_interactions_30": 3, "days_to_renewal": 30},
        {**WELL, "I13": 1},
    ]
    return night.scored(dict(zip(six, happening, strict=False)))  # the sixth could not be scored


def shards(run: Run) -> list[ReactionShard]:
    return list(open_reaction(run).shards.order_by("pk"))


def take_one(shard: ReactionShard) -> ReactionShard:
    taken = take(ReactionShard, shard.pk)
    assert taken is not None
    return taken


def do(shard: ReactionShard) -> None:
    work(take_one(shard))


def test_a_reaction_counts_what_it_did(eventful: Run) -> None:
    reaction = react(eventful)
    assert reaction.finished_at == NOW
    counts = list(reaction.shards.order_by("pk").values_list("alerts", "plays", "tasks"))
    assert [(alerts, begun) for alerts, begun, _ in counts] == [(4, 3), (1, 3), (0, 1)]
    assert sum(tasks for _, _, tasks in counts) == Task.objects.count()


def test_reacting_twice_changes_nothing(eventful: Run) -> None:
    react(eventful)
    before = digest_of()
    react(eventful)
    assert digest_of() == before


def test_the_order_of_the_shards_does_not_matter(eventful: Run) -> None:
    def in_order(order: tuple[int, ...]) -> Callable[[], None]:
        def run() -> None:
            parts = shards(eventful)
            for place in order:
                do(parts[place])
            finish(open_reaction(eventful))

        return run

    assert len({undone(in_order(order)) for order in permutations(range(3))}) == 1


def test_one_shard_or_many_is_the_same(eventful: Run, settings: Any) -> None:
    def without_shards() -> None:
        react(eventful)
        ReactionShard.objects.all().delete()

    many = undone(without_shards)
    settings.SHARD_SIZE = 5000
    assert undone(without_shards) == many


@pytest.mark.parametrize("place", ["save_tasks", "close_plays", "end"])
def test_a_worker_that_dies_in_a_transaction_leaves_nothing_and_the_next_does_the_same(
    eventful: Run, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    whole = undone(lambda: react(eventful))
    parts = shards(eventful)
    do(parts[0])
    before = trace()
    module = "playbooks.starting" if place == "save_tasks" else "playbooks.reacting"
    with monkeypatch.context() as patch:
        patch.setattr(f"{module}.{place}", killed)
        with pytest.raises(RuntimeError, match="killed"):
            do(parts[1])
    ReactionShard.objects.filter(pk=parts[1].pk).update(state="waiting", lease_until=None)  # as the trace saw it
    assert trace() == before
    react(eventful)
    assert trace() == whole


def killed(*args: object, **kwargs: object) -> None:
    raise RuntimeError("killed")


def test_a_shard_whose_worker_is_gone_is_taken_over_when_its_lease_ends(eventful: Run) -> None:
    whole = undone(lambda: react(eventful))
    first = take_one(shards(eventful)[0])
    assert react(eventful).finished_at is None
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        do(first)
    late = ReactionShard.objects.get(pk=first.pk)
    assert (late.token, late.state) == (2, "done")
    finish(open_reaction(eventful))
    assert trace() == whole


def test_a_worker_that_comes_too_late_is_fenced(eventful: Run) -> None:
    late = take_one(shards(eventful)[0])
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        do(late)
    before = trace()
    with pytest.raises(Fenced):
        work(late)
    assert trace() == before


def test_a_worker_that_loses_a_race_to_another_is_fenced(eventful: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    late = take_one(shards(eventful)[0])
    load = Stretch.load

    def overtaken(shard: ReactionShard) -> Any:
        found = load(shard)
        if shard is late:
            with time_machine.travel(NOW + timedelta(hours=1), tick=False):
                do(late)
        return found

    monkeypatch.setattr(Stretch, "load", overtaken)
    with pytest.raises(Fenced):
        work(late)
    assert Play.objects.count() == 3
    assert ReactionShard.objects.get(pk=late.pk).state == "done"


def test_a_person_who_is_faster_than_the_night_is_found_the_second_time(
    eventful: Run, six: list[Customer], bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = Stretch.load

    def overtaken(shard: ReactionShard) -> Any:
        found = load(shard)
        if not Play.objects.exists():
            start_play(customer=six[0], playbook=Playbook.objects.get(key="PB-1"), by=bob, at=NOW)
        return found

    monkeypatch.setattr(Stretch, "load", overtaken)
    react(eventful)
    assert plays(six[0]) == ["PB-1"]
    assert plays(six[1]) == ["PB-2", "PB-3"]


def test_a_shard_that_ends_worker_after_worker_is_cut_down_to_one_customer(
    eventful: Run, six: list[Customer], caplog: pytest.LogCaptureFixture
) -> None:
    shard = shards(eventful)[0]
    ReactionShard.objects.filter(pk=shard.pk).update(attempts=MOST_ATTEMPTS)
    do(shard)
    halves = open_reaction(eventful).shards.filter(last_customer__lte=six[1].pk).order_by("first_customer")
    assert [(one.first_customer, one.last_customer) for one in halves] == [(pk, pk) for pk in (six[0].pk, six[1].pk)]
    halves.filter(first_customer=six[0].pk).update(attempts=MOST_ATTEMPTS)
    react(eventful)
    assert (plays(six[0]), plays(six[1])) == ([], ["PB-2", "PB-3"])
    assert f"customer {six[0].pk} ended worker after worker" in caplog.text


def test_a_reaction_is_finished_by_one(eventful: Run) -> None:
    reaction = open_reaction(eventful)
    assert not finish(reaction)
    react(eventful)
    assert not finish(reaction)


def test_shards_hold_who_has_left_too(night: Nights, six: list[Customer], eventful: Run) -> None:
    react(eventful)
    run = night.scored({})
    assert [(part.first_customer, part.last_customer) for part in shards(run)] == [
        (six[0].pk, six[1].pk),
        (six[2].pk, six[3].pk),
        (six[4].pk, six[4].pk),
    ]


def test_a_night_without_customers_is_finished_at_once(night: Nights) -> None:
    assert night({}).finished_at == NOW


def test_a_night_that_was_left_half_done_is_ended_before_the_next(eventful: Run, night: Nights) -> None:
    do(shards(eventful)[0])
    later = night({})
    assert later.finished_at
    assert open_reaction(eventful).finished_at
    assert Play.objects.filter(opened_on=eventful.as_of).count() == 7


def test_a_night_waits_for_a_worker_that_has_a_part_of_the_night_before(eventful: Run, night: Nights) -> None:
    shard = take_one(shards(eventful)[0])
    run = night.scored({})
    assert react(run).finished_at is None
    work(shard)
    assert react(run).finished_at
    assert open_reaction(eventful).finished_at


def test_no_wall_clock_gets_into_what_a_night_writes(eventful: Run) -> None:
    react(eventful)
    moments: set[datetime] = set()
    for rows, names in (
        (Episode.objects.alerts(), ("fired_at",)),
        (Play.objects.all(), ("started_at",)),
        (Task.objects.all(), ("created_at",)),
        (Mail.objects.all(), ("created_at", "next_try_at")),
    ):
        for row in rows.values_list(*names):
            moments.update(row)
    assert moments == {end_of(eventful.as_of)}
    assert timezone.now() not in moments


def test_the_number_of_queries_does_not_grow_with_customers(night: Nights, bob: User) -> None:
    many = [make_customer() for _ in range(12)]
    for customer in many:
        give(customer, bob)
    night(dict.fromkeys(many, WELL))
    counts = []
    for customers in (many[:2], many):
        with transaction.atomic():
            night.next = D + timedelta(days=1)
            run = night.scored({one: {**RED, "score_change_7": -40, "milestones_overdue": 1} for one in customers})
            shard = take_one(shards(run)[0])
            with CaptureQueriesContext(connection) as queries:
                work(shard)
            counts.append(len(queries))
            transaction.set_rollback(True)
    assert counts[0] == counts[1] <= 30
