"""Metrics of the install base, from units to values; Territory 56088 of document 000 as it was counted."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import Sum

from accounts.models import Asset, Customer, Product
from scoring.engine.frame import State
from tests.cast import make_customer, make_row
from tests.scoring.metrics.overwriting import overwrite
from tests.scoring.metrics.reading import D, is_evidence, read

pytestmark = pytest.mark.django_db
METRICS = ["support_coverage", "lifecycle_health", "current_technology", "business_areas"]


def ago(days: int) -> date:
    return D - timedelta(days=days)


def product(sku: str = "SW-1", **fields: Any) -> Product:
    return Product.objects.get_or_create(sku=sku, defaults={"name": sku, **fields})[0]


def own(customer: Customer, quantity: int = 1, of: Product | None = None, **fields: Any) -> Asset:
    dated = {"installed_on": ago(900), **fields}
    return make_row(Asset, customer, product=of or product(), quantity=quantity, **dated)


@pytest.fixture
def acme() -> Customer:
    return make_customer()


@pytest.fixture
def other() -> Customer:
    """Another customer, whose unit of yesterday shows that the source is alive."""
    customer = make_customer()
    own(customer, installed_on=ago(1))
    return customer


TERRITORY = [  # quantity, business area, technology, year of the end of life, support
    (33, "WLAN HW", "current", 2099, "active"),
    (3, "WLAN HW", "current", 2099, "expired_uncovered"),
    (1, "WLAN HW", "legacy", 2019, "expired_uncovered"),
    (16, "Server Storage & Inf", "legacy", 2012, "expired_uncovered"),
    (1, "Server Storage & Inf", "legacy", 2012, "expired_flex"),
    (5, "x86 Premium & Scale-up Rack", "legacy", 2015, "expired_flex"),
    (2, "x86 Premium & Scale-up Rack", "legacy", 2015, "expired_fixed"),
    (2, "C-Class", "legacy", 2009, "expired_fixed"),
]


def test_territory_56088_reads_as_document_000_counts_it(acme: Customer, other: Customer) -> None:
    """33 of 63 units are supported, 36 of 63 are not past their end of life, and there are four areas.

    The document does not say which units are of current technology: it is assumed here that the 36 Aruba units are.
    """
    for quantity, area, technology, year, support in TERRITORY:
        of = product(f"{area} {year}", business_area=area, technology=technology, end_of_life_on=date(year, 12, 31))
        own(acme, quantity, of, support_status=support)
    assert Asset.objects.filter(customer=acme).aggregate(units=Sum("quantity")) == {"units": 63}
    found = [read(metric, acme) for metric in METRICS]
    assert [value for value, _ in found] == pytest.approx([52.381, 57.1429, 57.1429, 4.0], abs=5e-5)
    assert {state for _, state in found} == {State.FRESH}


@pytest.mark.parametrize(
    ("fields", "coverage"),
    [
        ({"support_ends_on": ago(0), "support_status": "expired_uncovered"}, 50.0),  # the last day decides
        ({"support_ends_on": ago(1), "support_status": "active"}, 0.0),
        ({"support_status": "active"}, 50.0),
        ({"support_status": "expired_flex"}, 0.0),
        ({"support_status": "unknown"}, 0.0),
        ({"support_ends_on": date(9999, 12, 31)}, 50.0),
    ],
)
def test_support_is_active_to_its_last_day(
    acme: Customer, other: Customer, fields: dict[str, Any], coverage: float
) -> None:
    own(acme, 2, **fields)
    own(acme, 2)
    assert read("support_coverage", acme) == (coverage, State.FRESH)


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "spare"}, {"status": "retired"}, {"status": "disposed"}, {"purchased_on": ago(-1)},
        {"installed_on": ago(-1)}, {"quantity": 0},
    ],
)  # fmt: skip
def test_only_units_in_use_count(acme: Customer, other: Customer, fields: dict[str, Any]) -> None:
    of = product("OLD", business_area="Storage", technology="legacy", end_of_life_on=ago(9))
    own(acme, **{"of": of, "support_status": "active", **fields})
    assert [read(metric, acme) for metric in METRICS] == [(None, State.MISSING)] * 4
    own(acme, 3, product("NEW", business_area="WLAN", technology="current", end_of_life_on=ago(-999)))
    assert [read(metric, acme)[0] for metric in METRICS] == [0.0, 100.0, 100.0, 1.0]


def test_a_unit_without_dates_is_there_all_along(acme: Customer, other: Customer) -> None:
    own(acme, installed_on=None, support_status="active")
    assert read("support_coverage", acme) == (100.0, State.FRESH)


def test_units_and_not_rows_are_counted_and_are_evidence(acme: Customer, other: Customer) -> None:
    own(acme, 30, support_status="active")
    own(acme, 10, product("NEW", business_area="WLAN", technology="current", end_of_life_on=ago(-999)))
    assert read("support_coverage", acme) == (75.0, State.FRESH)
    assert [is_evidence(metric, acme) for metric in METRICS] == [True] * 4


@pytest.mark.parametrize(
    ("ends", "health"),
    [
        (ago(1), 0.0), (ago(0), 50.0), (ago(-365), 50.0), (ago(-366), 100.0), (date(2089, 12, 31), 100.0),
        (date(2090, 1, 1), 100.0), (date(9999, 12, 31), 100.0),
    ],
)  # fmt: skip
def test_units_count_by_how_long_they_will_live(acme: Customer, other: Customer, ends: date, health: float) -> None:
    own(acme, end_of_life_on=ends)
    own(acme, 5)  # nobody knows: left out
    assert read("lifecycle_health", acme) == (health, State.FRESH)


def test_the_end_of_life_of_the_unit_wins_over_that_of_its_product(acme: Customer, other: Customer) -> None:
    ending = product("OLD", end_of_life_on=ago(10))
    own(acme, 3, ending)
    own(acme, 1, ending, end_of_life_on=ago(-9999))
    assert read("lifecycle_health", acme) == (25.0, State.FRESH)


def test_technology_that_is_unknown_is_left_out(acme: Customer, other: Customer) -> None:
    own(acme, 7)
    assert read("current_technology", acme) == (None, State.MISSING)
    own(acme, 1, product("NEW", technology="current"))
    own(acme, 3, product("OLD", technology="legacy"))
    assert read("current_technology", acme) == (25.0, State.FRESH)


def test_each_business_area_counts_once(acme: Customer, other: Customer) -> None:
    own(acme, 7)
    assert read("business_areas", acme) == (None, State.MISSING)
    for sku, area in (("A", "Storage"), ("B", "Storage"), ("C", "WLAN")):
        own(acme, 2, product(sku, business_area=area))
    assert read("business_areas", acme) == (2.0, State.FRESH)


def test_units_of_a_past_day_are_as_they_were_then(acme: Customer, other: Customer) -> None:
    unit = own(acme, 1, product("NEW", business_area="WLAN"), support_status="active")
    own(acme, 3, support_status="unknown")
    overwrite("assets", unit, ago(2), support_status="expired_uncovered")
    overwrite("assets", unit, ago(1), status="retired")
    own(make_customer(), installed_on=ago(5))
    coverage = [read("support_coverage", acme, ago(days))[0] for days in (3, 2, 1)]
    assert coverage == [25.0, 0.0, 0.0]
    assert read("business_areas", acme, ago(2)) == (1.0, State.FRESH)
    assert read("business_areas", acme, ago(1)) == (None, State.MISSING)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize(("silent", "state"), [(120, State.CARRIED), (121, State.EXPIRED)])
def test_the_install_base_is_carried_for_a_hundred_and_twenty_days(
    acme: Customer, metric: str, silent: int, state: State
) -> None:
    of = product("NEW", business_area="WLAN", technology="current", end_of_life_on=ago(-999))
    own(acme, of=of, installed_on=ago(silent))
    assert read(metric, acme)[1] == state


@pytest.mark.parametrize("metric", METRICS)
def test_without_units_nothing_is_known(acme: Customer, other: Customer, metric: str) -> None:
    assert read(metric, acme) == (None, State.MISSING)
