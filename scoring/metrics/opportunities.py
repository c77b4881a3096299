"""Metrics of opportunities: what was won, what may come, and whether the customer will renew."""

from __future__ import annotations

import numpy as np

from scoring.metrics.block import Block
from scoring.metrics.metric import Quiet, Reading, declare, share
from scoring.metrics.money import total
from scoring.metrics.rows import Rows
from scoring.metrics.subscriptions import OVER, arr, main_subscription, recurring

COLUMNS = ["kind", "stage", "amount", "probability", "currency", "opened_on", "expected_close_on", "closed_on", "won"]
RENEWS_ITSELF, RENEWS_ON_REQUEST, CANCELLED = 80.0, 60.0, 0.0  # outlook in percent where nobody has judged it


def opportunities(block: Block) -> Rows:
    """Opportunities opened by the date. What is closed later is open on the date."""
    rows = block.records("opportunities", COLUMNS)
    rows = rows[~(rows["opened_on"] > rows.day)]
    return rows.assign(closed_on=np.where(rows["closed_on"] <= rows.day, rows["closed_on"], np.nan))


def still_open(block: Block) -> Rows:
    """Opportunities of every kind that are open on the date."""
    rows = block.once(opportunities)
    return rows[~rows.known("closed_on")]


def open_now(block: Block, *kinds: str) -> Rows:
    """Opportunities of these kinds that are open on the date."""
    rows = block.once(still_open)
    return rows[rows.has("kind", *kinds)]


@declare(
    "open_opportunities",
    label="Open opportunities",
    unit="opportunities",
    better="up",
    meaning="Opportunities open on the day, renewals left out.",
    kinds=("opportunities",),
    window=0,
    quiet=Quiet.ZERO,
    validity=60,
    cite="S000-21...24",
    evidence=False,
)
def open_opportunities(block: Block, window: int) -> Reading:
    """Count of open opportunities of every kind but renewal, those of which no kind is given among them."""
    rows = block.once(still_open)
    count = block.count(rows[~rows.has("kind", "renewal")])
    return Reading(count, count)


@declare(
    "expansion_pipeline",
    label="Expansion pipeline",
    unit="% of ARR",
    better="up",
    meaning="Open upsell and cross-sell opportunities against what the customer pays in a year.",
    kinds=("opportunities",),
    window=0,
    quiet=Quiet.ZERO,
    validity=60,
    cite="S002-7, S003-7",
    evidence=False,
)
def expansion_pipeline(block: Block, window: int) -> Reading:
    """100 x amounts of open expansions / ARR, both at the rates of the date; needs ARR."""
    rows = open_now(block, "upsell", "cross_sell")
    yearly = block.once(arr)
    return Reading(share(total(block, rows, "amount", rows.day), yearly), block.count(rows), possible=yearly > 0)


@declare(
    "won_amount",
    label="Won sales",
    unit="reporting currency",
    better="up",
    meaning="Everything that was ever sold to the customer through opportunities.",
    kinds=("opportunities",),
    window=0,
    quiet=Quiet.ZERO,
    validity=3650,
    cite="X34",
    evidence=False,
)
def won_amount(block: Block, window: int) -> Reading:
    """Amounts of opportunities won by the date, each at the rate of the day it closed."""
    rows = block.once(opportunities)
    won = rows[rows.known("closed_on") & (rows["won"] == 1)]
    return Reading(total(block, won, "amount", won["closed_on"]), block.count(won))


@declare(
    "renewal_outlook",
    label="Renewal outlook",
    unit="%",
    better="up",
    meaning="How likely a renewal is: as judged in the open renewal, else by whether the subscription renews itself.",
    kinds=("subscriptions", "opportunities"),
    window=0,
    quiet=Quiet.MISSING,
    validity=60,
    cite="S002-7",
)
def renewal_outlook(block: Block, window: int) -> Reading:
    """Probability of the open renewal that closes first; without one 80 or 60 by `auto_renew` of the main subscription.

    0 when the customer has asked to cancel the main subscription, whatever the seller still hopes.
    """
    renewals = open_now(block, "renewal")
    judged = renewals[renewals.known("probability")][::-1]  # of equal ones the first is wanted
    first = judged.assign(soon=-judged["expected_close_on"]).last("soon")
    probability = block.reduce(first, "probability", "max")
    main = block.once(main_subscription)
    main = main[main["standing"] > OVER]
    cancelled = main["cancel_requested_on"] <= main.day
    own = np.where(main["auto_renew"] == 1, RENEWS_ITSELF, RENEWS_ON_REQUEST)
    unjudged = block.reduce(main.assign(own=np.where(cancelled, CANCELLED, own)), "own", "max")
    asked = block.count(main[cancelled]) > 0
    outlook = np.where(np.isnan(probability) | asked, unjudged, probability)
    return Reading(outlook, block.count(recurring(block)))
