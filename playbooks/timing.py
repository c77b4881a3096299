"""When a step is due and when its SLA ends: promises in clock hours, work in business hours. No database, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from math import ceil

from accounts.working_hours import WorkingHours
from playbooks.definitions import Anchor, Due, Sla, Span

Dates = Mapping[
    str, date
]  # the customer's dates by anchor, "renewal" and "notice"; a date that is not known is left out

UNDATED_DAYS = 5  # business days for a step before a date that nobody knows; our choice: as the first step of PB-12


def due_at(due: Due, start: datetime, hours: WorkingHours, dates: Dates) -> datetime:
    """When a step should be done, in UTC; `start` is the play's, or when the step that it waits for was finished.

    Business hours and days are counted by the assignee's `hours`, clock hours by the clock; calendar days end with a
    working day. "Before" a date: the end of that day or of the last working day before it, and when that has gone by,
    the end of the next working day. Library 7.
    """
    if not due.before:
        return after(due.span, start, hours)
    anchor = _date(due.before, dates)
    if anchor is None:
        return hours.add_days(start, UNDATED_DAYS)
    return _by_date(anchor - timedelta(days=due.span.amount), start, hours)


def sla_at(sla: Sla, start: datetime, hours: WorkingHours, dates: Dates) -> datetime | None:
    """The latest moment before a task made at `start` is escalated, in UTC; None for a date that nobody knows."""
    if sla.anchor:
        anchor = _date(sla.anchor, dates)
        return _by_date(anchor, start, hours) if anchor else None
    promised = sla.hours or 0.0
    return _clock_promise(promised, start, hours) if sla.calendar == "clock" else hours.add(start, promised)


def after(span: Span, start: datetime, hours: WorkingHours) -> datetime:
    """The end of a span that begins at `start`, in UTC."""
    if span.unit == "bh":
        return hours.add(start, span.amount)
    if span.unit == "bd":
        return hours.add_days(start, span.amount)
    if span.unit == "h":
        return start.astimezone(UTC) + timedelta(hours=span.amount)
    # On the wall clock: three days later is the same time of day, also over a change of the clocks.
    return hours.next_closing(start.astimezone(hours.zone) + timedelta(days=span.amount))


def is_promise_late(sla: Sla, start: datetime, ends: datetime) -> bool:
    """Whether an SLA in clock hours ends later than those hours, as over a weekend: then the page has to say so."""
    return sla.calendar == "clock" and sla.hours is not None and ends > start + timedelta(hours=sla.hours)


def _clock_promise(promised: float, start: datetime, hours: WorkingHours) -> datetime:
    """The end of a promise in clock hours (library 7, "decide once").

    N is the number of 24 hours begun. If the clock runs out in business time: the earlier of the clock and N business
    days. Else the end of the business day that follows, but not later than the end of the day on which N business days
    are over: what was promised at night is done on the day, not on the day after.
    """
    runs_out = start.astimezone(UTC) + timedelta(hours=promised)
    worked = hours.add_days(start, ceil(promised / 24))
    if hours.is_open(runs_out):
        return min(runs_out, worked)
    return min(hours.next_closing(runs_out), hours.next_closing(worked))


def _by_date(day: date, start: datetime, hours: WorkingHours) -> datetime:
    return max(hours.last_closing(day), hours.end_of_next_day(start))


def _date(anchor: Anchor, dates: Dates) -> date | None:
    # Who has given no notice date has until the renewal itself, and the other way round.
    other = "renewal" if anchor == "notice" else "notice"
    return dates.get(anchor) or dates.get(other)
