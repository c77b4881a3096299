"""What the demo sells: products, features, and the exchange rates that its prices need."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from math import sin
from typing import Final

from accounts.models import ExchangeRate, Feature, Product
from healthsite.demo.territory import NEXT_SERVER, RACK, WARES
from healthsite.demo.world import World

PLATFORM, INSIGHTS = "DEMO-PLATFORM", "DEMO-INSIGHTS"
_NEVER: Final = date(2099, 12, 31)  # a year from 2090 means none announced (X14)
# sku, name, business area, technology, end of life in days from the anchor, what replaces it
_HARDWARE: Final = (
    ("DEMO-SW-900", "Switch 900", "Networking", "current", None, ""),
    ("DEMO-SW-400", "Switch 400", "Networking", "legacy", -150, "DEMO-SW-900"),
    ("DEMO-AP-70", "Access point 70", "Networking", "current", 1100, ""),
    ("DEMO-ST-20", "Storage shelf 20", "Storage", "current", None, ""),
    ("DEMO-ST-8", "Storage shelf 8", "Storage", "legacy", 210, "DEMO-ST-20"),
    ("DEMO-SV-5", "Server 5", "Compute", "current", 900, ""),
    ("DEMO-SV-3", "Server 3", "Compute", "legacy", -400, "DEMO-SV-5"),
    ("DEMO-UP-1", "Power unit 1", "Facilities", "current", 2000, ""),
)
HARDWARE: Final = tuple(row[0] for row in _HARDWARE)
SKUS: Final = (PLATFORM, INSIGHTS, *HARDWARE, *(ware.sku for ware in WARES), NEXT_SERVER)

CORE: Final = ("dashboards", "search", "alerts", "approvals", "exports", "workflows")
_COMMON: Final = ("comments", "calendar", "templates", "mobile_app", "bulk_edit", "saved_views", "notifications")
_ADVANCED: Final = (
    "api_access",
    "forecasts",
    "automation",
    "audit_trail",
    "single_sign_on",
    "custom_fields",
    "sandbox",
)
FEATURES: Final = (*CORE, *_COMMON, *_ADVANCED)
PLAN_FEATURES: Final = {1: 13, 2: 17, 3: 20}  # how many of the features each plan has, in the order above
LATEST, LATEST_ON = "sandbox", -120  # the feature released last, in days from the anchor
_RATES: Final = {"USD": 0.91, "GBP": 1.16}  # euros


def write_catalogue(world: World) -> None:
    """Make the products and features."""
    products = [Product(sku=PLATFORM, name="Platform", business_area="Software", technology="current")]
    products.append(Product(sku=INSIGHTS, name="Insights", business_area="Software", technology="current"))
    products += [
        Product(sku=sku, name=name, business_area=area, technology=technology, end_of_life_on=_end_of_life(world, ends))
        for sku, name, area, technology, ends, _ in _HARDWARE
    ]
    products += _territory_wares()
    by_sku = {product.sku: product for product in Product.objects.bulk_create(products)}
    for sku, *_, replacement in _HARDWARE:
        by_sku[sku].replacement = by_sku.get(replacement)
    for ware in WARES:
        by_sku[ware.sku].replacement = by_sku.get(ware.replacement)
    Product.objects.bulk_update(products, ["replacement"])
    Feature.objects.bulk_create(_features(world, by_sku[PLATFORM]))


def write_exchange_rates(world: World) -> None:
    """Make a rate for each first day of a month that this run adds, beginning two years before the history."""
    earliest = world.first - timedelta(days=730)
    span = (earliest + timedelta(days=n) for n in range((world.until - earliest).days + 1))
    months = [day for day in span if day.day == 1 and world.is_new(day)]
    ExchangeRate.objects.bulk_create(
        ExchangeRate(currency=currency, date=day, rate=_rate(base, day))
        for day in months
        for currency, base in _RATES.items()
    )


def _territory_wares() -> Iterator[Product]:
    yield Product(sku=NEXT_SERVER, name="Rack server, current generation", business_area=RACK, technology="current")
    for ware in WARES:
        technology = "current" if ware.ends == _NEVER else "legacy"
        yield Product(
            sku=ware.sku,
            name=ware.name,
            business_area=ware.area,
            technology=technology,
            end_of_life_on=ware.ends,
        )


def _end_of_life(world: World, offset: int | None) -> date:
    return _NEVER if offset is None else world.day(offset)


def _features(world: World, platform: Product) -> Iterator[Feature]:
    for place, key in enumerate(FEATURES):
        yield Feature(
            feature=key,
            name=key.replace("_", " ").capitalize(),
            product=platform,
            is_core=key in CORE,
            is_advanced=key in _ADVANCED,
            min_plan_rank=next(rank for rank, count in PLAN_FEATURES.items() if place < count),
            released_on=world.day(LATEST_ON if key == LATEST else -1500),
        )


def _rate(base: float, day: date) -> Decimal:
    return Decimal(f"{base * (1 + 0.03 * sin(day.toordinal() / 90)):.6f}")
