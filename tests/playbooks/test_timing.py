"""What was promised by the clock and what is worked by the calendar, moment by moment."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.business_days import WorkingDays
from accounts.working_hours import WorkingHours
from playbooks.definitions import Anchor, Due, Sla, Span, Unit
from playbooks.timing import due_at, is_promise_late, sla_at

BERLIN = ZoneInfo("Europe/Berlin")
GOOD_FRIDAY = date(2025, 4, 18)
HOURS = WorkingHours(BERLIN, WorkingDays(holidays=frozenset({GOOD_FRIDAY})), time(9), time(17))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def promised(hours: float, start: str) -> datetime:
    found = sla_at(Sla(hours, "clock"), local(start), HOURS, {})
    assert found
    return found


@pytest.mark.parametrize(
    ("hours", "start", "end"),
    [
        (48, "2025-04-17 15:00", "2025-04-21 17:00"),  # from a Thursday over a Friday that is a holiday to Monday
        (24, "2025-04-11 16:30", "2025-04-14 17:00"),  # opened on a Friday
        (48, "2025-04-07 10:00", "2025-04-09 10:00"),  # Monday to Wednesday
        (24, "2025-04-07 09:00", "2025-04-07 17:00"),  # one business day is over before the clock
        (24, "2025-04-07 17:00", "2025-04-08 17:00"),  # closing time is business time
        (24, "2025-04-07 18:00", "2025-04-08 17:00"),  # within the 24 hours and not on Wednesday
        (24, "2025-04-08 00:00", "2025-04-08 17:00"),  # as the night makes it
        (48, "2025-04-08 00:00", "2025-04-09 17:00"),  # two days' work: 16 business hours (PB-1)
        (24, "2025-04-13 12:00", "2025-04-14 12:00"),  # the clock runs out in business time
        (4, "2025-04-07 10:00", "2025-04-07 14:00"),
        (4, "2025-04-07 15:00", "2025-04-08 17:00"),
        (168, "2025-04-07 10:00", "2025-04-14 10:00"),  # seven calendar days
        (168, "2025-04-11 10:00", "2025-04-21 17:00"),  # that end on a holiday
    ],
)
def test_a_promise_in_clock_hours_is_kept_in_business_time(hours: float, start: str, end: str) -> None:
    assert promised(hours, start) == local(end)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2025-03-28 10:00", "2025-03-31 11:00"),  # 72 hours over a night of 23 hours end an hour later on the wall
        ("2025-10-24 11:00", "2025-10-27 10:00"),  # and over one of 25 hours an hour earlier
    ],
)
def test_clock_hours_are_real_hours_when_the_clocks_change(start: str, end: str) -> None:
    assert promised(72, start) == local(end)


def test_a_closing_time_is_that_of_the_wall_when_the_clocks_change() -> None:
    assert promised(24, "2025-03-28 16:30") == datetime(2025, 3, 31, 15, tzinfo=UTC)
    assert promised(24, "2025-10-24 16:30") == datetime(2025, 10, 27, 16, tzinfo=UTC)


def test_business_hours_are_counted_by_the_calendar_of_whoever_does_it() -> None:
    tokyo = WorkingHours(ZoneInfo("Asia/Tokyo"), WorkingDays(), time(9), time(17))
    start = local("2025-04-07 10:00")  # 17:00 in Tokyo
    assert sla_at(Sla(8), start, HOURS, {}) == local("2025-04-08 10:00")
    assert sla_at(Sla(8), start, tokyo, {}) == datetime(2025, 4, 8, 8, tzinfo=UTC)


def test_a_promise_that_ends_after_its_hours_can_be_told() -> None:
    sla, friday, monday = Sla(24, "clock"), local("2025-04-11 16:30"), local("2025-04-14 17:00")
    assert is_promise_late(sla, friday, monday)
    assert not is_promise_late(sla, local("2025-04-14 10:00"), local("2025-04-15 10:00"))
    assert not is_promise_late(Sla(8), friday, monday)
    assert not is_promise_late(Sla(None, anchor="notice"), friday, monday)


@pytest.mark.parametrize(
    ("amount", "unit", "start", "end"),
    [
        (4, "bh", "2025-04-11 16:30", "2025-04-14 12:30"),
        (0.5, "bh", "2025-04-11 16:30", "2025-04-11 17:00"),
        (0, "bh", "2025-04-12 12:00", "2025-04-12 12:00"),
        (5, "bd", "2025-04-14 10:00", "2025-04-22 10:00"),
        (1, "bd", "2025-03-28 16:00", "2025-03-31 16:00"),
        (48, "h", "2025-03-29 12:00", "2025-03-31 13:00"),  # the night of 23 hours
        (14, "d", "2025-04-07 10:00", "2025-04-21 17:00"),
        (11, "d", "2025-04-07 10:00", "2025-04-21 17:00"),  # Good Friday: not before Monday
        (1, "d", "2025-03-29 18:00", "2025-03-31 17:00"),
        (0, "d", "2025-04-07 10:00", "2025-04-07 17:00"),
    ],
)
def test_a_step_is_due_a_span_after_its_start(amount: float, unit: Unit, start: str, end: str) -> None:
    assert due_at(Due(Span(amount, unit)), local(start), HOURS, {}) == local(end)


RENEWAL = {"renewal": date(2025, 7, 31), "notice": date(2025, 4, 20)}


@pytest.mark.parametrize(
    ("days", "before", "start", "end"),
    [
        (30, "renewal", "2025-04-07 10:00", "2025-07-01 17:00"),
        (102, "renewal", "2025-04-07 10:00", "2025-04-17 17:00"),  # Easter Sunday: not later, so on Thursday
        (0, "notice", "2025-04-07 10:00", "2025-04-17 17:00"),
        (150, "renewal", "2025-04-07 10:00", "2025-04-08 17:00"),  # gone by when the play starts
    ],
)
def test_a_step_before_a_date_is_due_on_the_last_working_day(days: int, before: Anchor, start: str, end: str) -> None:
    due = Due(Span(days, "d"), before=before)
    assert due_at(due, local(start), HOURS, RENEWAL) == local(end)


def test_a_step_before_a_date_that_nobody_knows_has_five_business_days() -> None:
    due = Due(Span(30, "d"), before="renewal")
    assert due_at(due, local("2025-04-07 10:00"), HOURS, {}) == local("2025-04-14 10:00")


def test_an_sla_up_to_the_notice_date_ends_with_its_last_working_day() -> None:
    sla, start = Sla(None, anchor="notice"), local("2025-04-07 10:00")
    assert sla_at(sla, start, HOURS, RENEWAL) == local("2025-04-17 17:00")
    assert sla_at(sla, local("2025-05-05 10:00"), HOURS, RENEWAL) == local("2025-05-06 17:00")
    assert sla_at(sla, start, HOURS, {"renewal": date(2025, 7, 31)}) == local("2025-07-31 17:00")
    assert sla_at(sla, start, HOURS, {}) is None


# Hypothesis takes the ends without a zone, and gives moments in `timezones`.
@given(st.datetimes(datetime(2025, 1, 1), datetime(2025, 12, 31), timezones=st.just(UTC)), st.integers(1, 240))  # noqa: DTZ001
def test_a_promise_ends_in_business_time_and_never_before_it_was_made(start: datetime, hours: int) -> None:
    end = sla_at(Sla(hours, "clock"), start, HOURS, {})
    assert end
    assert end >= start
    assert HOURS.is_open(end)
