"""Refuses rows by which a customer would be below itself: a circle of parents has no top."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.families import closes_circle
from accounts.ingestion.problems import Problem
from accounts.ingestion.rows import Row
from accounts.models import Customer, Source

CODE = "parent_circle"


def refuse_circles(rows: Sequence[Row], source: Source, column: str) -> None:
    """Give a problem to each row whose parent, a key by now, is at or below the row's own customer.

    Rows are taken in their order: of two that close a circle together the later one is refused. Two queries where any
    row names a parent.
    """
    naming = [(row, record) for row in rows if not row.problem for record in row.records]
    naming = [(row, record) for row, record in naming if record.values.get("parent_id")]
    if not naming:
        return
    ids = {record.values["external_id"] for _, record in naming}
    known = dict(Customer.objects.filter(source=source, external_id__in=ids).values_list("external_id", "pk"))
    parents = dict(Customer.objects.exclude(parent=None).values_list("pk", "parent_id"))
    for row, record in naming:
        own, parent = known.get(record.values["external_id"]), record.values["parent_id"]
        if own is not None and own != parent and closes_circle(own, parent, parents):
            row.problem = Problem(CODE, column, "its parent is itself below this customer; give another one, or none")
        elif own is not None:
            parents[own] = parent
