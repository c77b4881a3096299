"""A database of its own with made-up customers and their facts, and what its SQL costs without anything around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from time import perf_counter
from typing import Any, Final

import numpy as np
from django.core.management import call_command
from django.db import connection

from accounts.models import Customer
from healthsite.demo.building import build
from healthsite.demo.world import World
from scoring.nights import Ints
from scoring.scorecards.publishing import make_live

LAST: Final = date(2026, 6, 30)
Statement = tuple[str, Any]


def fill(customers: int, days: int) -> None:
    """Make the tables, and so many customers with their facts of so many days; nobody is scored."""
    call_command("migrate", verbosity=0)
    if not Customer.objects.exists():
        build(World(seed=1, customers=customers, days=days, anchor=LAST, until=LAST), say=lambda line: None)
        make_live("framework-002")


def active(on: date) -> Ints:
    """The ids of the customers of a date, ascending."""
    ids = Customer.objects.active_on(on).order_by("pk").values_list("pk", flat=True)
    return np.fromiter(ids, dtype=np.int64)


@contextmanager
def noting() -> Iterator[list[Statement]]:
    """The statements that are run meanwhile."""
    found: list[Statement] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        found.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found


def again(statements: list[Statement]) -> float:
    """Seconds that the SELECTs among statements take with their rows fetched and thrown away."""
    started = perf_counter()
    with connection.cursor() as cursor:
        for sql, params in statements:
            if sql.lstrip().upper().startswith("SELECT"):
                cursor.execute(sql, params)
                cursor.fetchall()
    return perf_counter() - started
