"""Metrics of the customers file, from fields to values."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import ExchangeRate
from scoring.engine.frame import State
from tests.cast import make_customer
from tests.scoring.metrics.overwriting import overwrite
from tests.scoring.metrics.reading import D, is_evidence, read

pytestmark = pytest.mark.django_db


def test_revenue_is_converted_at_the_rate_of_the_date() -> None:
    for day, rate in ((date(2025, 1, 1), "0.5"), (D, "0.8"), (D + timedelta(days=1), "0.9")):
        ExchangeRate.objects.create(currency="USD", date=day, rate=Decimal(rate))
    acme = make_customer(annual_revenue=Decimal(1000), currency="USD")
    assert read("annual_revenue", acme) == (pytest.approx(800.0), State.FRESH)
    assert read("annual_revenue", acme, D - timedelta(days=1)) == (pytest.approx(500.0), State.FRESH)


@pytest.mark.parametrize("fields", [{}, {"annual_revenue": Decimal(1000), "currency": "USD"}])
def test_revenue_that_is_unknown_or_has_no_rate_is_missing(fields: dict[str, Any]) -> None:
    assert read("annual_revenue", make_customer(**fields)) == (None, State.MISSING)


def test_revenue_of_a_past_day_is_what_was_known_then() -> None:
    acme = make_customer(annual_revenue=Decimal(1000))
    overwrite("customers", acme, D - timedelta(days=5), annual_revenue=Decimal(3000))
    assert read("annual_revenue", acme, D - timedelta(days=6)) == (1000.0, State.FRESH)
    assert read("annual_revenue", acme, D - timedelta(days=5)) == (3000.0, State.FRESH)


@pytest.mark.parametrize(
    ("size", "employees", "points"),
    [
        ("enterprise", None, 100.0),
        ("large", None, 80.0),
        ("mid_market", 5000, 60.0),  # what is declared wins over the count
        ("small", None, 40.0),
        ("", 100, 100.0),
        ("", 99, 60.0),
        ("", 50, 60.0),
        ("", 49, 40.0),
        ("", 0, 40.0),
    ],
)
def test_size_is_as_declared_else_by_employees(size: str, employees: int | None, points: float) -> None:
    acme = make_customer(size=size, employees=employees)
    assert read("size_class", acme) == (points, State.FRESH)


def test_employees_count_by_their_square_root() -> None:
    assert read("employees_sqrt", make_customer(employees=10_000)) == (100.0, State.FRESH)
    assert read("employees_sqrt", make_customer(employees=0)) == (0.0, State.FRESH)


def test_employees_of_a_past_day_are_those_of_then() -> None:
    acme = make_customer(employees=49)
    overwrite("customers", acme, D, employees=64)
    assert read("employees_sqrt", acme, D - timedelta(days=1)) == (7.0, State.FRESH)
    assert read("size_class", acme, D - timedelta(days=1)) == (40.0, State.FRESH)
    assert read("size_class", acme) == (60.0, State.FRESH)


@pytest.mark.parametrize("metric", ["size_class", "employees_sqrt"])
def test_an_unknown_size_is_missing(metric: str) -> None:
    assert read(metric, make_customer()) == (None, State.MISSING)


def test_a_field_of_the_customers_file_never_ages_and_is_no_evidence() -> None:
    acme = make_customer(employees=100)
    assert read("size_class", acme, D + timedelta(days=4000)) == (100.0, State.FRESH)
    assert not is_evidence("size_class", acme)
