"""Feature usage of many nights at once: the same as the database adds up for each of them."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np
import pytest

from accounts.models import Customer, Feature, FeatureUsage, Product
from scoring.metrics.block import Block
from scoring.metrics.feature_usage import features_in, last_use, working_uses
from scoring.metrics.novelty import days_since_new_feature
from tests.cast import make_customer, make_source
from tests.scoring.metrics.using import ago

pytestmark = pytest.mark.django_db

NIGHTS = [0, 1, 6, 40]  # days ago


@pytest.fixture
def customers() -> list[Customer]:
    """Customers with rows now and then: of two sources and products, with and without a number of uses."""
    Feature.objects.create(feature="search", is_core=True)
    Feature.objects.create(feature="export")
    random, sources = Random(7), [make_source("app"), make_source("web")]
    products = [None, Product.objects.create(sku="P", name="P")]
    customers = [make_customer() for _ in range(6)]
    for customer, rows in zip(customers, (400, 200, 60, 30, 10, 0), strict=True):
        FeatureUsage.objects.bulk_create(
            FeatureUsage(
                customer=customer,
                date=ago(random.randint(-2, 420)),
                feature=random.choice(["search", "export", "share"]),
                source=random.choice(sources),
                product=random.choice(products),
                external_id=f"{customer.pk}-{number}",
                uses=random.choice([None, 0, 1, 5]),
            )
            for number in range(rows)
        )
    return customers


def new_feature(block: Block) -> dict[str, Any]:
    reading = days_since_new_feature(block, 180)
    return {"value": reading.value, "possible": reading.possible, "lower_bound": reading.lower_bound}


@pytest.mark.parametrize(
    "load",
    [features_in(7), features_in(30), working_uses(28), lambda block: {"last": last_use(block)}, new_feature],
)
def test_many_nights_at_once_say_what_each_says(
    customers: list[Customer], load: Callable[[Block], dict[str, Any]]
) -> None:
    ids = np.array([customer.pk for customer in customers])
    days = np.array([ago(night).toordinal() for night in reversed(NIGHTS)])
    found = load(Block(np.repeat(ids, len(days)), np.tile(days, len(ids))))
    for place, night in enumerate(reversed(NIGHTS)):
        alone = load(Block(ids, ago(night)))
        for name, figure in alone.items():
            np.testing.assert_array_equal(found[name][place :: len(days)], figure, err_msg=f"{name} {night} days ago")
