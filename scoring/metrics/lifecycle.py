"""Metrics for stages, segments and revenue tiers: growth of revenue, the pipeline, and the renewal under way."""

from __future__ import annotations

import re
from typing import Final

import numpy as np

from scoring.engine.frame import Bools
from scoring.metrics.block import Block
from scoring.metrics.covering import last_heard
from scoring.metrics.metric import Quiet, Reading, declare
from scoring.metrics.money import total
from scoring.metrics.opportunities import open_now, still_open
from scoring.metrics.renewing import DECIDED_DAYS, decided
from scoring.metrics.rows import Rows
from scoring.metrics.subscriptions import mrr_change

# What sellers call the last stretch before a signature; before it a renewal is only hoped for.
NEGOTIATING: Final = re.compile(r"negotiat|contract|commit|verbal|clos")

declare(
    "mrr_change_90",
    label="Change of recurring revenue in 90 days",
    unit="%",
    better="up",
    meaning="Change in monthly recurring revenue over the last 90 days.",
    kinds=("subscriptions",),
    window=90,
    quiet=Quiet.MISSING,
    validity=35,
    cite="library 4",
)(mrr_change)


def _yes(block: Block, who: Bools) -> Reading:
    """1 or 0, known of everybody."""
    return Reading(who.astype(np.float64), np.ones(len(block)))


def _open_renewals(block: Block) -> Rows:
    return open_now(block, "renewal")


@declare(
    "opportunities_known",
    label="Opportunities are known",
    unit="code 0-1",
    better="up",
    meaning="1 where a live source of opportunities covers the customer, else 0.",
    kinds=("customers",),
    window=0,
    quiet=Quiet.MISSING,
    validity=3650,
    cite="library 3",
    evidence=False,
)
def opportunities_known(block: Block, window: int) -> Reading:
    """Whether no opportunities would mean none (presets 0.3)."""
    return _yes(block, last_heard(block, "opportunities") == block.days)


@declare(
    "pipeline_amount",
    label="Open pipeline",
    unit="reporting currency",
    better="up",
    meaning="Amounts of all opportunities that are open.",
    kinds=("opportunities",),
    window=0,
    quiet=Quiet.ZERO,
    validity=60,
    cite="X34, S001-11",
    evidence=False,
)
def pipeline_amount(block: Block, window: int) -> Reading:
    """Amounts at the rates of the date, whatever the chance of each."""
    rows = block.once(still_open)
    return Reading(total(block, rows, "amount", rows.day), block.count(rows))


@declare(
    "renewal_won",
    label="Renewal won",
    unit="code 0-1",
    better="up",
    meaning="1 where a renewal was won in the last 180 days that can be the one coming up, else 0.",
    kinds=("customers",),
    window=DECIDED_DAYS,
    quiet=Quiet.MISSING,
    validity=3650,
    cite="library 4",
    evidence=False,
)
def renewal_won(block: Block, window: int) -> Reading:
    """A renewal closed in the window and won, unless it was about an earlier term."""
    rows = decided(block, window)
    return _yes(block, block.count(rows[rows["won"] == 1]) > 0)


@declare(
    "renewal_open",
    label="Renewal opened",
    unit="code 0-1",
    better="up",
    meaning="1 where a renewal opportunity is open, else 0.",
    kinds=("customers",),
    window=0,
    quiet=Quiet.MISSING,
    validity=3650,
    cite="library 4",
    evidence=False,
)
def renewal_open(block: Block, window: int) -> Reading:
    """Whether anybody has begun to sell the renewal."""
    return _yes(block, block.count(block.once(_open_renewals)) > 0)


@declare(
    "renewal_in_negotiation",
    label="Renewal in negotiation",
    unit="code 0-1",
    better="up",
    meaning="1 where the stage of an open renewal says that it is being negotiated, else 0.",
    kinds=("customers",),
    window=0,
    quiet=Quiet.MISSING,
    validity=3650,
    cite="library 4",
    evidence=False,
)
def renewal_in_negotiation(block: Block, window: int) -> Reading:
    """By the words with which sellers name the stage of an opportunity."""
    rows = block.once(_open_renewals)
    said = [NEGOTIATING.search(stage.casefold()) is not None for stage in rows["stage"]]
    return _yes(block, block.count(rows[np.array(said, dtype=np.bool_)]) > 0)
