"""Metrics of support tickets."""

from __future__ import annotations

from datetime import date

import numpy as np
from django.db.models import Q

from accounts.business_days import end_of, start_of
from accounts.models import Ticket
from scoring.engine.frame import Floats
from scoring.metrics.block import Block, Since
from scoring.metrics.metric import Quiet, Reading, declare, share
from scoring.metrics.rows import Rows

HISTORY_DAYS = 180  # two windows of 90 days
COLUMNS = ["id", "opened_at", "closed_at", "severity", "csat", "sentiment", "topic", "reopened", "escalated"]


def tickets(block: Block) -> Rows:
    """Tickets opened or closed within the history, or still open. What is closed later is open on the date."""
    table = block.table(Ticket, COLUMNS, _lately)
    opened, closed = table.columns["opened_at_day"], table.columns["closed_at_day"]
    last = np.maximum(opened, closed) + block.reach(HISTORY_DAYS).days - 1  # none of a ticket that is still open
    rows = block.situated(table, opened, last)
    later = rows["closed_at_day"] > rows.day
    return rows.assign(**{name: np.where(later, np.nan, rows[name]) for name in ("closed_at", "closed_at_day")})


def _lately(since: Since, until: date) -> Q:
    recent = start_of(since(HISTORY_DAYS))
    matters = Q(closed_at=None) | Q(closed_at__gte=recent) | Q(opened_at__gte=recent)
    return matters & Q(opened_at__lt=end_of(until))


def opened_in(block: Block, window: int, before: int = 0) -> Rows:
    """Tickets opened in a window."""
    rows = block.once(tickets)
    return rows[rows.within("opened_at_day", window, before)]


def open_now(block: Block) -> Rows:
    """Tickets open on the date, with `age` in days."""
    rows = block.once(tickets)
    still = rows[~rows.known("closed_at_day")]
    return still.assign(age=still.day - still["opened_at_day"])


def last_opened(block: Block, rows: Rows) -> Floats:
    """The day of the latest of these tickets per customer."""
    return block.reduce(rows, "opened_at_day", "max")


@declare(
    "tickets_opened",
    label="Tickets opened",
    unit="tickets",
    better="between",
    meaning="Support tickets opened in the window; a few are a sign of life, many of trouble.",
    kinds=("tickets",),
    window=30,
    follows_period=True,
    quiet=Quiet.ZERO,
    validity=7,
    cite="S004-12, X8",
)
def tickets_opened(block: Block, window: int) -> Reading:
    """Count of tickets opened in the window."""
    opened = block.count(opened_in(block, window))
    return Reading(opened, opened)


@declare(
    "open_tickets",
    label="Open tickets",
    unit="tickets",
    better="down",
    meaning="Support tickets open on the day.",
    kinds=("tickets",),
    window=0,
    quiet=Quiet.ZERO,
    validity=7,
    cite="S004-12",
)
def open_tickets(block: Block, window: int) -> Reading:
    """Count of tickets opened by the day and not closed by it."""
    found = block.count(open_now(block))
    return Reading(found, found)


def _critical(block: Block) -> Rows:
    rows = open_now(block)
    return rows[rows.has("severity", "critical")]


@declare(
    "critical_open",
    label="Critical tickets open",
    unit="tickets",
    better="down",
    meaning="Critical support tickets open on the day.",
    kinds=("tickets",),
    window=0,
    quiet=Quiet.ZERO,
    validity=7,
    cite="S004-12",
)
def critical_open(block: Block, window: int) -> Reading:
    """Count of open critical tickets."""
    found = block.count(_critical(block))
    return Reading(found, found)


@declare(
    "critical_ticket_days",
    label="Age of critical tickets",
    unit="ticket-days",
    better="down",
    meaning="Days that the open critical tickets have been open, added up.",
    kinds=("tickets",),
    window=0,
    quiet=Quiet.ZERO,
    validity=7,
    cite="S004-12",
)
def critical_ticket_days(block: Block, window: int) -> Reading:
    """Sum of the ages in days of open critical tickets."""
    rows = _critical(block)
    return Reading(block.sum(rows, "age"), block.count(rows))


@declare(
    "oldest_open_days",
    label="Oldest open ticket",
    unit="days",
    better="down",
    meaning="Age of the oldest support ticket open on the day.",
    kinds=("tickets",),
    window=0,
    quiet=Quiet.ZERO,
    validity=7,
    cite="S004-12",
)
def oldest_open_days(block: Block, window: int) -> Reading:
    """Age in days of the oldest open ticket, 0 when none is open."""
    rows = open_now(block)
    return Reading(block.reduce(rows, "age", "max"), block.count(rows))


@declare(
    "resolution_hours",
    label="Time to resolution",
    unit="hours",
    better="down",
    meaning="Median time from opening to closing of the tickets closed in the window.",
    kinds=("tickets",),
    window=90,
    quiet=Quiet.MISSING,
    minimum=2,
    validity=60,
    cite="S000-52, S004-12",
)
def resolution_hours(block: Block, window: int) -> Reading:
    """Median elapsed hours of tickets closed in the window."""
    rows = block.once(tickets)
    closed = rows[rows.within("closed_at_day", window)]
    closed = closed.assign(hours=(closed["closed_at"] - closed["opened_at"]) * 24.0)
    last = block.reduce(closed, "closed_at_day", "max")
    return Reading(block.reduce(closed, "hours", "median"), block.count(closed), last)


@declare(
    "ticket_trend",
    label="Ticket trend",
    unit="%",
    better="down",
    meaning="Change in tickets opened against the window before, softened by two tickets on each side.",
    kinds=("tickets",),
    window=90,
    quiet=Quiet.MISSING,
    minimum=3,
    validity=45,
    cite="S003-5, S003-6",
)
def ticket_trend(block: Block, window: int) -> Reading:
    """100 x ((opened + 2) / (opened in the window before + 2) - 1); the sample is the larger of the two counts."""
    rows, earlier_rows = opened_in(block, window), opened_in(block, window, before=window)
    now, earlier = block.count(rows), block.count(earlier_rows)
    last = np.fmax(last_opened(block, rows), last_opened(block, earlier_rows))
    return Reading(100.0 * ((now + 2) / (earlier + 2) - 1), np.maximum(now, earlier), last)


@declare(
    "severe_ticket_share",
    label="Severe tickets",
    unit="%",
    better="down",
    meaning="Share of critical and high tickets among those opened in the window.",
    kinds=("tickets",),
    window=90,
    quiet=Quiet.MISSING,
    minimum=3,
    validity=45,
    cite="S002-12, S003-5",
)
def severe_ticket_share(block: Block, window: int) -> Reading:
    """100 x (critical and high) / all opened in the window."""
    rows = opened_in(block, window)
    severe = rows[rows.has("severity", "critical", "high")]
    opened = block.count(rows)
    return Reading(share(block.count(severe), opened), opened, last_opened(block, rows))
