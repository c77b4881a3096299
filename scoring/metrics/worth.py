"""Fields of the customer beside any score: size, worth, and whether a renewal has been decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from scoring.engine.frame import Floats
from scoring.metrics.block import Block
from scoring.metrics.customers import size_class
from scoring.metrics.opportunities import opportunities
from scoring.metrics.subscriptions import arr

SMALL, MID_MARKET, ENTERPRISE = 1.0, 2.0, 3.0
DECIDED_DAYS: Final = 180  # a renewal closed longer ago was about an earlier term
# Library 5: the value tier, points of each part and its weight.
CONTRACTS: Final = ((250_000, 100.0), (100_000, 75.0), (25_000, 45.0))
LEAST_CONTRACT: Final = 15.0
GROWTH: Final = {"high": 100.0, "medium": 50.0, "low": 0.0}
WEIGHTS: Final = np.array([[60.0], [25.0], [15.0]])  # contract, growth potential, reference


def size(block: Block) -> Floats:
    """1 small, 2 mid-market, 3 enterprise (n), NaN = unknown; "large" counts as enterprise (library 5)."""
    points = size_class(block, 0).value
    return np.select([points >= 80, points >= 60, points >= 0], [ENTERPRISE, MID_MARKET, SMALL], np.nan)


def value_points(block: Block) -> Floats:
    """0-100: 60 x contract + 25 x growth potential + 15 x reference, what is unknown left out (library 5)."""
    rows = block.states("customers", ["growth_potential", "is_reference"])
    growth = rows["growth_potential"].map(GROWTH).to_numpy(np.float64)
    parts = np.stack([_contract(block.once(arr)), growth, 100.0 * rows["is_reference"].to_numpy(np.float64)])
    used = np.where(np.isnan(parts), 0.0, WEIGHTS)
    whole = used.sum(axis=0)
    earned = (used * np.nan_to_num(parts)).sum(axis=0)
    return np.divide(earned, whole, out=np.full(len(block), np.nan), where=whole > 0)


def _contract(yearly: Floats) -> Floats:
    points = np.select([yearly >= cut for cut, _ in CONTRACTS], [points for _, points in CONTRACTS], LEAST_CONTRACT)
    return np.where(np.isnan(yearly), np.nan, points)


def renewal_decided(block: Block) -> Floats:
    """1 where a renewal was won or lost in the 180 days up to the date, else 0."""
    rows = block.once(opportunities)
    decided = rows[(rows["kind"] == "renewal") & block.within(rows["closed_on"], DECIDED_DAYS)]
    return (block.count(decided) > 0).astype(np.float64)


FIELDS: Final[Mapping[str, Callable[[Block], Floats]]] = {
    "size": size,
    "value_points": value_points,
    "renewal_decided": renewal_decided,
}
