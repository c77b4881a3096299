"""Metrics that warn during onboarding: a first value that is overdue, and steps on which nothing moves."""

from __future__ import annotations

import numpy as np

from scoring.engine.frame import Floats
from scoring.metrics.block import Block
from scoring.metrics.metric import Quiet, Reading, declare
from scoring.metrics.onboarding_steps import onboarding_goals
from scoring.metrics.periods import customer_since


@declare(
    "first_value_overdue_days",
    label="First value overdue",
    unit="days",
    better="down",
    meaning="Days since a first value was due that is not reached; nought before.",
    kinds=("goals",),
    window=0,
    quiet=Quiet.MISSING,
    validity=365,
    cite="S000-16",
    evidence=False,
)
def first_value_overdue_days(block: Block, window: int) -> Reading:
    """The date - the earliest due date of a first value not achieved by the date, at least 0."""
    rows = block.once(onboarding_goals)
    rows = rows[rows.has("kind", "first_value") & rows.known("due_on")]
    late = np.fmax(block.days - block.reduce(rows[~rows.known("achieved_on")], "due_on", "min"), 0.0)
    return Reading(np.where(np.isnan(late), 0.0, late), block.count(rows))


@declare(
    "onboarding_silent_days",
    label="Days without an onboarding step",
    unit="days",
    better="down",
    meaning="Days since the last onboarding step was done, or since the customer came, while any is open.",
    kinds=("goals",),
    window=0,
    quiet=Quiet.MISSING,
    validity=365,
    cite="S000-16",
    evidence=False,
)
def onboarding_silent_days(block: Block, window: int) -> Reading:
    """The date - the later of the start of the period and the latest step achieved; nothing when all are done."""
    rows = block.once(onboarding_goals)
    rows = rows[rows.has("kind", "onboarding_step")]
    done: Floats = np.fmax(block.reduce(rows, "achieved_on", "max"), block.once(customer_since))
    return Reading(block.days - done, block.count(rows[~rows.known("achieved_on")]))
