"""Units past their end of life, near it and without support, and the indicator I18."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from accounts.models import Asset, Customer, Product
from scoring.engine.frame import State
from tests.cast import make_customer, make_row
from tests.scoring.indicating import holding
from tests.scoring.metrics.overwriting import overwrite
from tests.scoring.metrics.reading import D, read

pytestmark = pytest.mark.django_db


def later(days: int) -> date:
    return D + timedelta(days=days)


@pytest.fixture
def acme() -> Customer:
    own(make_customer(), installed_on=D)
    return make_customer()


def own(customer: Customer, quantity: int = 1, **fields: Any) -> Asset:
    product = Product.objects.get_or_create(sku="SW-1", defaults={"name": "Switch"})[0]
    dated = {"installed_on": later(-900), **fields}
    return make_row(Asset, customer, product=product, quantity=quantity, **dated)


@pytest.mark.parametrize(
    ("ends", "expired", "soon"), [(-1, 7.0, 0.0), (0, 0.0, 7.0), (365, 0.0, 7.0), (366, 0.0, 0.0), (None, 0.0, 0.0)]
)
def test_units_are_past_their_end_of_life_or_near_it(
    acme: Customer, ends: int | None, expired: float, soon: float
) -> None:
    own(acme, 7, end_of_life_on=None if ends is None else later(ends))
    assert read("units_expired", acme) == (expired, State.FRESH)
    assert read("units_eol_365", acme) == (soon, State.FRESH)


@pytest.mark.parametrize(
    ("fields", "uncovered"),
    [
        ({"support_ends_on": later(0)}, 0.0),
        ({"support_ends_on": later(-1), "support_status": "active"}, 5.0),
        ({"support_status": "active"}, 0.0),
        ({"support_status": "expired_flex"}, 5.0),
        ({}, 5.0),
    ],
)
def test_units_without_support_are_those_that_coverage_leaves_out(
    acme: Customer, fields: dict[str, Any], uncovered: float
) -> None:
    own(acme, 5, **fields)
    own(acme, 3, support_status="active")
    assert read("units_uncovered", acme) == (uncovered, State.FRESH)
    covered = 100 * (8 - uncovered) / 8
    assert read("support_coverage", acme)[0] == covered


@pytest.mark.parametrize(("ends", "found"), [(0, True), (90, True), (91, False), (-1, False), (None, False)])
def test_support_runs_out_within_ninety_days(acme: Customer, ends: int | None, found: bool) -> None:
    own(acme, 2, support_ends_on=None if ends is None else later(ends), support_status="active")
    assert read("units_support_ending_90", acme) == (2.0 * found, State.FRESH)
    assert ("I18" in holding(acme)) is found


def test_only_units_in_use_count(acme: Customer) -> None:
    own(acme, status="retired", end_of_life_on=later(-9))
    own(acme, installed_on=later(1), end_of_life_on=later(-9))
    own(acme, 2)
    assert read("units_expired", acme) == (0.0, State.FRESH)


def test_without_units_nothing_is_known(acme: Customer) -> None:
    assert read("units_expired", acme) == (None, State.MISSING)


def test_support_renewed_since_was_missing_then(acme: Customer) -> None:
    own(make_customer(), installed_on=later(-4))
    unit = own(acme, support_ends_on=later(10))
    overwrite("assets", unit, later(-2), support_ends_on=later(400))
    assert read("units_support_ending_90", acme, later(-3))[0] == 1.0
    assert read("units_support_ending_90", acme)[0] == 0.0
