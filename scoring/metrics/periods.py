"""Metrics counted from the day the customer came: tenure and time to value."""

from __future__ import annotations

from datetime import date

import numpy as np
from django.db.models import Q

from accounts.models import CustomerPeriod
from scoring.engine.frame import Floats
from scoring.metrics.block import Block, Since
from scoring.metrics.customers import known
from scoring.metrics.goals import of_kind
from scoring.metrics.metric import Quiet, Reading, declare
from scoring.metrics.subscriptions import subscriptions


def customer_since(block: Block) -> Floats:
    """The day number on which each customer came: of the period that holds on the date, its end not included.

    Without one `customers.customer_since`, else the start of the first subscription; NaN where none is known by then.
    """
    table = block.table(CustomerPeriod, ["started_on", "ended_on"], _held)
    periods = block.situated(table, table.columns["started_on"], table.columns["ended_on"] - 1)
    since = block.reduce(periods, "started_on", "max")
    declared = block.customer("customer_since")
    since = np.where(np.isnan(since) & (declared <= block.days), declared, since)
    return np.where(np.isnan(since), block.reduce(block.once(subscriptions), "started_on", "min"), since)


def _held(since: Since, until: date) -> Q:
    return Q(started_on__lte=until) & (Q(ended_on=None) | Q(ended_on__gt=since(1)))


@declare(
    "tenure_days",
    label="Tenure",
    unit="days",
    better="up",
    meaning="How long the customer has been one this time.",
    kinds=("customers",),
    window=0,
    quiet=Quiet.MISSING,
    validity=3650,
    cite="S004-11, S004-15",
    evidence=False,
)
def tenure_days(block: Block, window: int) -> Reading:
    """Days since the start of the current period."""
    return known(block.days - block.once(customer_since))


@declare(
    "time_to_value",
    label="Time to value",
    unit="days",
    better="down",
    meaning="Days from becoming a customer to the first value reached, or so far.",
    kinds=("goals",),
    window=0,
    quiet=Quiet.MISSING,
    validity=730,
    cite="S003-3",
    evidence=False,
)
def time_to_value(block: Block, window: int) -> Reading:
    """Days from the start of the period to the first value, or to the date while it is not reached.

    What was reached before the start belongs to an earlier period. The start is the datum that ages: after 730 days
    the measure says nothing about the customer any more and expires.
    """
    since = block.once(customer_since)
    rows = of_kind(block, "first_value")
    rows = rows[~(rows["achieved_on"] < since[rows.pos])]
    reached = np.fmin(block.reduce(rows, "achieved_on", "min"), block.days)
    return Reading(reached - since, block.count(rows), last=since)
