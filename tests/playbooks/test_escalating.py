"""A missed SLA reaches the people it is escalated to, once, and not an hour early."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.calendars import load_working_hours
from accounts.models import Calendar, Customer, Holiday, Team, User
from playbooks import tasking
from playbooks.definitions import Sla
from playbooks.escalating import escalate_overdue
from playbooks.models import Mail, Task, TaskEvent
from playbooks.timing import sla_at
from tests.cast import give, make_customer, make_user
from tests.playbooks.cast import NOW, make_task

pytestmark = pytest.mark.django_db


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
def bob(north: Team, alice: User) -> User:
    return make_user("Bob", team=north)


@pytest.fixture
def acme(bob: User) -> Customer:
    """Bob's customer."""
    acme = make_customer("Acme")
    give(acme, bob)
    return acme


def promised(customer: Customer, assignee: User, **fields: Any) -> Task:
    """A task that is escalated to the manager, whose SLA ends at NOW."""
    return make_task(customer, assignee, **{"sla_at": NOW, "escalate_to": ["MGR"], **fields})


def test_a_missed_sla_makes_a_task_and_a_mail_for_the_manager(acme: Customer, bob: User, alice: User) -> None:
    missed = promised(acme, bob)
    assert escalate_overdue(NOW) == 1
    told = missed.escalations.get()
    assert (told.title, told.assignee, told.priority) == ("SLA missed: Call them", alice, Task.Priority.URGENT)
    assert told.due_at == datetime(2025, 10, 2, 17, tzinfo=UTC)  # the end of the next business day
    mail = Mail.objects.get()
    assert (mail.dedupe_key, mail.task) == (f"escalated:{missed.pk}:{alice.pk}", told)
    event = missed.events.get()
    assert (event.kind, event.actor, event.after) == ("escalated", None, "Alice")


def test_twice_is_once(acme: Customer, bob: User) -> None:
    promised(acme, bob)
    assert [escalate_overdue(NOW), escalate_overdue(NOW), escalate_overdue(NOW + timedelta(days=1))] == [1, 0, 0]
    assert (Task.objects.count(), Mail.objects.count(), TaskEvent.objects.count()) == (2, 1, 2)


def test_a_moment_before_is_too_early(acme: Customer, bob: User) -> None:
    promised(acme, bob)
    assert escalate_overdue(NOW - timedelta(microseconds=1)) == 0
    assert not Mail.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "waiting", "waiting_since": NOW - timedelta(days=3)},
        {"status": "done", "finished_at": NOW, "outcome": "done"},
        {"status": "not_needed", "finished_at": NOW},
        {"sla_at": None},
    ],
    ids=["waiting", "done", "not needed", "nothing promised"],
)
def test_what_waits_or_is_finished_is_not_escalated(acme: Customer, bob: User, fields: dict[str, Any]) -> None:
    promised(acme, bob, **fields)
    assert escalate_overdue(NOW + timedelta(days=9)) == 0


@pytest.mark.parametrize("fields", [{"status": "started"}, {"snoozed_until": NOW + timedelta(days=1)}])
def test_what_is_started_or_put_off_is_escalated(acme: Customer, bob: User, fields: dict[str, Any]) -> None:
    promised(acme, bob, **fields)
    assert escalate_overdue(NOW) == 1


def test_nobody_is_told_where_no_role_is_named(acme: Customer, bob: User) -> None:
    missed = promised(acme, bob, escalate_to=[])
    assert escalate_overdue(NOW) == 1
    assert not missed.escalations.exists()
    assert missed.events.get().kind == "escalated"


def test_several_roles_that_fall_to_one_person_are_one_task(acme: Customer, bob: User, alice: User) -> None:
    User.objects.filter(pk=bob.pk).update(is_active=False)  # so that the executive falls to the manager
    missed = promised(acme, bob, escalate_to=["MGR", "EXEC"])
    escalate_overdue(NOW)
    assert missed.escalations.get().assignee == alice


def test_each_role_is_told(acme: Customer, bob: User, alice: User) -> None:
    flora = make_user("Flora", "executive")
    give(acme, flora, "executive")
    missed = promised(acme, bob, escalate_to=["MGR", "EXEC"])
    escalate_overdue(NOW)
    assert {one.assignee for one in missed.escalations.all()} == {alice, flora}
    assert Mail.objects.count() == 2


def test_a_title_of_the_longest_length_still_fits(acme: Customer, bob: User) -> None:
    missed = promised(acme, bob, title="x" * 255)
    escalate_overdue(NOW)
    assert len(missed.escalations.get().title) == 255


def test_the_next_day_is_the_teams(acme: Customer, bob: User, alice: User, north: Team) -> None:
    alice.team = north
    alice.save()
    north.calendar = Calendar.objects.create(key="berlin", time_zone="Europe/Berlin", closes="16:00")
    north.save()
    Holiday.objects.create(calendar=north.calendar, date=date(2025, 10, 2))
    missed = promised(acme, bob)
    escalate_overdue(NOW)
    assert missed.escalations.get().due_at == datetime(2025, 10, 3, 14, tzinfo=UTC)  # Friday 16:00 in Berlin


def test_a_calendar_without_working_days_keeps_nothing_quiet(
    acme: Customer, bob: User, alice: User, north: Team
) -> None:
    north.calendar = Calendar.objects.create(key="never", weekdays="1")
    north.save()
    days = [date(2025, 9, 29) + timedelta(weeks=week) for week in range(60)]
    Holiday.objects.bulk_create(Holiday(calendar=north.calendar, date=day) for day in days)
    alice.team = north
    alice.save()
    missed = promised(acme, bob)
    assert escalate_overdue(NOW) == 1
    assert missed.escalations.get().due_at == NOW + timedelta(days=1)


@pytest.mark.parametrize(
    ("made", "zone", "ends"),
    [
        # Friday 16:00 in Berlin; the clocks go back on Sunday. One hour on Friday, seven on Monday: Monday 16:00.
        (datetime(2025, 10, 24, 14, tzinfo=UTC), "Europe/Berlin", datetime(2025, 10, 27, 15, tzinfo=UTC)),
        # The same in spring, when they go forward.
        (datetime(2026, 3, 27, 15, tzinfo=UTC), "Europe/Berlin", datetime(2026, 3, 30, 14, tzinfo=UTC)),
        # Thursday 15:00 before a holiday: two hours on Thursday, six on Monday.
        (datetime(2026, 5, 14, 15, tzinfo=UTC), "UTC", datetime(2026, 5, 18, 15, tzinfo=UTC)),
    ],
    ids=["autumn", "spring", "holiday"],
)
def test_eight_business_hours_end_to_the_minute(
    acme: Customer, bob: User, north: Team, made: datetime, zone: str, ends: datetime
) -> None:
    north.calendar = Calendar.objects.create(key="north", time_zone=zone)
    north.save()
    Holiday.objects.create(calendar=north.calendar, date=date(2026, 5, 15))
    hours = load_working_hours([bob])[bob.pk]
    promised(acme, bob, created_at=made, sla_at=sla_at(Sla(8, "business", ""), made, hours, {}))
    assert escalate_overdue(ends - timedelta(minutes=1)) == 0
    assert escalate_overdue(ends) == 1


def test_time_that_a_task_waited_is_not_held_against_it(acme: Customer, bob: User) -> None:
    task = promised(acme, bob, sla={"hours": 8, "calendar": "business", "anchor": ""}, sla_at=NOW + timedelta(hours=4))
    tasking.wait(task=task, by=bob, now=NOW)
    tasking.resume(task=task, by=bob, now=NOW + timedelta(hours=3))
    assert escalate_overdue(NOW + timedelta(hours=7, minutes=-1)) == 0
    assert escalate_overdue(NOW + timedelta(hours=7)) == 1


def test_the_calendar_is_asked_once_for_all(acme: Customer, bob: User) -> None:
    def queries(tasks: int) -> int:
        for _ in range(tasks):
            promised(acme, bob)
        with CaptureQueriesContext(connection) as found:
            escalate_overdue(NOW)
        return len(found)

    one, ten = queries(1), queries(10)
    assert (ten - one) % 9 == 0  # so many for each task, and no more
    assert (ten - one) / 9 <= 8
