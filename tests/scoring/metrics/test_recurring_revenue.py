"""MRR, ARR and the change of MRR: what counts, at which rate, and when nothing is known."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from accounts.models import Customer, Subscription
from scoring.engine.frame import State
from scoring.metrics.block import Block
from scoring.metrics.subscriptions import arr
from tests.cast import make_customer, make_row
from tests.scoring.metrics.overwriting import overwrite
from tests.scoring.metrics.reading import D, read
from tests.scoring.metrics.test_subscriptions import ago, quote, subscribe

pytestmark = pytest.mark.django_db
HALF_A_YEAR = 180


def arr_of(customer: Customer, on: date = D) -> float:
    return float(arr(Block(np.array([customer.pk]), on))[0])


@pytest.fixture
def acme() -> Customer:
    customer = make_customer()
    subscribe(make_customer(), started=1)  # the source is alive
    return customer


def test_revenue_is_compared_with_half_a_year_ago(acme: Customer) -> None:
    subscribe(acme, 100)
    subscribe(acme, 60, started=HALF_A_YEAR - 1)
    subscribe(acme, 20, ended_on=ago(0))
    assert read("mrr_change", acme) == (pytest.approx(100 * (160 / 120 - 1)), State.FRESH)


@pytest.mark.parametrize(("started", "change"), [(HALF_A_YEAR, 0.0), (HALF_A_YEAR - 1, None)])
def test_the_earlier_date_lies_one_window_back(acme: Customer, started: int, change: float | None) -> None:
    subscribe(acme, 100, started=started)
    assert read("mrr_change", acme)[0] == change
    assert read("mrr_change", acme, window=90)[0] == 0.0


def test_losing_everything_is_minus_a_hundred(acme: Customer) -> None:
    subscribe(acme, 100, ended_on=ago(0))
    assert read("mrr_change", acme) == (-100.0, State.FRESH)


def test_an_overwritten_amount_counts_as_a_change(acme: Customer) -> None:
    overwrite("subscriptions", subscribe(acme, 100), ago(30), mrr=Decimal(120))
    assert read("mrr_change", acme) == (pytest.approx(20.0), State.FRESH)
    assert read("mrr_change", acme, window=29)[0] == 0.0


@pytest.mark.parametrize("fields", [{"kind": "one_time"}, {"is_trial": True}, {"status": "trialing"}])
def test_neither_trials_nor_one_time_purchases_are_recurring_revenue(acme: Customer, fields: dict[str, Any]) -> None:
    subscribe(acme, 100)
    subscribe(acme, 900, started=10, **fields)
    assert read("mrr_change", acme) == (0.0, State.FRESH)
    assert arr_of(acme) == 1200.0


@pytest.mark.parametrize(("status", "yearly"), [("past_due", 1200.0), ("unpaid", 1200.0), ("canceled", 0.0)])
def test_revenue_counts_until_the_subscription_is_over(acme: Customer, status: str, yearly: float) -> None:
    subscribe(acme, 100, status=status)
    assert arr_of(acme) == yearly


def test_each_of_many_days_has_its_own_rate(acme: Customer) -> None:
    quote("USD", {ago(900): "0.5", ago(10): "0.25"})
    subscribe(acme, 100, currency="USD")
    days = np.array([ago(11).toordinal(), ago(10).toordinal(), D.toordinal()])
    assert arr(Block(np.full(3, acme.pk), days)).tolist() == [600.0, 300.0, 300.0]


def test_a_moving_rate_is_no_growth(acme: Customer) -> None:
    quote("USD", {ago(900): "0.9", ago(30): "0.5"})
    subscribe(acme, 100, currency="USD")
    subscribe(acme, 90)
    assert read("mrr_change", acme) == (0.0, State.FRESH)


def test_a_part_without_a_rate_makes_the_change_missing(acme: Customer) -> None:
    quote("USD", {ago(30): "0.5"})  # not yet quoted on the earlier date
    subscribe(acme, 100)
    subscribe(acme, 100, currency="USD")
    assert read("mrr_change", acme) == (None, State.MISSING)
    assert arr_of(acme) == 1800.0


def test_an_ended_part_needs_no_rate(acme: Customer) -> None:
    subscribe(acme, 100)
    subscribe(acme, 100, started=900, currency="USD", ended_on=ago(300))
    assert read("mrr_change", acme) == (0.0, State.FRESH)


def test_the_change_expires_with_its_source() -> None:
    customer = make_customer()
    subscribe(customer, started=400)
    subscribe(customer, started=36)
    assert read("mrr_change", customer, ago(1)) == (100.0, State.CARRIED)
    assert read("mrr_change", customer) == (None, State.EXPIRED)


def test_arr_is_twelve_times_what_is_in_force(acme: Customer) -> None:
    subscribe(acme, 100)
    subscribe(acme, 50, ended_on=ago(0))
    subscribe(acme, None)
    assert arr_of(acme) == 1200.0
    assert arr_of(acme, ago(1)) == 1800.0


def test_arr_that_is_given_wins_and_is_converted_at_the_date() -> None:
    quote("USD", {ago(10): "0.9", ago(0): "0.8"})
    given = make_customer(arr=Decimal(5000), currency="USD")
    subscribe(given, 100)
    assert arr_of(given) == pytest.approx(4000.0)
    assert arr_of(given, ago(1)) == pytest.approx(4500.0)


def test_arr_given_without_a_rate_is_unknown_and_not_guessed() -> None:
    given = make_customer(arr=Decimal(5000), currency="USD")
    subscribe(given, 100)
    assert np.isnan(arr_of(given))


def test_arr_of_a_past_day_is_what_was_given_then() -> None:
    given = make_customer(arr=Decimal(5000))
    overwrite("customers", given, ago(1), arr=None)
    subscribe(given, 100)
    assert (arr_of(given, ago(2)), arr_of(given)) == (5000.0, 1200.0)


def test_arr_of_a_customer_without_amounts_is_unknown(acme: Customer) -> None:
    assert np.isnan(arr_of(acme))
    subscribe(acme, None)
    assert np.isnan(arr_of(acme))


def test_arr_stays_with_its_own_customer_in_a_block(django_assert_num_queries: Any) -> None:
    rich, poor, unknown = make_customer(), make_customer(), make_customer()
    subscribe(rich, 1000)
    make_row(Subscription, poor, mrr=Decimal(1), started_on=D - timedelta(days=1))
    with django_assert_num_queries(5):  # customers and subscriptions with their changes, and the rates
        found = arr(Block(np.array([rich.pk, poor.pk, unknown.pk]), D))
    assert found == pytest.approx([12000.0, 12.0, np.nan], nan_ok=True)
