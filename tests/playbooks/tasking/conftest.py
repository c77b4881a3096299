"""Alice leads Bob's team, Acme is Bob's customer, and it is the morning of NOW."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from accounts.models import Customer, Team, User
from playbooks.models import Task
from tests.cast import give, make_customer, make_user
from tests.playbooks.cast import NOW, make_task

LATER = NOW + timedelta(days=2)


@pytest.fixture(autouse=True)
def _morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def north() -> Team:
    return Team.objects.create(name="North")


@pytest.fixture
def alice(north: Team) -> User:
    """Alice leads the team."""
    alice = make_user("Alice", "manager")
    north.managers.add(alice)
    return alice


@pytest.fixture
def bob(north: Team) -> User:
    return make_user("Bob", team=north)


@pytest.fixture
def acme(bob: User) -> Customer:
    """Bob's customer."""
    acme = make_customer("Acme")
    give(acme, bob)
    return acme


@pytest.fixture
def task(acme: Customer, bob: User) -> Task:
    """A task of Bob's, from the night, due in two days."""
    return make_task(acme, bob, due_at=LATER)
