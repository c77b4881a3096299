"""Metrics that count units of the install base: past their end of life, near it, and without support."""

from __future__ import annotations

from typing import Final

import pandas as pd

from scoring.engine.frame import Bools
from scoring.metrics.assets import SOON_DAYS, quantity, supported, units
from scoring.metrics.block import Block
from scoring.metrics.metric import Quiet, Reading
from scoring.metrics.noticing import declare_noticed

SUPPORT_SOON_DAYS = 90
COUNTED: Final = {"unit": "units", "kinds": ("assets",), "window": 0, "quiet": Quiet.MISSING, "validity": 120}


def _counted(block: Block, which: Bools | pd.Series) -> Reading:
    """Units among those in use; unknown of a customer without any."""
    rows = block.once(units)
    return Reading(quantity(block, rows[which]), quantity(block, rows))


@declare_noticed(
    "units_expired",
    noted_under=("lifecycle_health",),
    label="Units past end of life",
    better="down",
    meaning="Units in use that are past their end of life.",
    cite="S000-23, S000-57",
    **COUNTED,
)
def units_expired(block: Block, window: int) -> Reading:
    """Units in use whose end of life lies before the date."""
    return _counted(block, block.once(units)["ends"] < block.day)


@declare_noticed(
    "units_eol_365",
    noted_under=("lifecycle_health",),
    label="Units near end of life",
    better="down",
    meaning="Units in use that reach their end of life within a year.",
    cite="S000-57, S000-58",
    **COUNTED,
)
def units_eol_365(block: Block, window: int) -> Reading:
    """Units in use whose end of life lies on the date or up to 365 days after it."""
    left = block.once(units)["ends"] - block.day
    return _counted(block, left.between(0, SOON_DAYS))


@declare_noticed(
    "units_uncovered",
    noted_under=("support_coverage",),
    label="Units without support",
    better="down",
    meaning="Units in use whose support is not active on the day.",
    cite="S000-59, S000-60",
    **COUNTED,
)
def units_uncovered(block: Block, window: int) -> Reading:
    """Units in use that `support_coverage` does not count as supported."""
    return _counted(block, ~supported(block, block.once(units)))


@declare_noticed(
    "units_support_ending_90",
    noted_under=("support_coverage",),
    label="Units whose support ends soon",
    better="down",
    meaning="Units in use whose support ends within 90 days.",
    cite="S000-59",
    **COUNTED,
)
def units_support_ending_90(block: Block, window: int) -> Reading:
    """Units in use whose last day of support lies on the date or up to 90 days after it."""
    left = block.once(units)["support_ends_on"] - block.day
    return _counted(block, left.between(0, SUPPORT_SOON_DAYS))
