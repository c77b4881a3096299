"""What usage rows add up to: the same whatever the rows are cut into, and in few queries."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Customer, Product, Subscription
from scoring.metrics import METRICS
from scoring.metrics.activity import last_login
from scoring.metrics.block import Block
from scoring.metrics.evaluating import evaluate
from scoring.metrics.usage import FIGURES, figure, first_row, known, last_row, row_days
from tests.cast import make_customer, make_row, make_source
from tests.scoring.metrics.reading import D
from tests.scoring.metrics.using import use, use_features, workdays

pytestmark = pytest.mark.django_db

OF_USAGE = [key for key, metric in METRICS.items() if {"usage", "feature_usage"} & set(metric.kinds)]
LEVELS = ["active_users_28d", "licensed_users"]


def block_of(*customers: Customer, on: Any = D) -> Block:
    return Block(np.array(sorted(customer.pk for customer in customers)), on)


def test_figures_of_several_customers_stay_apart() -> None:
    first, unasked, last = make_customer(), make_customer(), make_customer()
    use(first, 0, 1, logins=3)
    use(unasked, 0, logins=100)
    use(last, 0, logins=7)
    assert figure(block_of(first, last), "sum", "logins", 28).tolist() == [6.0, 7.0]


@pytest.mark.parametrize("window", [28, 40])
def test_many_dates_at_once_are_the_same_as_each_alone(window: int) -> None:
    customers = [_mixed(random) for random in map(Random, range(6))]
    ids = np.array(sorted(customer.pk for customer in customers))
    dates = [D - timedelta(days=days) for days in (70, 33, 12, 1, 0)]
    together = Block(np.repeat(ids, len(dates)), np.tile([on.toordinal() for on in dates], len(ids)))
    for place, on in enumerate(dates):
        alone = Block(ids, on)
        for how, column in FIGURES:
            for read in (figure, known):
                here = read(together, how, column, window)[place :: len(dates)].astype(float)
                there = read(alone, how, column, window).astype(float)
                assert here == pytest.approx(there, nan_ok=True), (on, read, how, column)
        for tell in (first_row, last_row, row_days, last_login):
            assert tell(together)[place :: len(dates)] == pytest.approx(tell(alone), nan_ok=True), (on, tell)


def _mixed(random: Random) -> Customer:
    """A customer with some use long ago and some of late, of a day or a week, of one source or two."""
    customer = make_customer()
    for days in (*random.sample(range(random.choice([0, 50]), 100), 12), *random.sample(range(320, 450), 3)):
        row: dict[str, Any] = {column: random.choice([None, 0, 3]) for column in ("logins", "minutes", *LEVELS)}
        row |= {"active_users": random.choice([None, 1]), "core_features_used": 2}
        use(
            customer,
            days,
            period_days=random.choice([1, 1, 7]),
            source=make_source(random.choice(["own", "app"])),
            **row,
        )
    return customer


@pytest.mark.parametrize("window", [28, 30, 40])
def test_a_figure_is_the_same_whether_days_have_one_row_or_many(window: int) -> None:
    random = Random(window)
    whole, parts = make_customer(), make_customer()
    product, app = Product.objects.create(sku="P", name="P"), make_source("app")
    columns = ["active_users", "logins", "sessions", "minutes", "actions", "api_calls", "features_used", *LEVELS]
    for days in random.sample(range(45), 30):
        row = {column: random.choice([None, 0, 4, 10]) for column in (*columns, "core_features_used")}
        halves = {column: None if value is None else value / 2 for column, value in row.items()}
        use(whole, days, **row)
        use(parts, days, **halves)
        other: dict[str, Any] = random.choice([{"source": app}, {"product": product}])
        use(parts, days, **halves, **other)
    block = block_of(whole, parts)
    for how, column in FIGURES:
        if how != "count":
            one, many = figure(block, how, column, window)
            assert one == pytest.approx(many, nan_ok=True), (how, column)


def test_rows_of_a_week_are_the_same_as_rows_of_each_of_its_days() -> None:
    daily, weekly = make_customer(), make_customer()
    for end in (0, 7, 14, 21, 28):
        use(daily, *range(end, end + 7), logins=end, minutes=2.5, active_users=9, active_users_28d=end + 1)
        use(weekly, end, logins=7 * end, minutes=17.5, active_users=9, active_users_28d=end + 1, period_days=7)
    block = block_of(daily, weekly)
    asked: list[tuple[Any, str]] = [
        ("sum", "logins"), ("sum", "minutes"), ("max", "active_users"), ("last", "active_users_28d"),
    ]  # fmt: skip
    for how, column in asked:
        one, many = figure(block, how, column, 28)
        assert one == pytest.approx(many), column


def test_a_row_that_ended_long_ago_stands_no_longer_than_until_the_next_was_due() -> None:
    customer = make_customer()
    use(customer, 20, logins=70, period_days=7)  # ten a day on seven days, and on the six after
    assert figure(block_of(customer), "sum", "logins", 28).tolist() == [130.0]


def test_a_number_never_measured_is_not_known_while_rows_arrive() -> None:
    customer = make_customer()
    use(customer, 0, logins=3)
    assert known(block_of(customer), "sum", "logins", 28).tolist() == [True]
    assert known(block_of(customer), "sum", "minutes", 28).tolist() == [False]


def test_a_number_no_longer_measured_is_not_known() -> None:
    customer = make_customer()
    use(customer, 0, logins=3)
    use(customer, 40, minutes=3)
    assert known(block_of(customer), "sum", "minutes", 28).tolist() == [False]
    assert known(block_of(customer, on=D - timedelta(days=1)), "sum", "minutes", 28).tolist() == [True]


def test_the_number_of_queries_does_not_grow_with_customers() -> None:
    assert queries_of(_book(2)) == queries_of(_book(6))


def test_every_metric_of_usage_together_asks_for_little() -> None:
    assert queries_of(_book(3)) <= 45


def queries_of(customers: list[Customer]) -> int:
    block = block_of(*customers)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        for key in OF_USAGE:
            evaluate(METRICS[key], block, METRICS[key].window)
    return len(queries)


def _book(size: int) -> list[Customer]:
    """Customers with use every day, for whom nothing is expected."""
    customers = [make_customer() for _ in range(size)]
    for customer in customers:
        use(customer, *workdays(60, 0), active_users=3, logins=4, minutes=5, sessions=1, actions=9, api_calls=1)
        use_features(customer, [0, 1], "search")
        make_row(Subscription, customer, seats=5)
    return customers
