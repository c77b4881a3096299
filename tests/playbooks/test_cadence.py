"""How often somebody should speak with a customer: the table of library 6, when a touch is due, and what is one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from accounts.business_days import WorkingDays
from accounts.models import Customer, Interaction
from playbooks.cadence import TABLE, Cadence, cadence_of, due_on, is_late, programme_of
from playbooks.touching import with_last_touch
from tests.cast import make_customer, make_row

WEEK = WorkingDays()  # Monday to Friday
MONDAY = date(2025, 9, 1)
NOW = datetime(2025, 9, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("level", "enterprise", "mid_market", "small"),
    [
        ("emergency", "1 business day", "1 business day", "2 business days"),
        ("red", "7 days", "7 days", "14 days"),
        ("yellow", "30 days", "30 days", "90 days"),
        ("green", "90 days", "90 days", "180 days"),
    ],
)
def test_the_table_is_that_of_the_library(level: Any, enterprise: str, mid_market: str, small: str) -> None:
    row = [str(cadence_of(level, programme)) for programme in ("enterprise", "mid_market", "small")]
    assert row == [enterprise, mid_market, small]


def test_every_level_knows_every_programme() -> None:
    assert {frozenset(row) for row in TABLE.values()} == {frozenset({"enterprise", "mid_market", "small"})}


@pytest.mark.parametrize(
    ("size", "employees", "expected"),
    [
        ("enterprise", 3, "enterprise"), ("large", None, "enterprise"), ("mid_market", 5000, "mid_market"),
        ("small", 500, "small"), ("", 100, "enterprise"), ("", 99, "mid_market"), ("", 50, "mid_market"),
        ("", 49, "small"), ("", 0, "small"), ("", None, "mid_market"), ("galactic", None, "mid_market"),
    ],
)  # fmt: skip
def test_the_declared_size_wins_over_employees(size: str, employees: int | None, expected: str) -> None:
    assert programme_of(size, employees) == expected


@pytest.mark.parametrize(
    ("size", "touch", "expected"),
    [
        ("small", "high-touch", "enterprise"), ("small", "pooled", "mid_market"), ("small", "digital", "small"),
        ("mid_market", "pooled", "mid_market"), ("mid_market", "digital", "mid_market"),
        ("enterprise", "digital", "enterprise"), ("enterprise", "pooled", "enterprise"),
        ("", "high-touch", "enterprise"), ("", "digital", "mid_market"), ("small", "", "small"),
    ],
)  # fmt: skip
def test_the_closer_of_size_and_value_tier_counts(size: str, touch: str, expected: str) -> None:
    assert programme_of(size, None, touch) == expected


@pytest.mark.parametrize(
    ("last", "cadence", "expected"),
    [
        (MONDAY, Cadence(7), date(2025, 9, 8)),
        (date(2025, 8, 30), Cadence(7), date(2025, 9, 8)),  # Saturday + 7 is a Saturday: Monday
        (MONDAY, Cadence(1, business=True), date(2025, 9, 2)),
        (date(2025, 9, 5), Cadence(1, business=True), date(2025, 9, 8)),  # Friday: the next working day is Monday
        (date(2025, 9, 6), Cadence(2, business=True), date(2025, 9, 9)),  # Saturday: Monday, Tuesday
    ],
)
def test_a_touch_is_due_on_a_working_day(last: date, cadence: Cadence, expected: date) -> None:
    assert due_on(last, cadence, WEEK) == expected


def test_a_holiday_moves_it_to_the_next_working_day() -> None:
    calendar = WorkingDays(holidays=frozenset({date(2025, 9, 8)}))
    assert due_on(MONDAY, Cadence(7), calendar) == date(2025, 9, 9)


def test_a_calendar_without_working_days_still_gives_a_day() -> None:
    assert due_on(MONDAY, Cadence(7), WorkingDays(frozenset())) == date(2025, 9, 8)


@pytest.mark.parametrize(
    ("cadence", "days", "late"),
    [
        (Cadence(7), 7, False), (Cadence(7), 8, False), (Cadence(7), 9, True),  # a day of grace
        (Cadence(14), 16, False), (Cadence(14), 17, True),  # two
        (Cadence(1, business=True), 1, False), (Cadence(1, business=True), 2, True),  # none
    ],
)  # fmt: skip
def test_it_is_late_after_a_fifth_of_the_cadence(cadence: Cadence, days: int, late: bool) -> None:
    assert is_late(MONDAY, cadence, MONDAY + timedelta(days=days), WEEK) is late


def test_who_was_never_spoken_with_is_late() -> None:
    assert is_late(None, Cadence(180), MONDAY, WEEK)


def last_touch(customer: Customer) -> datetime | None:
    found = with_last_touch(Customer.objects.all(), NOW).get(pk=customer.pk)
    return found.last_touch


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        ({"kind": "call"}, True), ({"kind": "meeting", "attended": True}, True), ({"kind": "email_in"}, True),
        ({"kind": "email_out", "replied_at": NOW - timedelta(hours=1)}, True),
        ({"kind": "email_out"}, False), ({"kind": "email_out", "replied_at": NOW + timedelta(hours=1)}, False),
        ({"kind": "meeting", "attended": False}, False), ({"kind": "note"}, False), ({"kind": "community"}, False),
        ({"kind": "call", "at": NOW + timedelta(hours=1)}, False),
    ],
)  # fmt: skip
def test_a_touch_takes_both_sides(fields: dict[str, Any], counts: bool) -> None:
    customer = make_customer()
    touch = make_row(Interaction, customer, **{"at": NOW - timedelta(days=2), **fields})
    assert last_touch(customer) == (touch.at if counts else None)


@pytest.mark.django_db
def test_the_latest_touch_of_the_customer_counts() -> None:
    customer, other = make_customer(), make_customer()
    for whom, days in ((customer, 9), (customer, 4), (other, 1)):
        make_row(Interaction, whom, kind="call", at=NOW - timedelta(days=days))
    assert last_touch(customer) == NOW - timedelta(days=4)
