"""Business dates are the site's; working days leave weekends and holidays out."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine

from accounts.business_days import WorkingDays, date_of, end_of, start_of, today
from accounts.calendars import load_working_days
from accounts.models import Calendar, Holiday


@pytest.mark.parametrize(("zone", "expected"), [("UTC", 31), ("Asia/Tokyo", 1), ("America/New_York", 30)])
def test_today_is_the_sites_date(settings: Any, zone: str, expected: int) -> None:
    settings.TIME_ZONE = zone
    with time_machine.travel(datetime(2025, 12, 31, 20 if zone != "America/New_York" else 2, tzinfo=UTC), tick=False):
        assert today().day == expected


@pytest.mark.parametrize(("day", "hours"), [(date(2025, 3, 30), 23), (date(2025, 10, 26), 25), (date(2025, 7, 1), 24)])
def test_a_day_of_changing_clocks_is_as_long_as_it_is(settings: Any, day: date, hours: int) -> None:
    settings.TIME_ZONE = "Europe/Oslo"
    assert (end_of(day) - start_of(day)).total_seconds() == hours * 3600
    assert date_of(start_of(day)) == day


def test_holidays_and_weekends_are_not_worked() -> None:
    days = WorkingDays(holidays=frozenset({date(2025, 5, 1)}))
    assert [day.day for day in days.within(date(2025, 4, 30), date(2025, 5, 5))] == [30, 2, 5]


@pytest.mark.django_db
def test_calendars_carry_their_own_weekdays_and_holidays() -> None:
    calendar = Calendar.objects.create(key="AE", weekdays="12347")
    Holiday.objects.create(calendar=calendar, date=date(2025, 12, 2), name="A national day")
    days = load_working_days()
    assert days["AE"].is_working(date(2025, 11, 30))
    assert not days["AE"].is_working(date(2025, 12, 2))
    assert days["site"].is_working(date(2025, 12, 2))
