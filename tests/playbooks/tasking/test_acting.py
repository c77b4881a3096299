"""What people do with tasks: each act once, and refused before anything is written."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from accounts.models import Calendar, Customer, Holiday, Team, User
from playbooks import tasking
from playbooks.models import Mail, Task, TaskEvent
from playbooks.tasking import finishing
from tests.cast import give, make_user
from tests.playbooks.cast import NOW, make_task
from tests.playbooks.tasking.checking import kinds, refused

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=2)


def test_a_task_is_started_once(task: Task, bob: User) -> None:
    tasking.start(task=task, by=bob)
    assert task.status == Task.objects.get().status == "started"
    errors = refused(lambda: tasking.start(task=task, by=bob))
    assert "only one that is “open” can be started. Bob started it on 1 October 2025 at 09:00." in errors["what"]


def test_the_second_of_two_people_at_once_is_told_what_the_first_did(task: Task, alice: User, bob: User) -> None:
    read_before = Task.objects.get(pk=task.pk)
    tasking.complete(task=task, by=bob, outcome="reached")
    errors = refused(lambda: tasking.assign(task=read_before, by=alice, to=alice))
    assert errors["what"].startswith("Somebody was faster. Bob completed it on 1 October 2025 at 09:00.")


def test_a_comment_is_kept_without_a_change(task: Task, bob: User) -> None:
    event = tasking.comment(task=task, by=bob, text=" <b>Waits\0 for budget ")
    assert (event.kind, event.text) == ("commented", "<b>Waits for budget")
    assert Task.objects.get().status == "open"


def test_an_empty_comment_is_refused(task: Task, bob: User) -> None:
    assert "empty" in refused(lambda: tasking.comment(task=task, by=bob, text=" \n"))["text"]


# -- waiting and putting off -------------------------------------------------------------------------------------------

FRIDAY = datetime(2025, 10, 3, 16, tzinfo=UTC)  # an hour before closing
MONDAY = datetime(2025, 10, 6, 10, tzinfo=UTC)  # an hour after opening: two business hours, 66 clock hours later


def wait_over_the_weekend(task: Task, by: User) -> Task:
    tasking.wait(task=task, by=by, reason="Budget", now=FRIDAY)
    tasking.resume(task=task, by=by, now=MONDAY)
    return Task.objects.get(pk=task.pk)


def test_waiting_moves_a_task_by_the_business_hours_that_passed(acme: Customer, bob: User) -> None:
    due = datetime(2025, 10, 7, 16, tzinfo=UTC)
    sla = {"hours": 8.0, "calendar": "business", "anchor": ""}
    moved = wait_over_the_weekend(make_task(acme, bob, due_at=due, sla_at=due, sla=sla), bob)
    # Tuesday 16:00 and two business hours: one until closing, one on Wednesday.
    assert moved.due_at == moved.sla_at == datetime(2025, 10, 8, 10, tzinfo=UTC)
    assert (moved.status, moved.waiting_since) == ("started", None)
    assert kinds(moved) == ["waiting", "resumed"]


def test_waiting_moves_a_clock_promise_by_the_clock(acme: Customer, bob: User) -> None:
    sla = {"hours": 48.0, "calendar": "clock", "anchor": ""}
    task = make_task(acme, bob, due_at=MONDAY, sla_at=MONDAY, sla=sla)
    assert wait_over_the_weekend(task, bob).sla_at == MONDAY + timedelta(hours=66)


def test_waiting_does_not_move_the_notice_date(acme: Customer, bob: User) -> None:
    sla = {"hours": None, "calendar": "clock", "anchor": "notice"}
    task = make_task(acme, bob, due_at=MONDAY, sla_at=MONDAY, sla=sla)
    assert wait_over_the_weekend(task, bob).sla_at == MONDAY


def test_waiting_over_a_holiday_counts_nothing(acme: Customer, north: Team, bob: User) -> None:
    north.calendar = Calendar.objects.create(key="north", time_zone="UTC")
    north.save()
    Holiday.objects.create(calendar=north.calendar, date=date(2025, 10, 6))
    due = datetime(2025, 10, 7, 16, tzinfo=UTC)
    # Only the hour of Friday is business time.
    assert wait_over_the_weekend(make_task(acme, bob, due_at=due), bob).due_at == due + timedelta(hours=1)


def test_waiting_where_the_clocks_change_counts_hours_that_were_worked(acme: Customer, north: Team, bob: User) -> None:
    north.calendar = Calendar.objects.create(key="berlin", time_zone="Europe/Berlin")
    north.save()
    friday = datetime(2025, 10, 24, 14, tzinfo=UTC)  # 16:00 in Berlin; the clocks go back on Sunday
    monday = datetime(2025, 10, 27, 9, tzinfo=UTC)  # 10:00
    task = make_task(acme, bob, due_at=datetime(2025, 10, 28, 8, tzinfo=UTC))  # Tuesday at 9
    tasking.wait(task=task, by=bob, now=friday)
    tasking.resume(task=task, by=bob, now=monday)
    assert task.due_at == datetime(2025, 10, 28, 10, tzinfo=UTC)


def test_only_what_waits_is_taken_up_again(task: Task, bob: User) -> None:
    assert "only one that is “waiting for the customer”" in refused(lambda: tasking.resume(task=task, by=bob))["what"]


def test_putting_off_keeps_the_clock_running(task: Task, bob: User) -> None:
    tasking.snooze(task=task, by=bob, until=LATER, reason="They are at a fair")
    kept = Task.objects.get()
    assert (kept.snoozed_until, kept.due_at, kept.status) == (LATER, task.due_at, "open")
    assert not Task.objects.awake(NOW).exists()
    assert Task.objects.awake(LATER).exists()


@pytest.mark.parametrize(
    ("until", "reason", "field"), [(NOW, "Fair", "until"), (LATER, " ", "reason"), (LATER, "\0", "reason")]
)
def test_putting_off_needs_a_reason_and_a_time_to_come(
    task: Task, bob: User, until: datetime, reason: str, field: str
) -> None:
    assert field in refused(lambda: tasking.snooze(task=task, by=bob, until=until, reason=reason))


def test_starting_wakes_a_task(task: Task, bob: User) -> None:
    tasking.snooze(task=task, by=bob, until=LATER, reason="Fair")
    tasking.start(task=task, by=bob)
    assert Task.objects.awake(NOW).exists()


# -- finishing ---------------------------------------------------------------------------------------------------------


def test_completing_says_how_it_went(task: Task, bob: User) -> None:
    tasking.complete(task=task, by=bob, outcome="declined", text="No money")
    done = Task.objects.get()
    assert (done.status, done.outcome, done.finished_at, done.finished_by) == ("done", "declined", NOW, bob)
    event = done.events.get()
    assert (event.kind, event.text, event.after) == ("completed", "No money", "declined")


def test_what_follows_is_made_of_the_finished_task(task: Task, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    followed: list[Any] = []
    monkeypatch.setattr(finishing, "follow_up", lambda task, now: followed.append((task.is_finished, now)))
    tasking.complete(task=task, by=bob, outcome="done")
    assert followed == [(True, NOW)]


def test_what_goes_wrong_afterwards_completes_nothing(task: Task, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finishing, "follow_up", lambda task, now: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        tasking.complete(task=task, by=bob, outcome="done")
    assert Task.objects.get().status == "open"
    assert not TaskEvent.objects.exists()


def test_what_waits_can_be_completed(task: Task, bob: User) -> None:
    tasking.wait(task=task, by=bob)
    tasking.complete(task=task, by=bob, outcome="done")
    assert Task.objects.get().waiting_since is None


@pytest.mark.parametrize("outcome", ["", "perfect", "\0"])
def test_completing_needs_an_outcome(task: Task, bob: User, outcome: str) -> None:
    assert "is no outcome" in refused(lambda: tasking.complete(task=task, by=bob, outcome=outcome))["outcome"]


def test_completing_twice_is_refused(task: Task, bob: User) -> None:
    tasking.complete(task=task, by=bob, outcome="done")
    assert "what" in refused(lambda: tasking.complete(task=task, by=bob, outcome="done"))


@pytest.mark.parametrize("started", [False, True])
def test_reopening_brings_a_task_back_as_it_was(task: Task, bob: User, started: bool) -> None:
    if started:
        tasking.start(task=task, by=bob)
    before = tasking.state_of(task)
    tasking.complete(task=task, by=bob, outcome="done")
    tasking.reopen(task=task, by=bob)
    again = Task.objects.get()
    assert (tasking.state_of(again), again.outcome, again.finished_at) == (before, "", None)
    assert kinds(again)[-2:] == ["completed", "reopened"]


def test_reopening_is_for_a_day(task: Task, bob: User) -> None:
    tasking.complete(task=task, by=bob, outcome="done")
    late = NOW + timedelta(days=1, seconds=1)
    assert "more than a day ago" in refused(lambda: tasking.reopen(task=task, by=bob, now=late))["what"]
    tasking.reopen(task=task, by=bob, now=NOW + timedelta(days=1))


# -- planning ----------------------------------------------------------------------------------------------------------


def test_another_date_leaves_the_promise_alone(acme: Customer, bob: User) -> None:
    task = make_task(acme, bob, due_at=LATER, sla_at=LATER)
    tasking.reschedule(task=task, by=bob, due_at=LATER + timedelta(days=1), reason="Asked for")
    moved = Task.objects.get()
    assert (moved.due_at, moved.sla_at) == (LATER + timedelta(days=1), LATER)
    assert moved.events.get().before == LATER.isoformat()


def test_a_date_that_is_over_is_refused(task: Task, bob: User) -> None:
    yesterday = NOW - timedelta(days=1)
    assert "is over" in refused(lambda: tasking.reschedule(task=task, by=bob, due_at=yesterday))["due_at"]


def test_a_priority_is_one_of_four(task: Task, bob: User) -> None:
    tasking.prioritise(task=task, by=bob, priority=1)
    assert Task.objects.get().priority == Task.Priority.URGENT
    assert "5 is no priority" in refused(lambda: tasking.prioritise(task=task, by=bob, priority=5))["priority"]


# -- giving to somebody ------------------------------------------------------------------------------------------------


def test_a_manager_gives_a_task_to_somebody_who_is_told(task: Task, alice: User, acme: Customer) -> None:
    cleo = make_user("Cleo")
    give(acme, cleo, "collaborator")
    tasking.assign(task=task, by=alice, to=cleo)
    event = task.events.get()
    assert Task.objects.get().assignee == task.assignee == cleo
    assert (event.before, event.after) == ("Bob", "Cleo")
    assert Mail.objects.get().dedupe_key == f"assigned:{event.pk}"


def test_who_takes_a_task_over_is_not_told(task: Task, alice: User) -> None:
    tasking.assign(task=task, by=alice, to=alice)
    assert not Mail.objects.exists()


def test_the_assignee_hands_over_their_own(task: Task, alice: User, bob: User) -> None:
    tasking.assign(task=task, by=bob, to=alice)
    assert Task.objects.get().assignee == alice


def test_who_made_a_task_does_not_reassign_it(acme: Customer, alice: User, bob: User) -> None:
    task = make_task(acme, alice, created_by=bob)
    with pytest.raises(tasking.NotAllowed):
        tasking.assign(task=task, by=bob, to=bob)


@pytest.mark.parametrize("to", ["nobody", "Bob", "Charlie"])
def test_a_task_goes_to_somebody_else_who_can_do_it(task: Task, bob: User, to: str) -> None:
    user = {"nobody": None, "Bob": bob}.get(to) if to != "Charlie" else make_user("Charlie")
    assert "assignee" in refused(lambda: tasking.assign(task=task, by=bob, to=user))


def test_a_missed_sla_is_not_told_to_one_person_twice(task: Task, alice: User, bob: User, acme: Customer) -> None:
    for user in (alice, bob):
        told = make_task(acme, user, due_at=LATER, escalates=task)
    assert "has been told" in refused(lambda: tasking.assign(task=told, by=alice, to=alice))["assignee"]
