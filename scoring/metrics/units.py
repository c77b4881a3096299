"""Metrics that count units of the install base: past their end of life, near it, and without support."""

from __future__ import annotations

from typing import Final

from scoring.engine.frame import Bools
from scoring.metrics.assets import SOON_DAYS, quantity, supported, units
from scoring.metrics.block import Block
from scoring.metrics.metric import Quiet, Reading
from scoring.metrics.noticing import declare_noticed

SUPPORT_SOON_DAYS = 90
COUNTED: Final = {"unit": "units", "kinds": ("assets",), "window": 0, "quiet": Quiet.MISSING, "validity": 120}


def _counted(block: Block, which: Bools) -> Reading:
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
    rows = block.once(units)
    return _counted(block, rows["ends"] < rows.day)


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
    rows = block.once(units)
    left = rows["ends"] - rows.day
    return _counted(block, (left >= 0) & (left <= SOON_DAYS))


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
    return _counted(block, ~supported(block.once(units)))


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
    rows = block.once(units)
    left = rows["support_ends_on"] - rows.day
    return _counted(block, (left >= 0) & (left <= SUPPORT_SOON_DAYS))
