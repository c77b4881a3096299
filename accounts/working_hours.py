"""Business hours: arithmetic on the hours that a calendar works, wherever its clock stands. No database, no clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import isfinite
from zoneinfo import ZoneInfo

from accounts.business_days import WorkingDays

HOURS_PER_DAY = 8  # library 7: one business day is eight business hours, whatever the calendar's own day
MOST_HOURS = 100_000  # about fifty years of work
LONGEST_BREAK = 366  # days; who does not work for longer has a wrong calendar


class NeverWorks(ValueError):
    """A calendar without a working day for more than a year, or at the end of time; the message says what to mend."""


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """From when to when people work, on which days, in which zone. Moments go in aware and come out in UTC."""

    zone: ZoneInfo
    days: WorkingDays
    opens: time
    closes: time

    def is_open(self, moment: datetime) -> bool:
        """Whether the moment is business time; opening and closing time are."""
        window = self._window(self._day_of(moment))
        return window is not None and window[0] <= moment <= window[1]

    def add(self, start: datetime, hours: float) -> datetime:
        """The first moment by which so many business hours have passed since `start`; for 0, `start` itself.

        Eight hours after an opening at 9 it is 17:00, not the next morning. Raises ValueError for hours that are
        negative, no number or more than MOST_HOURS, and NeverWorks.
        """
        if not (isfinite(hours) and 0 <= hours <= MOST_HOURS):
            raise ValueError(f"hours is {hours!r}; give a number from 0 to {MOST_HOURS:,}")
        left = timedelta(hours=hours)
        if not left:
            self._day_of(start)  # refuses a moment without a zone
            return start.astimezone(UTC)
        for opening, closing in self._windows(start):
            if left <= closing - opening:
                return opening + left
            left -= closing - opening
        raise AssertionError("windows have no end")

    def add_days(self, start: datetime, days: float) -> datetime:
        """As `add`, in business days of eight hours each."""
        return self.add(start, days * HOURS_PER_DAY)

    def between(self, first: datetime, last: datetime) -> float:
        """The business hours from one moment to another; negative when the other is earlier."""
        if last < first:
            return -self.between(last, first)
        days = (self._day_of(last) - self._day_of(first)).days
        windows = (self._window(self._day_of(first) + timedelta(days=n)) for n in range(days + 1))
        worked = (min(w[1], last) - max(w[0], first) for w in windows if w and w[0] < last and w[1] > first)
        return sum(worked, timedelta()) / timedelta(hours=1)

    def next_closing(self, moment: datetime) -> datetime:
        """The first closing time at or after the moment. Raises NeverWorks."""
        day = self._day_of(moment)
        window = self._window(day)
        return window[1] if window and moment <= window[1] else self._closing(day, 1)

    def end_of_next_day(self, moment: datetime) -> datetime:
        """The closing time of the next working day after the day of the moment. Raises NeverWorks."""
        return self._closing(self._day_of(moment), 1)

    def last_closing(self, day: date) -> datetime:
        """The closing time of the day, or of the last working day before it. Raises NeverWorks."""
        window = self._window(day)
        return window[1] if window else self._closing(day, -1)

    def _day_of(self, moment: datetime) -> date:
        if moment.tzinfo is None:
            raise ValueError(f"{moment!r} has no time zone; give an aware moment")
        return moment.astimezone(self.zone).date()

    def _window(self, day: date) -> tuple[datetime, datetime] | None:
        if not self.days.is_working(day):
            return None
        opening = datetime.combine(day, self.opens, self.zone).astimezone(UTC)
        closing = datetime.combine(day, self.closes, self.zone).astimezone(UTC)
        return (opening, closing) if opening < closing else None  # the clock may jump over a short night shift

    def _windows(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        # What is left of each working day from `start` on, without end.
        day = self._day_of(start)
        window = self._window(day)
        if window and start < window[1]:
            yield max(window[0], start.astimezone(UTC)), window[1]
        while True:
            day, window = self._neighbour(day, 1)
            yield window

    def _closing(self, day: date, direction: int) -> datetime:
        return self._neighbour(day, direction)[1][1]

    def _neighbour(self, day: date, direction: int) -> tuple[date, tuple[datetime, datetime]]:
        with suppress(OverflowError):  # the last day that a date can hold
            for n in range(1, LONGEST_BREAK + 1):
                other = day + timedelta(days=direction * n)
                if window := self._window(other):
                    return other, window
        raise NeverWorks(
            f"no working day within {LONGEST_BREAK} days of {day}; mend the calendar's weekdays and holidays"
        )
