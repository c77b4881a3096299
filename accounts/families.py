"""Parents and children: everybody below a customer, and why somebody cannot be a parent."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection

from accounts.models import Customer

# UNION without ALL keeps each row once: a circle ends where it began.
BELOW = """
WITH RECURSIVE family(id) AS (
    SELECT id FROM {customers} WHERE id = %s
    UNION SELECT child.id FROM {customers} AS child JOIN family ON child.parent_id = family.id
) SELECT id FROM family
"""
ABOVE = """
WITH RECURSIVE line(id, parent_id) AS (
    SELECT id, parent_id FROM {customers} WHERE id = %s
    UNION SELECT parent.id, parent.parent_id FROM {customers} AS parent JOIN line ON parent.id = line.parent_id
) SELECT id FROM line
"""


def family_of(customer: Customer) -> list[int]:
    """The ids of a customer and of all below it, each once. One query, however deep it goes."""
    return sorted(_ids(BELOW, customer.pk))


def parent_problem(customer: Customer, parent: Customer) -> str:
    """Why a customer cannot become the parent of another, in a sentence; empty where nothing is wrong. One query."""
    if customer._state.adding:
        return ""  # nobody is below who is not there yet
    if customer.pk == parent.pk:
        return f"{customer} cannot be its own parent; give another customer, or none"
    if customer.pk in _ids(ABOVE, parent.pk):
        return f"{parent} is itself below {customer}; a circle of parents has no top, so give another customer, or none"
    return ""


def closes_circle(customer: int, parent: int, parents: Mapping[int, int]) -> bool:
    """Whether a link would close a circle, given the parent of each customer that has one."""
    seen: set[int] = set()
    above: int | None = parent
    while above is not None and above not in seen:
        if above == customer:
            return True
        seen.add(above)
        above = parents.get(above)
    return False


def _ids(query: str, start: int) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(query.format(customers=connection.ops.quote_name(Customer._meta.db_table)), [start])
        return {row[0] for row in cursor.fetchall()}
