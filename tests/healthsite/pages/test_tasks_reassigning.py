"""Giving many tasks to one person at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Customer, Team, User
from playbooks.models import Mail, Task
from tests.cast import give, make_customer, make_user
from tests.playbooks.cast import make_task

pytestmark = pytest.mark.django_db
Browse = Callable[[User], Client]
DAY = timedelta(days=1)


@pytest.fixture
def alice() -> User:
    """Alice leads Bob's team."""
    alice = make_user("Alice", "manager")
    Team.objects.create(name="North").managers.add(alice)
    return alice


@pytest.fixture
def bob(alice: User) -> User:
    return make_user("Bob", team=Team.objects.get())


@pytest.fixture
def acme(bob: User) -> Customer:
    """Bob's customer."""
    acme = make_customer("Acme <b>& Sons")
    give(acme, bob)
    return acme


def hand_over(client: Client, tasks: list[Task], to: User | None, **extra: Any) -> Any:
    data = {"task": [task.pk for task in tasks], "to": to.pk if to else "", **extra}
    return client.post("/tasks/reassign/?whose=team", data)


def test_a_manager_hands_over_what_is_ticked(acme: Customer, alice: User, bob: User, browse: Browse) -> None:
    cleo = make_user("Cleo", team=bob.team)
    give(acme, cleo, "collaborator")
    tasks = [make_task(acme, bob), make_task(acme, bob), make_task(acme, cleo)]
    page = hand_over(browse(alice), tasks, cleo, next="/tasks/?whose=team")
    assert (page.status_code, page["Location"]) == (302, "/tasks/?whose=team")
    assert not Task.objects.exclude(assignee=cleo).exists()
    assert Mail.objects.count() == 2


def test_when_one_is_refused_none_is_handed_over(acme: Customer, alice: User, bob: User, browse: Browse) -> None:
    cleo = make_user("Cleo", team=bob.team)
    give(acme, cleo, "collaborator")
    other = make_customer("Other")
    give(other, bob)
    tasks = [make_task(acme, bob), make_task(other, bob)]
    page = hand_over(browse(alice), tasks, cleo)
    assert page.status_code == 422
    assert "“Call them” (Other): Cleo does not look after Other. These can: Ali" in page.context["errors"][1]
    assert page.context["ticked"] == {task.pk for task in tasks}
    assert Task.objects.filter(assignee=bob).count() == 2
    assert not Mail.objects.exists()


@pytest.mark.parametrize("ticked", [True, False])
def test_handing_over_needs_tasks_and_a_person(
    acme: Customer, alice: User, bob: User, browse: Browse, ticked: bool
) -> None:
    page = hand_over(browse(alice), [make_task(acme, bob)] if ticked else [], None if ticked else bob)
    assert page.status_code == 422


def test_a_task_out_of_sight_cannot_be_handed_over(acme: Customer, bob: User, browse: Browse) -> None:
    task = make_task(acme, bob)
    gus = make_user("Gus", "manager")
    assert hand_over(browse(gus), [task], gus).status_code == 422
    assert Task.objects.get().assignee == bob


@pytest.mark.parametrize("key", ["x", "\0", "9" * 40, "-1"])
def test_keys_that_are_none_are_refused(acme: Customer, alice: User, browse: Browse, key: str) -> None:
    assert browse(alice).post("/tasks/reassign/", {"task": key, "to": alice.pk}).status_code == 422


@pytest.mark.parametrize("role", ["csm", "account_executive", "executive", "viewer"])
def test_only_who_leads_hands_over_many(acme: Customer, browse: Browse, role: str) -> None:
    user = make_user("Somebody", role)
    assert browse(user).post("/tasks/reassign/", {}).status_code == 403
