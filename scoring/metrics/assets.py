"""Metrics of the install base: support, end of life, technology and breadth of the units in use."""

from __future__ import annotations

import numpy as np
import pandas as pd

from accounts.models import Product
from accounts.numbering import framed, selected
from scoring.engine.frame import Floats
from scoring.metrics.block import Block
from scoring.metrics.metric import Quiet, Reading, declare, share

COLUMNS = [
    "product", "quantity", "status", "purchased_on", "installed_on", "support_status", "support_ends_on",
    "end_of_life_on",
]  # fmt: skip
SOON_DAYS = 365


def units(block: Block) -> pd.DataFrame:
    """Units in use on the date, with their product's technology, business area and, as `ends`, their end of life.

    What is bought or installed later is not in use yet. Products are as they are now: they have no past.
    """
    rows = block.states("assets", COLUMNS)
    there = ~(rows["purchased_on"] > block.day) & ~(rows["installed_on"] > block.day)
    rows = rows[there & (rows["status"] == "in_use") & (rows["quantity"] > 0)]
    rows = rows.join(_products(rows["product"]), on="product")
    return rows.assign(ends=rows["end_of_life_on"].fillna(rows["product_ends"]))


def _products(keys: pd.Series) -> pd.DataFrame:
    columns = ["id", "technology", "business_area", "end_of_life_on"]
    found = Product.objects.filter(pk__in=keys.unique().tolist()).values_list(*selected(Product, columns))
    return framed(found, columns, Product).rename(columns={"end_of_life_on": "product_ends"}).set_index("id")


def quantity(block: Block, rows: pd.DataFrame) -> Floats:
    """Units per customer."""
    return block.sum(rows, "quantity")


def supported(block: Block, rows: pd.DataFrame) -> pd.Series:
    """Whether support is active on the date: the last day of support decides; without one the status does."""
    by_status = rows["support_ends_on"].isna() & (rows["support_status"] == "active")
    return (rows["support_ends_on"] >= block.day) | by_status


def lifecycle_credit(ends: pd.Series, day: int) -> Floats:
    """0 for a unit past its end of life, 0.5 where it ends within a year, 1 later (X13).

    An end in a year from 2090 is a placeholder for none announced (X14), and later in any case.
    """
    left = ends - day
    return np.select([left < 0, left <= SOON_DAYS], [0.0, 0.5], 1.0)


@declare(
    "support_coverage",
    label="Support coverage",
    unit="% of units",
    better="up",
    meaning="Share of the units in use whose support is active on the day.",
    kinds=("assets",),
    window=0,
    quiet=Quiet.MISSING,
    validity=120,
    cite="S000-59, S000-60, X32",
)
def support_coverage(block: Block, window: int) -> Reading:
    """100 x units supported / units in use."""
    rows = block.once(units)
    in_use = quantity(block, rows)
    return Reading(share(quantity(block, rows[supported(block, rows)]), in_use), in_use)


@declare(
    "lifecycle_health",
    label="Lifecycle health",
    unit="% of units",
    better="up",
    meaning="Share of the units in use that are not past their end of life; those that end within a year count half.",
    kinds=("assets",),
    window=0,
    quiet=Quiet.MISSING,
    validity=120,
    cite="S000-57, X13, X14",
)
def lifecycle_health(block: Block, window: int) -> Reading:
    """100 x credited units / units whose end of life is known, be it that none is announced."""
    rows = block.once(units)
    rows = rows[rows["ends"].notna()]
    rows = rows.assign(credited=rows["quantity"] * lifecycle_credit(rows["ends"], block.day))
    dated = quantity(block, rows)
    return Reading(share(block.sum(rows, "credited"), dated), dated)


@declare(
    "current_technology",
    label="Current technology",
    unit="% of units",
    better="up",
    meaning="Share of the units in use that are of the generation sold today.",
    kinds=("assets",),
    window=0,
    quiet=Quiet.MISSING,
    validity=120,
    cite="S000-15, S000-67",
)
def current_technology(block: Block, window: int) -> Reading:
    """100 x units of current technology / units whose technology is known."""
    rows = block.once(units)
    known = quantity(block, rows[rows["technology"].isin(["current", "legacy"])])
    return Reading(share(quantity(block, rows[rows["technology"] == "current"]), known), known)


@declare(
    "business_areas",
    label="Business areas",
    unit="areas",
    better="up",
    meaning="In how many areas of our business the customer has units in use.",
    kinds=("assets",),
    window=0,
    quiet=Quiet.MISSING,
    validity=120,
    cite="S000-67",
)
def business_areas(block: Block, window: int) -> Reading:
    """Distinct areas among the units in use whose area is known."""
    rows = block.once(units)
    rows = rows[rows["business_area"].fillna("") != ""]
    return Reading(block.reduce(rows, "business_area", "nunique"), block.count(rows))
