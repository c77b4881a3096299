"""Usage of several sources, products, periods and calendars: many nights at once say what each says by itself."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

import numpy as np
import pytest

from accounts.models import Calendar, Customer, Holiday, Product
from scoring.metrics import METRICS
from scoring.metrics.block import Block
from scoring.metrics.covering import last_heard
from scoring.metrics.evaluating import Column, evaluate
from tests.cast import make_customer, make_source
from tests.scoring.builders import D
from tests.scoring.metrics.using import ago, use, use_features

pytestmark = pytest.mark.django_db
KEYS = (
    *("logins_wow", "logins_before", "login_dip_expected", "usage_2w", "usage_anomaly", "login_trend", "usage_trend"),
    *("active_users_vs_expected", "api_calls_vs_expected", "active_days", "days_since_login", "seat_utilisation"),
)
COLUMNS = ("logins", "minutes", "actions", "active_users", "api_calls", "executive_logins", "core_features_used")
NIGHTS = [D - timedelta(days=back) for back in (30, 21, 9, 2, 1, 0)]


def workspace(dice: Random) -> list[Customer]:
    """Customers whose feeds come daily, weekly or monthly, some of two sources or products, some silent of late."""
    sources = [make_source("crm"), make_source("app")]
    product = Product.objects.create(sku="P", name="P")
    for key, count in (("CH", 9), ("site", 5)):
        calendar = Calendar.objects.create(key=key)
        for days in dice.sample(range(60), count):
            Holiday.objects.create(calendar=calendar, date=ago(days))
    customers = []
    for number in range(16):
        declared: dict[str, Any] = {"country": "CH"} if number % 3 == 0 else {}
        customer = make_customer(**declared, expected_active_users=20 if number % 4 == 0 else None)
        period, stop, start = dice.choice([1, 1, 7, 28]), dice.choice([0, 0, 12]), dice.choice([60, 200, 320])
        for source in dice.sample(sources, dice.choice([1, 1, 2])):
            products = [None, product] if source == sources[0] and dice.random() < 0.3 else [None]
            for days in (days for days in range(stop, start, period) if dice.random() < 0.85):
                for one in products:
                    numbers = {name: dice.randint(0, 9) for name in COLUMNS if dice.random() < 0.9}
                    use(customer, days, source=source, product=one, period_days=period, **numbers)
        if number % 2:
            use_features(customer, [days for days in range(100) if dice.random() < 0.7], "search", uses=3)
        customers.append(customer)
    return customers


def assert_same(found: Column, expected: Column, places: slice, key: str) -> None:
    """The same but for the last digits of sums, which the database adds up in another order."""
    np.testing.assert_allclose(found.values[places], expected.values, rtol=1e-11, atol=1e-11, err_msg=key)
    np.testing.assert_array_equal(found.states[places], expected.states, err_msg=key)


def test_a_feed_covers_a_customer_from_the_day_of_the_first_row_on() -> None:
    first, other = make_customer(), make_customer()
    use(first, 2, logins=1)
    use(other, 9, logins=1)
    days = np.array([(D - timedelta(days=back)).toordinal() for back in (3, 2, 0)])
    heard = last_heard(Block(np.repeat(np.array([first.pk, other.pk]), 3), np.tile(days, 2)), "usage")
    np.testing.assert_array_equal(heard[:3], [np.nan, days[1], days[2]])
    assert not np.isnan(heard[3:]).any()


@pytest.mark.parametrize(("seed", "longer"), [(1, 0), (2, 90)])
def test_many_nights_of_many_customers_are_each_night_of_each(seed: int, longer: int) -> None:
    ids = np.array(sorted(customer.pk for customer in workspace(Random(seed))), dtype=np.int64)
    days = np.array([night.toordinal() for night in NIGHTS])
    together = Block(np.repeat(ids, len(days)), np.tile(days, len(ids)), longest=2 * longer)
    known = 0
    for place, night in enumerate(NIGHTS):
        block, one = Block(ids, night, longest=2 * longer), Block(ids[3:4], night, longest=2 * longer)
        for key in KEYS:
            window = longer or METRICS[key].window
            asked = evaluate(METRICS[key], block, window)
            assert_same(evaluate(METRICS[key], together, window), asked, slice(place, None, len(days)), key)
            assert_same(asked, evaluate(METRICS[key], one, window), slice(3, 4), key)
            known += int((~np.isnan(asked.values)).sum())
    assert known > len(KEYS) * len(NIGHTS)
