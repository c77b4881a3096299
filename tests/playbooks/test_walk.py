"""Ninety nights of ten customers with a team at work: nothing comes twice, and what was promised holds all along."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from random import Random

import pytest
import time_machine

from accounts.business_days import end_of
from accounts.models import Customer, CustomerPeriod, User
from playbooks.closing import close_play
from playbooks.models import Episode, Mail, Play, Reaction, Task
from playbooks.running import react
from playbooks.stepping import follow_up, plan_of
from tests.cast import give, make_customer, make_user
from tests.digest import digest_of
from tests.playbooks.nights import EMERGENCY, RED, WARY, WELL, D, Nights, Numbers, plays

NIGHTS = 90
SAD: Numbers = {**WELL, "negative_interactions_30": 3}
CALM: Numbers = {**WELL, "negative_interactions_30": 0, "usage_2w": 0, "tenure_days": 200, "champions_active": 1}

# What each customer is like on a night, by its number.
LIVES: dict[str, Callable[[int], Numbers]] = {
    "healthy": lambda n: CALM,
    "falls": lambda n: CALM if n < 10 else {**WARY, "role_before": 2 if n == 10 else 1} if n < 30 else RED,
    "collapses": lambda n: CALM if n < 20 else EMERGENCY,
    "recovers": lambda n: RED if 5 <= n < 25 else {**CALM, "above_emergency": 60},
    "flickers": lambda n: RED if n % 2 else CALM,
    "swings": lambda n: RED if n // 10 % 2 else CALM,
    "angry": lambda n: SAD if 15 <= n < 40 else CALM,
    "renews": lambda n: {**CALM, "days_to_renewal": 100 - n, "size": 1},
    "silent": lambda n: {} if 30 <= n < 50 else RED if n >= 25 else CALM,
    "leaves": lambda n: CALM if n < 40 else EMERGENCY,
}


@pytest.fixture
def book(bob: User) -> dict[str, Customer]:
    """The customers by what they are like."""
    found = {name: make_customer(name) for name in LIVES}
    for customer in found.values():
        give(customer, bob)
    make_user("Root", "admin")
    CustomerPeriod.objects.filter(customer=found["leaves"]).update(ended_on=D + timedelta(days=60))
    return found


def walk(night: Nights, book: dict[str, Customer]) -> None:
    """All the nights, each reacted to twice, with a team that does some of what it is told."""
    chance = Random(7)
    for n in range(NIGHTS):
        on = D + timedelta(days=n)
        with time_machine.travel(end_of(on) + timedelta(hours=2), tick=False):
            numbers = {customer: LIVES[name](n) for name, customer in book.items()}
            if n >= 60:
                del numbers[book["leaves"]]
            run = night.scored(numbers, on)
            react(run)
            react(run)
            work_a_day(on, chance)
            check(on)


def work_a_day(on: date, chance: Random) -> None:
    now = end_of(on) + timedelta(hours=10)
    for task in Task.objects.unfinished().order_by("created_at", "customer", "step", "turn"):
        if chance.random() < 0.2:
            task.status, task.outcome, task.finished_at, task.finished_by = "done", "done", now, task.assignee
            task.save()
            follow_up(task, now)
    if chance.random() < 0.05 and (play := Play.objects.open().order_by("started_at", "customer").first()):
        close_play(play=play, outcome="dropped", by=None, at=now)


def check(on: date) -> None:
    """What holds after every night."""
    for play in Play.objects.open().select_related("playbook"):
        group = [plan_of(other) for other in Play.objects.open().filter(customer=play.customer)]
        severities = {plan.severity for plan in group if plan.group}
        assert len(severities) <= 1, f"{severities} run beside each other on {on}"
    open_ones = Counter(Episode.objects.open().values_list("customer", "rule"))
    assert not open_ones or max(open_ones.values()) == 1
    assert not Task.objects.filter(play__outcome__in=("reached", "superseded", "dropped"), status="open").exists()


def test_ninety_nights_of_ten_lives(night: Nights, book: dict[str, Customer]) -> None:
    walk(night, book)
    nothing_came_twice()
    each_got_what_their_life_calls_for(book)
    flickering_is_one_episode_and_swinging_several(book)
    who_left_has_nothing_open(book["leaves"])
    before = digest_of()
    react(Reaction.objects.order_by("-run__as_of")[0].run)
    assert digest_of() == before


def nothing_came_twice() -> None:
    assert Reaction.objects.filter(finished_at__isnull=False).count() == NIGHTS
    for rows, names in (
        (Play.objects.all(), ("customer", "playbook", "opened_on")),
        (Task.objects.all(), ("play", "step", "turn")),
        (Episode.objects.all(), ("customer", "rule", "opened_on")),
        (Mail.objects.filter(kind="night"), ("recipient", "on")),
    ):
        found = Counter(rows.values_list(*names))
        assert found
        assert max(found.values()) == 1


def each_got_what_their_life_calls_for(book: dict[str, Customer]) -> None:
    assert {name: sorted(set(plays(customer))) for name, customer in book.items()} == {
        "healthy": [],
        "falls": ["PB-2", "PB-4"],
        "collapses": ["PB-1"],
        "recovers": ["PB-2"],
        "flickers": ["PB-2"],
        "swings": ["PB-2"],
        "angry": ["PB-7"],
        "renews": ["PB-12"],
        "silent": ["PB-2"],
        "leaves": ["PB-1"],
    }


def flickering_is_one_episode_and_swinging_several(book: dict[str, Customer]) -> None:
    churning = Episode.objects.filter(rule="PB-2").order_by("opened_on")
    assert churning.filter(customer=book["flickers"]).count() == 1
    opened = churning.filter(customer=book["swings"]).values_list("opened_on", flat=True)
    assert [(day - D).days for day in opened] == [10, 30, 50, 70]


def who_left_has_nothing_open(gone: Customer) -> None:
    assert set(Play.objects.filter(customer=gone).values_list("outcome", flat=True)) <= {"lost", "dropped"}
    assert not Task.objects.unfinished().filter(customer=gone, play__outcome="lost").exists()
    assert not Episode.objects.open().filter(customer=gone).exists()
