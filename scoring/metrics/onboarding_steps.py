"""Metrics of onboarding: which of its goals are still open, of those that belong to the current period.

They are as of the date also where nobody has told of goals for long: an older answer may be about an earlier period.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from scoring.metrics.block import Block
from scoring.metrics.goals import of_kind
from scoring.metrics.metric import Quiet, Reading, declare
from scoring.metrics.periods import customer_since
from scoring.metrics.rows import Rows

SOURCE: Final = "library 4, S000-16"


def onboarding_goals(block: Block) -> Rows:
    """Onboarding steps and first values; what was reached before the period began belongs to an earlier one."""
    rows = of_kind(block, "onboarding_step", "first_value")
    return rows[~(rows["achieved_on"] < block.once(customer_since)[rows.pos])]


def _of(block: Block, kind: str) -> Rows:
    rows = block.once(onboarding_goals)
    return rows[rows.has("kind", kind)]


@declare(
    "onboarding_known",
    label="Onboarding is planned",
    unit="code 0-1",
    better="up",
    meaning="1 where the customer has an onboarding step or a first value to reach, else 0.",
    kinds=("customers",),
    window=0,
    quiet=Quiet.MISSING,
    validity=3650,
    cite=SOURCE,
    evidence=False,
)
def onboarding_known(block: Block, window: int) -> Reading:
    """Whether anything tells when onboarding is over; it is known of everybody."""
    there = block.count(block.once(onboarding_goals)) > 0
    return Reading(there.astype(np.float64), np.ones(len(block)))


@declare(
    "onboarding_open_steps",
    label="Onboarding steps open",
    unit="steps",
    better="down",
    meaning="Onboarding steps that are not done yet; nothing where none was ever planned.",
    kinds=("customers",),
    window=0,
    quiet=Quiet.MISSING,
    validity=3650,
    cite=SOURCE,
    evidence=False,
)
def onboarding_open_steps(block: Block, window: int) -> Reading:
    """Count of steps not achieved by the date."""
    rows = _of(block, "onboarding_step")
    return Reading(block.count(rows[~rows.known("achieved_on")]), block.count(rows))


@declare(
    "first_value_done",
    label="First value reached",
    unit="code 0-1",
    better="up",
    meaning="1 where a first value was reached in this period, 0 where it is still to come.",
    kinds=("customers",),
    window=0,
    quiet=Quiet.MISSING,
    validity=3650,
    cite=SOURCE,
    evidence=False,
)
def first_value_done(block: Block, window: int) -> Reading:
    """Whether any goal of kind first value is achieved by the date."""
    rows = _of(block, "first_value")
    reached = block.count(rows[rows.known("achieved_on")]) > 0
    return Reading(reached.astype(np.float64), block.count(rows))
