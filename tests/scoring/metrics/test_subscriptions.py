"""Metrics of subscriptions, from states to values, with trials, endings and what the change log restores."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from accounts.models import Customer, ExchangeRate, Subscription
from scoring.engine.frame import State
from scoring.metrics.block import Block
from scoring.metrics.subscriptions import plan_rank
from tests.cast import make_customer, make_row
from tests.scoring.metrics.overwriting import overwrite
from tests.scoring.metrics.reading import D, is_evidence, read

pytestmark = pytest.mark.django_db


def ago(days: int) -> date:
    return D - timedelta(days=days)


def subscribe(customer: Customer, mrr: int | None = 100, started: int = 400, **fields: Any) -> Subscription:
    amount = None if mrr is None else Decimal(mrr)
    return make_row(Subscription, customer, mrr=amount, started_on=ago(started), **fields)


def quote(currency: str, rates: dict[date, str]) -> None:
    for day, rate in rates.items():
        ExchangeRate.objects.create(currency=currency, date=day, rate=Decimal(rate))


@pytest.fixture
def acme() -> Customer:
    return make_customer()


@pytest.fixture
def other() -> Customer:
    """Another customer, whose subscription of yesterday shows that the source is alive."""
    customer = make_customer()
    subscribe(customer, started=1)
    return customer


@pytest.mark.parametrize(
    ("status", "standing"),
    [
        ("active", 4.0), ("trialing", 3.0), ("past_due", 2.0), ("paused", 2.0), ("unpaid", 1.0), ("incomplete", 1.0),
        ("canceled", 0.0), ("expired", 0.0), ("", 4.0),
    ],
)  # fmt: skip
def test_each_status_has_its_standing(acme: Customer, other: Customer, status: str, standing: float) -> None:
    subscribe(acme, status=status)
    assert read("subscription_standing", acme) == (standing, State.FRESH)


@pytest.mark.parametrize(
    ("fields", "standing"),
    [
        ({"status": "active", "ended_on": ago(0)}, 0.0),  # the end is the first day without
        ({"status": "active", "ended_on": ago(-1)}, 4.0),
        ({"status": "canceled", "ended_on": ago(-1)}, 4.0),  # the end wins: it is still to come
        ({"status": "", "ended_on": ago(5)}, 0.0),
        ({"status": "past_due", "ended_on": ago(-1)}, 2.0),
    ],
)
def test_the_end_wins_over_the_status(acme: Customer, other: Customer, fields: dict[str, Any], standing: float) -> None:
    subscribe(acme, **fields)
    assert read("subscription_standing", acme) == (standing, State.FRESH)


@pytest.mark.parametrize(
    ("fields", "standing"),
    [
        ({"is_trial": True}, 3.0),
        ({"is_trial": True, "trial_ends_on": ago(0)}, 3.0),  # its last day
        ({"is_trial": True, "trial_ends_on": ago(1)}, 0.0),  # nobody converted it
        ({"trial_ends_on": ago(0)}, 3.0),
        ({"is_trial": False, "trial_ends_on": ago(1)}, 4.0),
        ({"status": "trialing", "trial_ends_on": ago(1)}, 0.0),
        ({"status": "active", "is_trial": True, "trial_ends_on": ago(0)}, 3.0),
        ({"status": "active", "is_trial": True, "trial_ends_on": ago(1)}, 4.0),  # converted, says the status
        ({"status": "past_due", "is_trial": True}, 2.0),
    ],
)
def test_a_trial_that_was_not_converted_is_over(
    acme: Customer, other: Customer, fields: dict[str, Any], standing: float
) -> None:
    subscribe(acme, **fields)
    assert read("subscription_standing", acme) == (standing, State.FRESH)


def test_the_subscription_with_most_revenue_gives_the_standing(acme: Customer, other: Customer) -> None:
    subscribe(acme, 300, status="past_due")
    subscribe(acme, 200, status="active")
    subscribe(acme, None, status="unpaid")
    assert read("subscription_standing", acme) == (2.0, State.FRESH)


def test_revenue_is_compared_in_one_currency(acme: Customer, other: Customer) -> None:
    quote("USD", {ago(900): "0.5"})
    subscribe(acme, 300, status="past_due", currency="USD")
    subscribe(acme, 200, status="active")
    assert read("subscription_standing", acme) == (4.0, State.FRESH)


def test_what_is_over_comes_last_however_much_it_paid(acme: Customer, other: Customer) -> None:
    subscribe(acme, 900, status="canceled")
    subscribe(acme, 10, status="unpaid")
    assert read("subscription_standing", acme) == (1.0, State.FRESH)


def test_of_equal_revenue_the_latest_counts(acme: Customer, other: Customer) -> None:
    subscribe(acme, 100, started=100, status="past_due")
    subscribe(acme, 100, started=300, status="active")
    assert read("subscription_standing", acme) == (2.0, State.FRESH)


def test_a_purchase_of_one_time_has_no_standing(acme: Customer, other: Customer) -> None:
    subscribe(acme, 900, kind="one_time", status="active")
    assert read("subscription_standing", acme) == (None, State.MISSING)
    subscribe(acme, 10, status="canceled")
    assert read("subscription_standing", acme) == (0.0, State.FRESH)


def test_the_standing_of_a_past_day_is_that_of_then(acme: Customer, other: Customer) -> None:
    overwrite("subscriptions", subscribe(acme, status="past_due"), ago(3), status="active")
    subscribe(acme, 500, started=2, status="unpaid")
    subscribe(make_customer(), started=5)
    assert read("subscription_standing", acme, ago(4)) == (2.0, State.FRESH)
    assert read("subscription_standing", acme, ago(2)) == (1.0, State.FRESH)


def test_without_a_subscription_there_is_no_standing(acme: Customer, other: Customer) -> None:
    subscribe(acme, started=-1)
    assert read("subscription_standing", acme) == (None, State.MISSING)


@pytest.mark.parametrize(("silent", "expected"), [(35, (4.0, State.CARRIED)), (36, (None, State.EXPIRED))])
def test_the_standing_is_carried_for_thirty_five_days(acme: Customer, silent: int, expected: object) -> None:
    subscribe(acme, started=silent)
    assert read("subscription_standing", acme) == expected


def test_a_subscription_is_evidence(acme: Customer, other: Customer) -> None:
    subscribe(acme)
    assert is_evidence("subscription_standing", acme)


def test_the_plan_level_is_the_place_of_the_highest_rank_in_force(acme: Customer, other: Customer) -> None:
    subscribe(acme, plan_rank=1)
    subscribe(acme, plan_rank=3)
    subscribe(acme, plan_rank=5, ended_on=ago(0))
    subscribe(acme, plan_rank=5, status="canceled")
    assert read("plan_level", acme, plan_ranks=5) == (50.0, State.FRESH)
    assert plan_rank(Block(np.array([acme.pk]), D)).tolist() == [3.0]


@pytest.mark.parametrize("parameters", [{}, {"plan_ranks": 1}])
def test_one_plan_has_no_levels(acme: Customer, other: Customer, parameters: dict[str, Any]) -> None:
    subscribe(acme, plan_rank=1)
    assert read("plan_level", acme, **parameters) == (None, State.MISSING)


def test_the_lowest_plan_is_zero_and_an_unranked_one_is_missing(acme: Customer, other: Customer) -> None:
    subscribe(acme)
    assert read("plan_level", acme, plan_ranks=3) == (None, State.MISSING)
    subscribe(acme, plan_rank=1)
    assert read("plan_level", acme, plan_ranks=3) == (0.0, State.FRESH)


def test_the_plan_of_a_past_day_is_that_of_then(acme: Customer, other: Customer) -> None:
    overwrite("subscriptions", subscribe(acme, plan_rank=3), ago(1), plan_rank=1)
    subscribe(make_customer(), started=3)
    assert read("plan_level", acme, ago(2), plan_ranks=3) == (100.0, State.FRESH)
    assert read("plan_level", acme, plan_ranks=3) == (0.0, State.FRESH)


@pytest.mark.parametrize(("silent", "expected"), [(35, (50.0, State.CARRIED)), (36, (None, State.EXPIRED))])
def test_the_plan_level_expires(acme: Customer, silent: int, expected: object) -> None:
    subscribe(acme, started=silent, plan_rank=2)
    assert read("plan_level", acme, plan_ranks=3) == expected
