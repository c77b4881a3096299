"""Metrics of the customers file: how large a customer is."""

from __future__ import annotations

from typing import Final

import numpy as np

from accounts.money import convert
from scoring.engine.frame import Floats
from scoring.metrics.block import Block
from scoring.metrics.metric import Quiet, Reading, declare
from scoring.metrics.money import rates

CLASSES: Final = {"enterprise": 100.0, "large": 80.0, "mid_market": 60.0, "small": 40.0}  # X34


def money_of(block: Block, column: str) -> Floats:
    """An amount of the customers file in the reporting currency at the rate of the date."""
    days = block.days.astype(np.float64)
    return convert(block.customer(column), block.customer("currency"), days, rates(block))


def known(value: Floats) -> Reading:
    """A reading of one field per customer."""
    return Reading(value, (~np.isnan(value)).astype(np.float64))


@declare(
    "annual_revenue",
    label="Annual revenue",
    unit="reporting currency",
    better="up",
    meaning="What the customer itself turns over in a year.",
    kinds=("customers",),
    window=0,
    quiet=Quiet.MISSING,
    validity=3650,
    cite="X34",
    evidence=False,
)
def annual_revenue(block: Block, window: int) -> Reading:
    """The customer's own revenue, at the rate of the date."""
    return known(money_of(block, "annual_revenue"))


@declare(
    "size_class",
    label="Size class",
    unit="code 0-100",
    better="up",
    meaning="How large the customer is by its declared class, or by its number of employees where none is declared.",
    kinds=("customers",),
    window=0,
    quiet=Quiet.MISSING,
    validity=3650,
    cite="X34, S001-35...37",
    evidence=False,
)
def size_class(block: Block, window: int) -> Reading:
    """The points of the declared class; by employees there are three classes, as "large" is only ever declared."""
    employees = block.customer("employees")
    counted = np.select([employees >= 100, employees >= 50, employees >= 0], [100.0, 60.0, 40.0], np.nan)
    declared = np.array([CLASSES.get(word, np.nan) for word in block.customer("size")], np.float64)
    return known(np.where(np.isnan(declared), counted, declared))


@declare(
    "employees_sqrt",
    label="Employees (square root)",
    unit="√ people",
    better="up",
    meaning="Square root of the number of employees, so that a giant does not outweigh everybody.",
    kinds=("customers",),
    window=0,
    quiet=Quiet.MISSING,
    validity=3650,
    cite="X34",
    evidence=False,
)
def employees_sqrt(block: Block, window: int) -> Reading:
    """sqrt(employees)."""
    return known(np.sqrt(block.customer("employees")))
