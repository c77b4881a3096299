"""Making a task: what it needs, who can be given one, and who is told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from accounts.models import Calendar, Customer, Team, User
from playbooks import tasking
from playbooks.models import Mail, Task
from tests.cast import give, make_customer, make_user
from tests.playbooks.cast import NOW
from tests.playbooks.tasking.checking import kinds, refused

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=2)


def make(customer: Customer, by: User, **changes: Any) -> Task:
    given = {"assignee": by, "title": "Call them", "due_at": LATER, **changes}
    return tasking.create_task(customer=customer, by=by, **given)


def test_a_task_of_ones_own_has_one_event_and_no_mail(acme: Customer, bob: User) -> None:
    task = make(acme, bob, title="  Call\nthem ")
    assert (task.title, task.status, task.assignee, task.created_by, task.created_at) == (
        "Call them", "open", bob, bob, NOW,
    )  # fmt: skip
    assert kinds(task) == ["created"]
    assert not Mail.objects.exists()


def test_who_is_given_a_task_is_told(acme: Customer, alice: User, bob: User) -> None:
    task = make(acme, alice, assignee=bob)
    mail = Mail.objects.get()
    event = task.events.get()
    assert (mail.dedupe_key, mail.recipient, mail.task) == (f"assigned:{event.pk}", bob, task)


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"assignee": None}, "assignee", "A task needs somebody who does it. These can: Bob"),
        ({"title": " \n"}, "title", "A task needs a title"),
        ({"title": "x" * 256}, "title", "256 letters; 255 fit"),
        ({"due_at": None}, "due_at", "A task needs a date"),
        (
            {"due_at": NOW - timedelta(days=1)},
            "due_at",
            "30 September 2025 is over: choose 1 October 2025 or a later day",
        ),
        ({"hours": -1.0}, "hours", "-1.0 hours make no sense: a number from 0 to 200 does"),
        ({"hours": float("nan")}, "hours", "nan hours make no sense"),
        ({"priority": 9}, "priority", "9 is no priority"),
    ],
)
def test_a_task_that_makes_no_sense_is_refused(
    acme: Customer, bob: User, changes: dict[str, Any], field: str, words: str
) -> None:
    errors = refused(lambda: make(acme, bob, **changes))
    assert words in errors[field]


def test_a_task_may_be_due_earlier_today(acme: Customer, bob: User) -> None:
    assert make(acme, bob, due_at=NOW - timedelta(hours=3)).pk


def test_a_title_of_just_the_longest_length_fits(acme: Customer, bob: User) -> None:
    assert len(make(acme, bob, title="x" * 255).title) == 255


def test_text_that_a_database_cannot_hold_is_cleaned(acme: Customer, bob: User) -> None:
    task = make(acme, bob, title="Ca\0ll", details="No\0w")
    assert (task.title, task.details) == ("Call", "Now")


def test_a_task_of_a_customer_that_one_does_not_see_is_refused(bob: User) -> None:
    other = make_customer("Other")
    assert "no such customer" in refused(lambda: make(other, bob))["customer"]


def test_somebody_who_does_not_see_the_customer_cannot_be_given_a_task(acme: Customer, bob: User) -> None:
    charlie = make_user("Charlie")
    errors = refused(lambda: make(acme, bob, assignee=charlie))
    assert errors == {"assignee": "Charlie does not look after Acme. These can: Bob."}


def test_somebody_inactive_cannot_be_given_a_task(acme: Customer, bob: User) -> None:
    dan = make_user("Dan", is_active=False)
    give(acme, dan, "collaborator")
    assert "Dan is no longer active" in refused(lambda: make(acme, bob, assignee=dan))["assignee"]


def test_a_manager_elsewhere_can_be_given_a_task(acme: Customer, bob: User) -> None:
    gus = make_user("Gus", "manager")
    assert make(acme, bob, assignee=gus).assignee == gus


@pytest.mark.parametrize("role", ["viewer", "executive"])
def test_viewers_and_executives_make_no_tasks(acme: Customer, bob: User, role: str) -> None:
    flora = make_user("Flora", role)
    give(acme, flora, "executive")
    with pytest.raises(tasking.NotAllowed):
        make(acme, flora, assignee=bob)


def test_what_is_due_on_a_day_is_due_when_the_team_closes(north: Team, bob: User) -> None:
    north.calendar = Calendar.objects.create(key="tokyo", time_zone="Asia/Tokyo")
    north.save()
    assert tasking.due_on(date(2025, 10, 3), bob).astimezone(UTC) == datetime(2025, 10, 3, 8, tzinfo=UTC)
