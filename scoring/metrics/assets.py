"""Metrics of the install base: support, end of life, technology and breadth of the units in use."""

from __future__ import annotations

import numpy as np

from accounts.models import Product
from accounts.numbering import columned, selected
from scoring.engine.frame import Bools, Floats
from scoring.metrics.block import Block
from scoring.metrics.metric import Quiet, Reading, declare, share
from scoring.metrics.rows import Column, Rows, Table, reduced

COLUMNS = [
    "product", "quantity", "status", "purchased_on", "installed_on", "support_status", "support_ends_on",
    "end_of_life_on",
]  # fmt: skip
PRODUCT = ["technology", "business_area", "end_of_life_on"]
GONE = ("", "", None)  # what is said of a product that is there no more
SOON_DAYS = 365


def units(block: Block) -> Rows:
    """Units in use on the date, with their product's technology, business area and, as `ends`, their end of life.

    What is bought or installed later is not in use yet. Products are as they are now: they have no past.
    """
    rows = block.records("assets", COLUMNS)
    there = ~(rows["purchased_on"] > rows.day) & ~(rows["installed_on"] > rows.day)
    rows = rows[there & rows.has("status", "in_use") & (rows["quantity"] > 0)]
    products = rows.table.once("products", lambda: _products(rows.table))
    technology, area, ends = (products[name][rows.index] for name in PRODUCT)
    own = rows["end_of_life_on"]
    return rows.assign(technology=technology, business_area=area, ends=np.where(np.isnan(own), ends, own))


def _products(table: Table) -> dict[str, Column]:
    """The columns of each row's product. One query."""
    keys, place = np.unique(table.columns["product"], return_inverse=True)
    rows = Product.objects.filter(pk__in=keys.tolist()).values_list("pk", *selected(Product, PRODUCT))
    known = {pk: said for pk, *said in rows}
    found = columned((known.get(key, GONE) for key in keys.tolist()), PRODUCT, Product)
    return {name: column[place] for name, column in found.items()}


def quantity(block: Block, rows: Rows) -> Floats:
    """Units per customer."""
    return block.sum(rows, "quantity")


def supported(rows: Rows) -> Bools:
    """Whether support is active on the date: the last day of support decides; without one the status does."""
    by_status = ~rows.known("support_ends_on") & rows.has("support_status", "active")
    found: Bools = (rows["support_ends_on"] >= rows.day) | by_status
    return found


def lifecycle_credit(left: Floats) -> Floats:
    """0 for a unit past its end of life, 0.5 where it ends within a year, 1 later (X13), by the days that are left.

    An end in a year from 2090 is a placeholder for none announced (X14), and later in any case.
    """
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
    return Reading(share(quantity(block, rows[supported(rows)]), in_use), in_use)


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
    rows = rows[rows.known("ends")]
    rows = rows.assign(credited=rows["quantity"] * lifecycle_credit(rows["ends"] - rows.day))
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
    current = rows["technology"] == "current"
    known = quantity(block, rows[current | (rows["technology"] == "legacy")])
    return Reading(share(quantity(block, rows[current]), known), known)


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
    rows = rows[rows["business_area"] != ""]
    return Reading(reduced(rows.pos, rows["business_area"], len(block), "nunique"), block.count(rows))
