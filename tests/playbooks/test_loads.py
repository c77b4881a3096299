"""How much a person has to do within a week."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from playbooks.loads import Load, loads
from tests.cast import make_customer, make_user
from tests.playbooks.cast import NOW, make_task

pytestmark = pytest.mark.django_db


def test_hours_of_seven_days_and_of_what_is_overdue_count() -> None:
    acme, bob = make_customer(), make_user("Bob", weekly_hours=10)
    for days, hours in ((-30, 1), (0, 2), (7, 4), (7.01, 8)):
        make_task(acme, bob, due_at=NOW + timedelta(days=days), hours=hours)
    (load,) = loads([bob], NOW)
    assert (load.tasks, load.overdue, load.hours, load.share) == (4, 2, 7.0, 0.7)


@pytest.mark.parametrize(
    "fields", [{"status": "waiting", "waiting_since": NOW}, {"status": "done", "finished_at": NOW, "outcome": "done"}]
)
def test_what_waits_or_is_done_is_no_load(fields: dict[str, Any]) -> None:
    bob = make_user("Bob")
    make_task(make_customer(), bob, hours=5, **fields)
    assert loads([bob], NOW)[0].hours == 0


def test_everybody_has_a_line_in_the_order_given() -> None:
    charlie, bob = make_user("Charlie"), make_user("Bob")
    make_task(make_customer(), bob)
    assert [(one.user.name, one.tasks) for one in loads([charlie, bob], NOW)] == [("Charlie", 0), ("Bob", 1)]


@pytest.mark.parametrize(("hours", "share"), [(0.0, 0.0), (0.5, 1.0)])
def test_who_has_no_time_is_full_with_the_first_hour(hours: float, share: float) -> None:
    bob = make_user("Bob", weekly_hours=0)
    assert Load(bob, hours=hours).share == share


def test_all_the_hours_there_are_still_fit() -> None:
    bob = make_user("Bob", weekly_hours=10)
    assert not Load(bob, hours=10).is_too_much
    assert Load(bob, hours=10.25).is_too_much
