"""Metrics of subscriptions: standing, plan, and recurring revenue."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from scoring.engine.frame import Floats
from scoring.metrics.block import Block
from scoring.metrics.customers import customers, money_of
from scoring.metrics.metric import Quiet, Reading, declare, parameter
from scoring.metrics.money import in_reporting_currency, total

COLUMNS = [
    "plan_rank", "status", "kind", "started_on", "ended_on", "cancel_requested_on", "trial_ends_on", "mrr", "currency",
    "seats", "committed_units", "auto_renew", "is_trial",
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


def subscriptions(block: Block) -> pd.DataFrame:
    """Subscriptions that began by the date, with their `standing` on it and `worth`: MRR in the reporting currency."""
    rows = block.states("subscriptions", COLUMNS)
    rows = rows[~(rows["started_on"] > block.day)].reset_index(drop=True)
    worth = in_reporting_currency(block, rows, "mrr", float(block.day))
    return rows.assign(standing=standing_of(rows, block.day), worth=worth)


def standing_of(rows: pd.DataFrame, day: int) -> Floats:
    """The standing of each subscription on a day, 0 (over) to 4 (active).

    `ended_on` wins over a status that says it is over; an empty status follows from the dates. A trial whose last day
    is past is over unless the status says that it was converted to an active one (S004-11).
    """
    said = rows["status"].map(STANDINGS)
    silent = said.isna() | ((said == OVER) & (rows["ended_on"] > day))
    flagged, lasting = rows["is_trial"] == 1, ~(rows["trial_ends_on"] < day)
    trial = (said == TRIALING) | (silent & (flagged | (rows["trial_ends_on"] >= day)))
    trial |= (said == ACTIVE) & flagged & lasting
    code = np.where(silent, ACTIVE, said)
    code = np.where(trial, np.where(lasting, TRIALING, OVER), code)
    return np.where(rows["ended_on"] <= day, OVER, code)


def in_force(block: Block) -> pd.DataFrame:
    """Subscriptions in force on the date: begun, not ended and not cancelled; trials and one-time purchases too."""
    rows = block.once(subscriptions)
    return rows[rows["standing"] > OVER]


def recurring(block: Block) -> pd.DataFrame:
    """Subscriptions that recur and began by the date, ended ones too: a one-time purchase has no standing."""
    rows = block.once(subscriptions)
    return rows[rows["kind"] == "recurring"]


def main_subscription(block: Block) -> pd.DataFrame:
    """One row for each customer with any: what is not over first, then most MRR, then the latest to start."""
    rows = recurring(block)
    order = ["over", "worth", "started_on", "id"]
    ranked = rows.assign(over=rows["standing"] > OVER).sort_values(order, na_position="first")
    return ranked.groupby("pos").tail(1)


def mrr(block: Block, rate_day: int) -> Floats:
    """MRR in force on the date at the rates of a day that is not later: what recurs and is no trial.

    NaN where no subscription names an amount, or one has no rate.
    """
    rows = recurring(block)
    paying = ~rows["standing"].isin([OVER, TRIALING])
    counted = rows.assign(mrr=rows["mrr"].where(paying, 0.0))
    amounts = total(block, counted, "mrr", float(rate_day))
    return np.where(block.count(counted[counted["mrr"].notna()]) > 0, amounts, np.nan)


def arr(block: Block) -> Floats:
    """ARR of each customer in the reporting currency: what the customers file gives, else twelve times the MRR.

    NaN where neither is known, or a part has no rate (presets 0.11).
    """
    given = block.once(customers)["arr"].notna().to_numpy()
    return np.where(given, money_of(block, "arr"), 12.0 * mrr(block, block.day))


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
    earlier = block.as_of(date.fromordinal(block.day - window))
    before = mrr(earlier, earlier.day)
    growth = mrr(block, earlier.day) / np.where(before > 0, before, np.nan)
    return Reading(100.0 * (growth - 1), block.count(recurring(earlier)))
