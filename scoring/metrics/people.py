"""Metrics of the people at a customer: who is known, who is active, and when the sponsor was last heard of."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from django.db.models import Max, Q

from accounts.models import Usage
from scoring.engine.frame import Bools, Floats
from scoring.metrics.aggregating import per_customer
from scoring.metrics.block import Block, Since
from scoring.metrics.interactions import last_held
from scoring.metrics.metric import Quiet, Reading, declare, share
from scoring.metrics.periods import customer_since
from scoring.metrics.touching import HISTORY_DAYS, latest

CONTACT_COLUMNS = ["email", "department", "roles", "since", "left_on", "last_login_at"]


def contacts(block: Block) -> pd.DataFrame:
    """The contacts known on the date, those who have left among them.

    `here`: has not left. `active_day`: day number of the latest login or two-way interaction of the last year, NaN
    without one.
    """
    rows = block.states("contacts", CONTACT_COLUMNS)
    rows = rows[~(rows["since"] > block.day)]
    login = rows["last_login_at_day"].where(rows["last_login_at_day"] <= block.day)
    rows = rows.merge(_touches(block), how="left", left_on=["customer_id", "id"], right_on=["customer_id", "contact"])
    active = np.fmax(login.to_numpy(), rows["at_day"].to_numpy())
    return rows.assign(here=~(rows["left_on"] <= block.day), active_day=active)


def _touches(block: Block) -> pd.DataFrame:
    """The day `at_day` of the latest two-way interaction of each customer_id and contact, in the last year.

    The main contact of an interaction took part in it as much as those in the list of attendees.
    """
    main = latest(block, "two_way", "contact")
    listed = latest(block, "two_way", "attendees")
    touches = pd.concat([main, listed.rename(columns={"attendees": "contact"})])
    return touches.groupby(["customer_id", "contact"])["at_day"].max().reset_index()


def in_role(rows: pd.DataFrame, role: str) -> Bools:
    """Which contacts have a role, among others perhaps."""
    return np.array([role in (roles or ()) for roles in rows["roles"]], dtype=np.bool_)


def active_contacts(block: Block, window: int) -> pd.DataFrame:
    """The contacts who have not left and logged in or took part in an interaction in the window."""
    rows = block.once(contacts)
    return rows[rows["here"] & block.within(rows["active_day"], window)]


def _active(block: Block, people: pd.DataFrame) -> Reading:
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
    named = people.assign(department=people["department"].str.strip().str.casefold())
    found = np.nan_to_num(block.reduce(named[named["department"] != ""], "department", "nunique"))
    return Reading(found, found, possible=block.count(everybody[everybody["department"] != ""]) > 0)


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
    return Reading(share(block.count(here[here["email"] != ""]), count), count)


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
    found = seen > block.day - window
    never = np.minimum(block.day - block.once(customer_since), window)
    return Reading(np.where(found, block.day - seen, never), found.astype(np.float64))


def _sponsors_seen(block: Block) -> Floats:
    rows = block.once(contacts)
    sponsors = rows[rows["here"] & in_role(rows, "executive_sponsor")]
    return block.reduce(sponsors, "active_day", "max")


def _executives_met(block: Block) -> Floats:
    return last_held(block, latest(block, "executive"))


def executive_login(block: Block) -> Floats:
    """The day of the latest login of an executive in the last year, by the usage feed; NaN without one. One query."""
    if block.is_read_whole:
        rows = block.shared_rows(Usage, ["date"], _executives_lately)
        return block.reduce(rows[block.recent(rows["date"], HISTORY_DAYS) & (rows["date"] <= block.day)], "date", "max")
    recent = Q(date__gte=block.since(HISTORY_DAYS), date__lte=block.on)
    found = block.of_customers(Usage).filter(recent, executive_logins__gt=0)
    return per_customer(block, found, {"latest": Max("date")})["latest"]


def _executives_lately(since: Since, until: date) -> Q:
    return Q(date__gte=since(HISTORY_DAYS), date__lte=until, executive_logins__gt=0)
