"""Aggregates many rows in the database: one query, one row per customer, as arrays in a block's order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from django.db.models import Expression, Max, Min, QuerySet

from accounts.numbering import Number
from scoring.engine.frame import Bools, Floats
from scoring.metrics.block import Block
from scoring.metrics.rows import Table

# The sources of a customer's rows: all there are, where they are one or two.
SOURCES: Final = {"first_source": Min("source_id"), "last_source": Max("source_id")}


def among(block: Block, rows: QuerySet[Any], who: Bools) -> QuerySet[Any]:
    """Only the rows of some customers of the block; `who` has one entry per customer."""
    return rows if who.all() else rows.filter(customer_id__in=np.unique(block.ids[who]).tolist())


def per_customer(block: Block, rows: QuerySet[Any], asked: Mapping[str, Expression]) -> dict[str, Floats]:
    """Each aggregate for each customer (n), NaN for customers without rows and for nulls; dates are day numbers.

    It is the same on each of a customer's days.
    """
    numbers = {name: Number(expression) for name, expression in asked.items()}
    found = list(rows.order_by().values_list("customer_id").annotate(**numbers))
    owners, *columns = zip(*found, strict=True) if found else [()] * (len(asked) + 1)
    known = {name: np.array(column, dtype=np.float64) for name, column in zip(asked, columns, strict=True)}
    placed = block.situated(Table.of({"customer_id": np.array(owners, dtype=np.int64), **known}))  # None becomes NaN
    result = {name: np.full(len(block), np.nan) for name in asked}
    for name, values in result.items():
        values[placed.pos] = placed[name]
    return result


def joined(parts: Sequence[Mapping[str, Floats]]) -> dict[str, Floats]:
    """Numbers found for different customers in one: each is NaN where another has a number."""
    return {name: np.fmax.reduce([part[name] for part in parts]) for name in parts[0]}
