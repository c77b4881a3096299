"""Who may do what with tasks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from accounts.models import Customer, User
from playbooks import tasking
from playbooks.models import Task, TaskEvent
from tests.cast import give, make_user
from tests.playbooks.cast import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=2)
Act = Callable[[Task, User], object]


ACTS: dict[str, Act] = {
    "start": lambda task, by: tasking.start(task=task, by=by),
    "wait": lambda task, by: tasking.wait(task=task, by=by),
    "snooze": lambda task, by: tasking.snooze(task=task, by=by, until=LATER, reason="Fair"),
    "complete": lambda task, by: tasking.complete(task=task, by=by, outcome="done"),
    "reschedule": lambda task, by: tasking.reschedule(task=task, by=by, due_at=LATER),
    "prioritise": lambda task, by: tasking.prioritise(task=task, by=by, priority=1),
}
MAY = {"bob", "alice", "maker", "admin"}
COMMENTS = MAY | {"account_executive", "executive"}


@pytest.fixture
def people(task: Task, acme: Customer, alice: User, bob: User) -> dict[str, User]:
    """Everybody there is around Bob's task; those but the stranger, the manager elsewhere and the viewer see it."""
    found = {"bob": bob, "alice": alice, "stranger": make_user("Charlie"), "gus": make_user("Gus", "manager")}
    for role in ("account_executive", "executive", "viewer", "admin"):
        found[role] = make_user(role.title().replace("_", ""), role)
        if role != "admin":
            give(acme, found[role], role if role != "viewer" else "collaborator")
    found["maker"] = make_user("Mia")
    give(acme, found["maker"], "collaborator")
    Task.objects.update(created_by=found["maker"])
    task.refresh_from_db()
    return found


@pytest.mark.parametrize("who", sorted(COMMENTS | {"stranger", "gus", "viewer"}))
def test_everybody_may_what_the_table_says(people: dict[str, User], task: Task, who: str) -> None:
    user = people[who]
    assert tasking.may_work(user, task) == (who in MAY)
    assert tasking.may_comment(user, task) == (who in COMMENTS)
    assert tasking.may_reassign(user, task) == (who in MAY - {"maker"})


@pytest.mark.parametrize("act", list(ACTS))
@pytest.mark.parametrize("who", ["viewer", "executive", "account_executive", "stranger", "gus"])
def test_who_may_not_act_writes_nothing(people: dict[str, User], task: Task, act: str, who: str) -> None:
    with pytest.raises(tasking.NotAllowed):
        ACTS[act](task, people[who])
    assert not TaskEvent.objects.exists()


def test_a_disabled_assignee_may_nothing(task: Task, bob: User) -> None:
    bob.is_active = False
    bob.save()
    assert not tasking.may_work(bob, task)
    assert not tasking.may_comment(bob, task)
