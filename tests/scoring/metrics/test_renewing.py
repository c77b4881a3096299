"""What is due: renewal, notice, milestones."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from accounts.models import Change, Customer, Goal, Subscription
from scoring.engine.frame import State
from tests.cast import make_customer, make_row
from tests.scoring.metrics.reading import D, read

pytestmark = pytest.mark.django_db


def later(days: int) -> date:
    return D + timedelta(days=days)


def subscribe(customer: Customer, renews: int, notice: int | None = None, ended: int | None = None) -> Subscription:
    ended_on = None if ended is None else later(ended)
    start = date(2025, 1, 1)
    fields: dict[str, Any] = {"notice_days": notice, "ended_on": ended_on, "started_on": start}
    return make_row(Subscription, customer, renews_on=later(renews), **fields)


def test_days_run_down_to_the_renewal_of_the_customers_file() -> None:
    acme = make_customer(renewal_on=later(40))
    assert read("days_to_renewal", acme) == (40.0, State.FRESH)
    assert read("days_to_renewal", acme, later(41)) == (-1.0, State.FRESH)


def test_the_first_renewal_to_come_counts() -> None:
    acme = make_customer(renewal_on=later(-5))
    subscribe(acme, 90, notice=30)
    subscribe(acme, 60)
    subscribe(acme, 10, ended=0)
    assert read("days_to_renewal", acme) == (60.0, State.FRESH)


def test_the_notice_lies_before_the_renewal() -> None:
    acme = make_customer()
    subscribe(acme, 90, notice=30)
    assert read("days_to_notice", acme) == (60.0, State.FRESH)


def test_the_notice_that_comes_first_counts_each_from_its_own_renewal() -> None:
    acme = make_customer()
    subscribe(acme, 70, notice=30)
    subscribe(acme, 340, notice=90)
    assert read("days_to_notice", acme) == (40.0, State.FRESH)
    assert read("days_to_notice", acme, later(40)) == (0.0, State.FRESH)
    assert read("days_to_notice", acme, later(41)) == (209.0, State.FRESH)  # 340 - 90 - 41
    assert read("days_to_notice", acme, later(251)) == (-1.0, State.FRESH)  # all behind: the latest


def test_a_contract_that_ends_later_may_have_to_be_cancelled_first() -> None:
    acme = make_customer()
    subscribe(acme, 100, notice=0)
    subscribe(acme, 110, notice=90)
    subscribe(acme, 15)  # names no notice
    subscribe(acme, 40, notice=30, ended=0)
    assert read("days_to_notice", acme) == (20.0, State.FRESH)


def test_a_notice_without_a_renewal_of_its_own_counts_from_that_of_the_customers_file() -> None:
    acme = make_customer(renewal_on=later(300))
    make_row(Subscription, acme, started_on=date(2025, 1, 1), notice_days=60)
    assert read("days_to_notice", acme) == (240.0, State.FRESH)
    subscribe(acme, 330, notice=100)
    assert read("days_to_notice", acme) == (230.0, State.FRESH)


def test_without_dates_nothing_is_due() -> None:
    acme = make_customer()
    subscribe(make_customer(), 90)
    assert read("days_to_renewal", acme) == (None, State.MISSING)
    assert read("days_to_notice", acme) == (None, State.MISSING)


def test_the_renewal_that_was_known_then_counts_for_a_past_day() -> None:
    acme = make_customer(renewal_on=later(365))
    Change.objects.create(
        kind="customers", record_id=acme.pk, customer=acme, field="renewal_on",
        before=D.isoformat(), after=later(365).isoformat(), observed_on=D,
    )  # fmt: skip
    assert read("days_to_renewal", acme, later(-3)) == (3.0, State.FRESH)


def test_milestones_are_overdue_from_the_day_after_until_they_are_reached() -> None:
    acme = make_customer()
    for due, achieved in ((-1, None), (0, None), (-9, -1), (-9, 1)):
        dates: dict[str, Any] = {"due_on": later(due), "achieved_on": None if achieved is None else later(achieved)}
        make_row(Goal, acme, name="Go live", kind="milestone", started_on=later(-60), **dates)
    make_row(Goal, acme, name="Growth", kind="objective", started_on=later(0), due_on=later(-1))
    assert read("milestones_overdue", acme) == (2.0, State.FRESH)
