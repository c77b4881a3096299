"""The working days of every calendar, as they are kept in the database."""

from __future__ import annotations

from collections.abc import Mapping

from accounts.business_days import WorkingDays
from accounts.models import Calendar


def load_working_days() -> Mapping[str, WorkingDays]:
    """Every calendar by its key; `site` is always there."""
    calendars = {Calendar.SITE: WorkingDays()}
    for calendar in Calendar.objects.prefetch_related("holidays"):
        holidays = frozenset(holiday.date for holiday in calendar.holidays.all())
        calendars[calendar.key] = WorkingDays(frozenset(map(int, calendar.weekdays)), holidays)
    return calendars
