"""Tenure and time to value, from the period that holds on the day."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from accounts.models import Customer, CustomerPeriod, Subscription
from scoring.engine.frame import State
from scoring.metrics.block import Block
from scoring.metrics.periods import tenure_days
from tests.cast import make_customer, make_row
from tests.scoring.metrics.overwriting import overwrite
from tests.scoring.metrics.reading import D, is_evidence, read
from tests.scoring.metrics.test_goals import aim

pytestmark = pytest.mark.django_db


def ago(days: int) -> date:
    return D - timedelta(days=days)


def customer_of(days: int) -> Customer:
    """A customer who came so many days ago, and another whose goal shows that the source is alive."""
    aim(make_customer(), "objective", 1)
    return make_customer(since=ago(days))


def test_tenure_counts_from_the_current_period() -> None:
    acme = make_customer(since=None)
    CustomerPeriod.objects.create(customer=acme, started_on=ago(900), ended_on=ago(500))
    CustomerPeriod.objects.create(customer=acme, started_on=ago(100))
    Customer.objects.update(customer_since=ago(900))
    assert read("tenure_days", acme) == (100.0, State.FRESH)
    assert read("tenure_days", acme, ago(501)) == (399.0, State.FRESH)


def test_each_of_many_days_has_the_period_that_held_then() -> None:
    acme = make_customer(since=None)
    CustomerPeriod.objects.create(customer=acme, started_on=ago(900), ended_on=ago(500))
    CustomerPeriod.objects.create(customer=acme, started_on=ago(100))
    block = Block(np.full(5, acme.pk), np.array([ago(days).toordinal() for days in (501, 500, 101, 100, 0)]))
    assert np.nan_to_num(tenure_days(block, 0).value, nan=-1).tolist() == [399.0, -1.0, -1.0, 0.0, 100.0]


def test_without_a_period_the_customers_file_says_since_when() -> None:
    acme = make_customer(since=None)
    Customer.objects.update(customer_since=ago(70))
    make_row(Subscription, acme, started_on=ago(90))
    assert read("tenure_days", acme) == (70.0, State.FRESH)
    assert read("tenure_days", acme, ago(75)) == (15.0, State.FRESH)  # not yet a customer by the file


def test_without_either_the_first_subscription_does() -> None:
    acme = make_customer(since=None)
    for days in (40, 60, -5):
        make_row(Subscription, acme, started_on=ago(days))
    assert read("tenure_days", acme) == (60.0, State.FRESH)


def test_nobody_knows_the_tenure_of_a_prospect() -> None:
    assert read("tenure_days", make_customer(since=None)) == (None, State.MISSING)


def test_tenure_is_counted_on_the_day_itself_and_is_no_evidence() -> None:
    acme = make_customer(since=D)
    assert read("tenure_days", acme) == (0.0, State.FRESH)
    assert not is_evidence("tenure_days", acme)


def test_a_date_that_was_corrected_later_counts_as_it_was() -> None:
    acme = make_customer(since=None)
    Customer.objects.update(customer_since=ago(70))
    overwrite("customers", acme, ago(3), customer_since=ago(170))
    assert read("tenure_days", acme, ago(4)) == (66.0, State.FRESH)
    assert read("tenure_days", acme) == (170.0, State.FRESH)


def test_value_reached_is_counted_from_the_start() -> None:
    acme = customer_of(200)
    aim(acme, "first_value", 190, achieved_on=ago(80))
    aim(acme, "first_value", 190, achieved_on=ago(110))  # the first
    assert read("time_to_value", acme) == (90.0, State.FRESH)
    assert not is_evidence("time_to_value", acme)


def test_value_not_yet_reached_goes_on_counting() -> None:
    acme = customer_of(200)
    aim(acme, "first_value", 190, achieved_on=ago(-1))
    assert read("time_to_value", acme) == (200.0, State.FRESH)


def test_value_reached_on_a_later_day_is_not_yet_known() -> None:
    acme = customer_of(200)
    overwrite("goals", aim(acme, "first_value", 190), ago(3), achieved_on=ago(30))
    aim(make_customer(), "objective", 5)
    assert read("time_to_value", acme, ago(4)) == (196.0, State.FRESH)
    assert read("time_to_value", acme) == (170.0, State.FRESH)


def test_value_of_an_earlier_period_does_not_count() -> None:
    acme = customer_of(100)
    aim(acme, "first_value", 900, achieved_on=ago(800))
    assert read("time_to_value", acme) == (None, State.MISSING)
    aim(acme, "first_value", 90)
    assert read("time_to_value", acme) == (100.0, State.FRESH)


def test_value_reached_on_the_first_day_is_zero() -> None:
    acme = customer_of(100)
    aim(acme, "first_value", 120, achieved_on=ago(100))
    assert read("time_to_value", acme) == (0.0, State.FRESH)


@pytest.mark.parametrize(("days", "expected"), [(730, (30.0, State.FRESH)), (731, (None, State.EXPIRED))])
def test_after_two_years_time_to_value_is_left_out(days: int, expected: object) -> None:
    acme = customer_of(days)
    aim(acme, "first_value", days, achieved_on=ago(days - 30))
    assert read("time_to_value", acme) == expected


def test_without_a_goal_of_first_value_nothing_is_known() -> None:
    acme = customer_of(100)
    aim(acme, "objective", 90, achieved_on=ago(50))
    assert read("time_to_value", acme) == (None, State.MISSING)


def test_time_to_value_stands_still_while_goals_are_silent() -> None:
    acme = make_customer(since=ago(200))
    aim(acme, "first_value", 60)
    assert read("time_to_value", acme) == (140.0, State.CARRIED)
