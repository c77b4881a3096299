"""Metrics of subscriptions: standing, plan, and recurring revenue."""

from __future__ import annotations

from typing import Final

import numpy as np

from scoring.engine.frame import Floats
from scoring.metrics.block import Block
from scoring.metrics.customers import money_of
from scoring.metrics.metric import Quiet, Reading, declare, parameter
from scoring.metrics.money import in_reporting_currency, total
from scoring.metrics.rows import Ints, Rows

COLUMNS = [
    "plan_rank", "status", "kind", "started_on", "ended_on", "cancel_requested_on", "trial_ends_on", "mrr", "currency",
    "seats", "committed_units", "auto_renew", "is_trial", "renews_on", "notice_days",
]  # fmt: skip
OVER, TRIALING, ACTIVE = 0.0, 3.0, 4.0
STANDINGS: Final = {
    "active": ACTIVE,
    "trialing": TRIALING,
    "past_due": 2.0,
    "paused": 2.0,
    "unpaid": 1.0,
    "incomplete": 1.0,
    "canceled": OVER,
    "expired": OVER,
}


def subscriptions(block: Block) -> Rows:
    """Subscriptions that began by the date, with their `standing` on it and `worth`: MRR in the reporting currency."""
    rows = block.records("subscriptions", COLUMNS)
    rows = rows[~(rows["started_on"] > rows.day)]
    worth = in_reporting_currency(block, rows, "mrr", rows.day)
    return rows.assign(standing=standing_of(rows), worth=worth)


def standing_of(rows: Rows) -> Floats:
    """The standing of each subscription on the day asked about, 0 (over) to 4 (active).

    `ended_on` wins over a status that says it is over; an empty status follows from the dates. A trial whose last day
    is past is over unless the status says that it was converted to an active one (S004-11).
    """
    said = np.select([rows.has("status", word) for word in STANDINGS], list(STANDINGS.values()), np.nan)
    silent = np.isnan(said) | ((said == OVER) & (rows["ended_on"] > rows.day))
    flagged, lasting = rows["is_trial"] == 1, ~(rows["trial_ends_on"] < rows.day)
    trial = (said == TRIALING) | (silent & (flagged | (rows["trial_ends_on"] >= rows.day)))
    trial |= (said == ACTIVE) & flagged & lasting
    code = np.where(silent, ACTIVE, said)
    code = np.where(trial, np.where(lasting, TRIALING, OVER), code)
    return np.where(rows["ended_on"] <= rows.day, OVER, code)


def in_force(block: Block) -> Rows:
    """Subscriptions in force on the date: begun, not ended and not cancelled; trials and one-time purchases too."""
    rows = block.once(subscriptions)
    return rows[rows["standing"] > OVER]


def recurring(block: Block) -> Rows:
    """Subscriptions that recur and began by the date, ended ones too: a one-time purchase has no standing."""
    rows = block.once(subscriptions)
    return rows[rows.has("kind", "recurring")]


def main_subscription(block: Block) -> Rows:
    """One row for each customer with any: what is not over first, then most MRR, then the latest to start."""
    rows = recurring(block)
    return rows.assign(lasts=rows["standing"] > OVER).last("lasts", "worth", "started_on")


def mrr(block: Block, rate_day: Ints) -> Floats:
    """MRR in force on the date at the rates of a day (n) that is not later: what recurs and is no trial.

    NaN where no subscription names an amount, or one has no rate.
    """
    rows = recurring(block)
    paying = (rows["standing"] != OVER) & (rows["standing"] != TRIALING)
    counted = rows.assign(mrr=np.where(paying, rows["mrr"], 0.0))
    amounts = total(block, counted, "mrr", rate_day[rows.pos])
    return np.where(block.count(counted[counted.known("mrr")]) > 0, amounts, np.nan)


def arr(block: Block) -> Floats:
    """ARR of each customer in the reporting currency: what the customers file gives, else twelve times the MRR.

    NaN where neither is known, or a part has no rate (presets 0.11).
    """
    unknown = np.isnan(block.customer("arr"))
    return np.where(unknown, 12.0 * mrr(block, block.days), money_of(block, "arr"))


def plan_rank(block: Block) -> Floats:
    """The highest plan rank in force, 1 = lowest; NaN where none is known."""
    return block.reduce(in_force(block), "plan_rank", "max")


@declare(
    "subscription_standing",
    label="Subscription standing",
    unit="code 0-4",
    better="up",
    meaning="Standing of the main subscription: 4 active, 3 on trial, 2 past due or paused, 1 unpaid, 0 over.",
    kinds=("subscriptions",),
    window=0,
    quiet=Quiet.MISSING,
    validity=35,
    cite="S004-11, S004-15",
)
def subscription_standing(block: Block, window: int) -> Reading:
    """The standing of the subscription with most MRR, of those that are not over where there are any."""
    return Reading(block.reduce(block.once(main_subscription), "standing", "max"), block.count(recurring(block)))


@declare(
    "plan_level",
    label="Plan level",
    unit="%",
    better="up",
    meaning="How high the plan is between the lowest (0) and the highest (100) there were when this was published.",
    kinds=("subscriptions",),
    window=0,
    quiet=Quiet.MISSING,
    validity=35,
    cite="S004-11",
)
def plan_level(block: Block, window: int) -> Reading:
    """100 x (rank - 1) / (plan_ranks - 1); nothing where the version knows of one plan only."""
    steps = parameter(block.parameters, "plan_ranks") - 1
    rank = plan_rank(block)
    level = 100.0 * (rank - 1) / steps if steps > 0 else np.full(len(block), np.nan)
    return Reading(level, block.count(in_force(block)))


@declare(
    "mrr_change",
    label="Change of recurring revenue",
    unit="%",
    better="up",
    meaning="Change in monthly recurring revenue since the beginning of the window.",
    kinds=("subscriptions",),
    window=180,
    quiet=Quiet.MISSING,
    validity=35,
    cite="S002-7, S004-11",
)
def mrr_change(block: Block, window: int) -> Reading:
    """100 x (MRR / MRR at the beginning - 1), both at the rates of the beginning, so that no rate looks like growth."""
    beginning = block.days - window
    earlier, place = block.elsewhen(beginning)
    before = mrr(earlier, earlier.days)[place]
    growth = mrr(block, beginning) / np.where(before > 0, before, np.nan)
    return Reading(100.0 * (growth - 1), block.count(recurring(earlier))[place])
