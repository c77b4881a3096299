"""Metrics of how much of what was bought is used: seats and committed units."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np

from accounts.models import Usage
from accounts.numbering import columned, selected
from scoring.engine.frame import Bools, Floats
from scoring.metrics.block import Block
from scoring.metrics.metric import Quiet, Reading, declare, share
from scoring.metrics.rows import Ints, Rows, Table
from scoring.metrics.subscriptions import in_force
from scoring.metrics.usage import figure, given, known, users

DAYS_OF_YEAR: Final = 365.25


def seats(block: Block) -> Floats:
    """Seats of the subscriptions in force on the date; NaN where none names any."""
    return block.reduce(in_force(block), "seats", "sum")


def _users_known(block: Block, window: int) -> Bools:
    return known(block, "last", "active_users_28d", window) | known(block, "max", "active_users", window)


@declare(
    "active_user_rate",
    label="Active users",
    unit="%",
    better="up",
    meaning="Share of the licensed users who were active.",
    kinds=("usage",),
    window=28,
    quiet=Quiet.ZERO,
    validity=14,
    cite="S003-1, S003-2",
)
def active_user_rate(block: Block, window: int) -> Reading:
    """100 x users active in 28 days / licensed users, those of the usage feed or else the seats in force.

    A feed that says nought where seats were bought does not know. Where it does not count distinct users, the most
    active on one day are a lower bound.
    """
    active, lower_bound = users(block, window)
    licensed = figure(block, "last", "licensed_users", window)
    bought = seats(block)
    licensed = np.where((licensed > 0) | np.isnan(bought), licensed, bought)
    silent = np.isnan(active)
    possible = _users_known(block, window) & ((licensed > 0) | (silent & given(block, "last", "licensed_users")))
    return Reading(share(active, licensed), (~silent).astype(np.float64), None, possible, lower_bound)


@declare(
    "seat_utilisation",
    label="Seats in use",
    unit="%",
    better="up",
    meaning="Share of the seats bought that are used, or of the units committed to so far.",
    kinds=("usage",),
    window=28,
    quiet=Quiet.ZERO,
    validity=14,
    cite="S000-51, S003-7",
)
def seat_utilisation(block: Block, window: int) -> Reading:
    """The lower of 100 x active users / seats, and 100 x units used / units bought, both of the term to date."""
    active, lower_bound = users(block, window)
    people = share(np.nan_to_num(active), np.where(_users_known(block, window), seats(block), np.nan))
    units, rows = units_used(block)
    lowest = np.fmin(people, units)
    sample = np.fmax(rows, ~np.isnan(active))
    lower_bound &= people == lowest
    return Reading(lowest, sample, None, ~np.isnan(lowest), lower_bound)


def units_used(block: Block) -> tuple[Floats, Floats]:
    """100 x units used / units bought in the term to date, NaN where no row of it tells; and how many rows do.

    A commitment is for a year, or less where the subscription ends earlier, and bought evenly over it: half a year in,
    half of it. The document names no term; a year from each anniversary of the start is the usual one.
    """
    terms = committed(block)
    bought, start = block.reduce(terms, "bought", "sum"), block.reduce(terms, "begun", "min")
    if not len(terms):
        return bought, np.zeros(len(block))
    table = _units(block, np.unique(block.ids[terms.pos]), date.fromordinal(int(np.nanmin(start))))
    day = table.columns["date"]
    rows = block.situated(table, day, day + DAYS_OF_YEAR)
    rows = rows[rows["date"] >= start[rows.pos]]
    return share(block.reduce(rows, "units", "sum"), bought), block.count(rows)


def _units(block: Block, owners: Ints, since: date) -> Table:
    """The rows of some customers that measure units, from a date on."""
    rows = block.of_customers(Usage).filter(customer_id__in=owners.tolist(), units__isnull=False)
    rows = rows.filter(date__range=(since, block.dates[-1])).order_by()
    found = rows.values_list("customer_id", *selected(Usage, ["date", "units"]))
    return Table.of(columned(found, ["customer_id", "date", "units"], Usage))


def committed(block: Block) -> Rows:
    """Subscriptions in force with committed units: the first day of the term, and the units `bought` to date."""
    rows = in_force(block)
    rows = rows[(rows["committed_units"] > 0) & rows.known("started_on")]
    years = (rows.day - rows["started_on"]) // DAYS_OF_YEAR
    begun = np.ceil(rows["started_on"] + years * DAYS_OF_YEAR)
    term = np.fmin(rows["ended_on"] - begun, DAYS_OF_YEAR)
    return rows.assign(begun=begun, bought=rows["committed_units"] * (rows.day - begun + 1) / term)
