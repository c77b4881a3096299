"""Business dates: which day it is here, when a day begins and ends, and which days are worked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone


def site_zone() -> ZoneInfo:
    """The zone whose dates are business dates."""
    return ZoneInfo(settings.TIME_ZONE)


def today() -> date:
    """The business date of this moment."""
    return timezone.now().astimezone(site_zone()).date()


def date_of(moment: datetime) -> date:
    """The business date on which a moment falls."""
    return moment.astimezone(site_zone()).date()


def start_of(day: date) -> datetime:
    """The first moment of a business date, in UTC."""
    return datetime.combine(day, time(), site_zone()).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The first moment after a business date, in UTC: what happened on the day is before it."""
    return start_of(day + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The working days of one calendar: ISO weekdays, and holidays left out."""

    weekdays: frozenset[int] = frozenset({1, 2, 3, 4, 5})
    holidays: frozenset[date] = frozenset()

    def is_working(self, day: date) -> bool:
        """Whether anybody works on the day."""
        return day.isoweekday() in self.weekdays and day not in self.holidays

    def within(self, first: date, last: date) -> list[date]:
        """The working days from first to last, both included."""
        span = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return [day for day in span if self.is_working(day)]
