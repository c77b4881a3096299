"""Metrics of the people at a customer: who is known, who is active, and when the sponsor was last heard of."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np
from django.db.models import Max, Q

from accounts.models import Usage
from scoring.engine.frame import Bools, Floats
from scoring.metrics.aggregating import per_customer
from scoring.metrics.block import Block, Since
from scoring.metrics.interactions import last_held
from scoring.metrics.metric import Quiet, Reading, declare, share
from scoring.metrics.periods import customer_since
from scoring.metrics.rows import Column, Rows, Table, reduced, until_next
from scoring.metrics.touching import HISTORY_DAYS, By, latest

CONTACT_COLUMNS: Final = ("email", "department", "roles", "since", "left_on", "last_login_at")
BY: Final[tuple[By, ...]] = ("contact", "attendees")  # where interactions name the people who took part


def contacts(block: Block) -> Rows:
    """The contacts known on the date, those who have left among them.

    `here`: has not left. `active_day`: day number of the latest login or two-way interaction of the last year, NaN
    without one.
    """
    rows = block.records("contacts", CONTACT_COLUMNS)
    rows = rows[~(rows["since"] > rows.day)]
    login = np.where(rows["last_login_at_day"] <= rows.day, rows["last_login_at_day"], np.nan)
    return rows.assign(here=~(rows["left_on"] <= rows.day), active_day=np.fmax(login, _touched(block, rows)))


def _touched(block: Block, people: Rows) -> Floats:
    """The day of the latest two-way interaction of each contact, in the last year; NaN without one.

    The main contact of an interaction took part in it as much as those in the list of attendees.
    """
    day = np.full(len(people), np.nan)
    for by in BY:
        touches = latest(block, "two_way", by)
        place = touches.places_among(people, by)
        known = place >= 0
        np.fmax.at(day, place[known], touches["at_day"][known])
    return day


def in_role(rows: Rows, role: str) -> Bools:
    """Which contacts have a role, among others perhaps."""
    roles = rows.table.columns["roles"]
    found = rows.table.once(("role", role), lambda: np.array([role in (some or ()) for some in roles], dtype=np.bool_))
    return found[rows.index]


def active_contacts(block: Block, window: int) -> Rows:
    """The contacts who have not left and logged in or took part in an interaction in the window."""
    rows = block.once(contacts)
    return rows[rows["here"] & rows.within("active_day", window)]


def _active(block: Block, people: Rows) -> Reading:
    """How many people; unknown of a customer of whom no contact was ever loaded."""
    count = block.count(people)
    return Reading(count, count, possible=block.count(block.once(contacts)) > 0)


@declare(
    "champions_active",
    label="Active champions",
    unit="people",
    better="up",
    meaning="Champions who logged in or took part in an interaction in the window.",
    kinds=("interactions", "contacts"),
    window=60,
    quiet=Quiet.ZERO,
    validity=45,
    cite="S002-6, S002-22",
)
def champions_active(block: Block, window: int) -> Reading:
    """Count of champions, as of the date, who have not left and are active."""
    people = active_contacts(block, window)
    return _active(block, people[in_role(people, "champion")])


@declare(
    "stakeholders_active",
    label="Active stakeholders",
    unit="people",
    better="up",
    meaning="People at the customer who logged in or took part in an interaction in the window.",
    kinds=("interactions", "contacts"),
    window=90,
    quiet=Quiet.ZERO,
    validity=45,
    cite="S002-6",
)
def stakeholders_active(block: Block, window: int) -> Reading:
    """Count of contacts who have not left and are active."""
    return _active(block, active_contacts(block, window))


@declare(
    "departments_active",
    label="Active departments",
    unit="departments",
    better="up",
    meaning="Departments of the people at the customer who logged in or took part in an interaction in the window.",
    kinds=("interactions", "contacts"),
    window=90,
    quiet=Quiet.ZERO,
    validity=45,
    cite="S002-6",
    evidence=False,
)
def departments_active(block: Block, window: int) -> Reading:
    """Distinct departments, capitals aside, of active contacts; unknown where no contact's department is."""
    everybody = block.once(contacts)
    people = active_contacts(block, window)
    names = people.table.once(_departments, lambda: _departments(people.table))[people.index]
    named = names != ""
    found = np.nan_to_num(reduced(people.pos[named], names[named], len(block), "nunique"))
    return Reading(found, found, possible=block.count(everybody[~everybody.has("department", "")]) > 0)


def _departments(people: Table) -> Column:
    """The department of each (R), however it is written."""
    return np.array([name.strip().casefold() for name in people.columns["department"]], dtype=object)


@declare(
    "contact_completeness",
    label="Contacts with e-mail",
    unit="%",
    better="up",
    meaning="Share of the contacts who have not left for whom an e-mail address is known.",
    kinds=("contacts",),
    window=0,
    quiet=Quiet.ZERO,
    validity=3650,
    cite="S001-9, X34",
    evidence=False,
)
def contact_completeness(block: Block, window: int) -> Reading:
    """100 x contacts with an e-mail address / contacts, of those who have not left; 0 when there are none (X34)."""
    rows = block.once(contacts)
    here = rows[rows["here"]]
    count = block.count(here)
    return Reading(share(block.count(here[~here.has("email", "")]), count), count)


@declare(
    "sponsor_contact_days",
    label="Days since sponsor contact",
    unit="days",
    better="down",
    meaning="Days since an executive sponsor logged in or met us, counted from the start when there was no contact.",
    kinds=("interactions", "contacts", "usage"),
    window=365,
    quiet=Quiet.COUNTS,
    validity=45,
    cite="S002-6, S002-11, S003-4, S000-50",
)
def sponsor_contact_days(block: Block, window: int) -> Reading:
    """Days since the latest contact in the window; without one, since the customer's start, at most the window."""
    seen = np.fmax(np.fmax(_sponsors_seen(block), _executives_met(block)), executive_login(block))
    found = seen > block.days - window
    never = np.minimum(block.days - block.once(customer_since), window)
    return Reading(np.where(found, block.days - seen, never), found.astype(np.float64))


def _sponsors_seen(block: Block) -> Floats:
    rows = block.once(contacts)
    sponsors = rows[rows["here"] & in_role(rows, "executive_sponsor")]
    return block.reduce(sponsors, "active_day", "max")


def _executives_met(block: Block) -> Floats:
    return last_held(block, latest(block, "executive"))


def executive_login(block: Block) -> Floats:
    """The day of the latest login of an executive in the last year, by the usage feed; NaN without one. One query."""
    if block.is_read_whole:
        table = block.table(Usage, ["date"], _executives_lately, "date")
        day = table.columns["date"]
        until = table.once(until_next, lambda: until_next(day, table.owner))
        rows = block.situated(table, day, np.minimum(until, day + block.reach(HISTORY_DAYS).days - 1))
        return block.reduce(rows, "date", "max")
    recent = Q(date__gte=block.since(HISTORY_DAYS), date__lte=block.on)
    found = block.of_customers(Usage).filter(recent, executive_logins__gt=0)
    return per_customer(block, found, {"latest": Max("date")})["latest"]


def _executives_lately(since: Since, until: date) -> Q:
    return Q(date__gte=since(HISTORY_DAYS), date__lte=until, executive_logins__gt=0)
