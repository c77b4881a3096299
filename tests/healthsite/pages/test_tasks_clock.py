"""How much time is left of a promise, in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from healthsite.pages.tasks.clock import clock, span, with_hours_left
from healthsite.templatetags.tasks import due_words, is_overdue, is_put_off, workable_by
from playbooks.models import Task
from tests.healthsite.pages.test_words import spaced
from tests.healthsite.pages.world import NOW

HOUR = timedelta(hours=1)
DAY = {"hours": 24.0, "calendar": "clock", "anchor": ""}
EIGHT = {"hours": 8.0, "calendar": "business", "anchor": ""}


def promised(sla: dict[str, Any] | None, left: timedelta, made: timedelta = 5 * HOUR, **fields: Any) -> Task:
    """A task made some hours ago, with so much time left."""
    return Task(sla=sla, created_at=NOW - made, sla_at=NOW + left, due_at=NOW, **fields)


def words(task: Task) -> str:
    found = clock(task, NOW)
    return spaced(found.words) if found else ""


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        (promised(DAY, 19 * HOUR), "19 h left of 24 h"),
        (promised(DAY, 0.5 * HOUR, 23.5 * HOUR), "30 min left of 24 h"),
        (promised(DAY, -3 * HOUR), "missed by 3 h"),
        (promised(DAY, timedelta()), "missed by 0 min"),
        (promised(DAY, -50 * HOUR), "missed by 2 d"),
        (promised({**DAY, "hours": 168.0}, 72 * HOUR, 96 * HOUR), "3 d left of 7 d"),
        (promised(EIGHT, 19 * HOUR), "until Thu 2 Oct, 04:00"),
        (promised({"hours": None, "calendar": "clock", "anchor": "notice"}, 19 * HOUR), "until Thu 2 Oct, 04:00"),
        (promised(None, 19 * HOUR), "until Thu 2 Oct, 04:00"),
        (promised(DAY, 19 * HOUR, status="waiting"), "clock stopped"),
        (promised(DAY, 19 * HOUR, status="done"), ""),
        (Task(sla_at=None), ""),
    ],
)
def test_a_promise_in_words(task: Task, expected: str) -> None:
    assert words(task) == expected


def test_a_promise_that_ends_when_nobody_works_says_when_it_really_ends() -> None:
    # Friday 16:30 and 24 hours is Saturday; it holds until Monday 17:00 (library 7).
    made, ends = datetime(2025, 10, 3, 16, 30, tzinfo=UTC), datetime(2025, 10, 6, 17, tzinfo=UTC)
    found = clock(Task(sla=DAY, created_at=made, sla_at=ends, due_at=ends), made)
    assert found
    assert found.words == "until Mon 6 Oct, 17:00"
    assert found.title == "SLA until Mon 6 Oct, 17:00 (24 clock hours, later than 24 h because nobody works then)"


@pytest.mark.parametrize(("left", "role"), [(-1, "red"), (0, "red"), (5, "yellow"), (6, "none"), (20, "none")])
def test_a_quarter_of_the_time_is_close(left: int, role: str) -> None:
    found = clock(promised(DAY, left * HOUR, (24 - left) * HOUR), NOW)
    assert found
    assert found.role == role


@pytest.mark.django_db
def test_business_hours_are_those_of_the_assignees_calendar() -> None:
    bob = User.objects.create(email="bob@example.com", name="Bob")
    # From Wednesday 9:00 to Thursday 11:00: eight hours today, two tomorrow.
    task = promised({**EIGHT, "hours": 16.0}, 26 * HOUR, assignee=bob)
    with_hours_left([task], NOW)
    assert words(task) == "10 h left of 16 h"


@pytest.mark.parametrize(("hours", "text"), [(0.99, "59 min"), (1, "1 h"), (47.9, "47 h"), (48, "2 d"), (0, "0 min")])
def test_a_span_is_rounded_down(hours: float, text: str) -> None:
    assert spaced(span(hours)) == text


@pytest.mark.parametrize(
    ("hours", "text"),
    [(8, "today 17:00"), (24, "tomorrow 09:00"), (-24, "Tue 30 Sep"), (24 * 100, "9 Jan 2026"), (48, "Fri 3 Oct")],
)
def test_a_due_date_is_as_short_as_it_can_be(hours: int, text: str) -> None:
    assert due_words(Task(due_at=NOW + hours * HOUR), NOW) == text


def test_what_waits_or_is_finished_is_not_overdue() -> None:
    late = {"due_at": NOW - HOUR}
    found = [is_overdue(Task(status=status, **late), NOW) for status in ("open", "started", "waiting", "done")]
    assert found == [True, True, False, False]


def test_what_was_put_off_until_now_is_back() -> None:
    assert [is_put_off(Task(snoozed_until=NOW + n * HOUR), NOW) for n in (0, 1)] == [False, True]


@pytest.mark.parametrize(
    ("pk", "role", "expected"),
    [(1, "csm", True), (2, "executive", True), (3, "csm", False), (3, "manager", True), (3, "viewer", False)],
)
def test_a_row_is_worked_by_its_people_and_those_who_lead(pk: int, role: str, expected: bool) -> None:
    assert workable_by(Task(assignee_id=1, created_by_id=2), User(pk=pk, role=role)) is expected
