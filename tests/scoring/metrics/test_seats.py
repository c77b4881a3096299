"""How much of what was bought is used, from facts to values."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from accounts.models import Change, Customer, Source, Subscription
from scoring.engine.frame import State
from scoring.metrics import METRICS
from scoring.metrics.block import Block
from scoring.metrics.evaluating import evaluate
from tests.cast import make_customer, make_row, make_source
from tests.scoring.metrics.reading import is_evidence, read
from tests.scoring.metrics.using import ago, use

pytestmark = pytest.mark.django_db

RATE = "active_user_rate"
SEATS = "seat_utilisation"
BOTH = pytest.mark.parametrize("metric", [RATE, SEATS])


@pytest.fixture
def acme() -> Customer:
    return make_customer()


@pytest.fixture
def other() -> Customer:
    """Another customer, whose row of today shows that the source is alive."""
    customer = make_customer()
    use(customer, 0, active_users=1)
    return customer


def buy(customer: Customer, **fields: Any) -> Subscription:
    return make_row(Subscription, customer, **fields)


@BOTH
def test_the_latest_count_of_distinct_users_is_held_against_seats(acme: Customer, metric: str) -> None:
    use(acme, 27, active_users_28d=99)
    use(acme, 3, active_users_28d=30)
    use(acme, 1, active_users=80)
    buy(acme, seats=40)
    buy(acme, seats=10)
    assert read(metric, acme) == (60.0, State.FRESH)


@BOTH
def test_users_of_two_sources_on_the_latest_day_add_up(acme: Customer, metric: str) -> None:
    use(acme, 1, active_users_28d=10)
    use(acme, 1, active_users_28d=20, source=make_source("app"))
    use(acme, 2, active_users_28d=99)
    buy(acme, seats=50)
    assert read(metric, acme) == (60.0, State.FRESH)


@BOTH
def test_the_most_active_on_one_day_is_a_lower_bound(acme: Customer, metric: str) -> None:
    use(acme, 1, 2, 27, active_users=30)
    use(acme, 2, active_users=10, source=make_source("app"))
    use(acme, 28, active_users=99)
    buy(acme, seats=80)
    assert read(metric, acme) == (50.0, State.LOWER_BOUND)


def test_licences_of_the_feed_win_over_seats(acme: Customer) -> None:
    use(acme, 1, active_users_28d=30)
    use(acme, 2, licensed_users=60)
    use(acme, 3, licensed_users=99)
    buy(acme, seats=40)
    assert read(RATE, acme) == (50.0, State.FRESH)
    assert read(SEATS, acme) == (75.0, State.FRESH)


@pytest.mark.parametrize(("licensed", "seats", "rate"), [(0, 120, 25.0), (60, 120, 50.0), (0, None, None)])
def test_a_feed_without_licences_where_seats_were_bought_does_not_know(
    acme: Customer, licensed: int, seats: int | None, rate: float | None
) -> None:
    buy(acme, seats=seats)
    use(acme, 2, active_users_28d=30, licensed_users=licensed)
    assert read("active_user_rate", acme)[0] == rate


@BOTH
def test_seats_not_in_force_do_not_count(acme: Customer, metric: str) -> None:
    use(acme, 0, active_users_28d=30)
    buy(acme, seats=40, started_on=ago(0))
    buy(acme, seats=40, ended_on=ago(0))
    buy(acme, seats=40, started_on=ago(-1))
    assert read(metric, acme) == (75.0, State.FRESH)


@BOTH
def test_the_seats_of_the_day_count(acme: Customer, metric: str) -> None:
    use(acme, 0, active_users_28d=30)
    plan = buy(acme, seats=60)
    change = {"kind": "subscriptions", "record_id": plan.pk, "customer": acme, "field": "seats"}
    Change.objects.create(**change, before=40, after=60, observed_on=ago(-1))
    assert read(metric, acme) == (75.0, State.FRESH)
    assert read(metric, acme, ago(-1)) == (50.0, State.FRESH)


@BOTH
def test_without_seats_nothing_can_be_said(acme: Customer, other: Customer, metric: str) -> None:
    use(acme, 0, active_users_28d=30)
    use(quiet := make_customer(), 60, active_users_28d=30)
    assert read(metric, acme) == (None, State.MISSING)
    assert read(metric, quiet) == (None, State.MISSING)


@BOTH
def test_a_quiet_customer_uses_no_seat(acme: Customer, other: Customer, metric: str) -> None:
    use(acme, 28, active_users_28d=30)
    buy(acme, seats=40)
    assert read(metric, acme) == (0.0, State.FRESH)
    assert not is_evidence(metric, acme)


def test_licences_told_before_the_customer_fell_quiet_are_licences(acme: Customer, other: Customer) -> None:
    use(acme, 90, active_users_28d=30, licensed_users=60)
    assert read(RATE, acme) == (0.0, State.FRESH)


@BOTH
def test_a_feed_that_never_counts_users_says_nothing(acme: Customer, metric: str) -> None:
    use(acme, 0, logins=9)
    buy(acme, seats=40)
    assert read(metric, acme) == (None, State.MISSING)


@BOTH
def test_use_of_seats_expires_a_fortnight_after_the_feed_fell_silent(acme: Customer, metric: str) -> None:
    use(acme, 14, active_users_28d=30)
    buy(acme, seats=40)
    assert read(metric, acme) == (75.0, State.CARRIED)
    assert read(metric, acme, ago(-1)) == (None, State.EXPIRED)


@BOTH
def test_a_monthly_count_holds_until_the_next_is_due(acme: Customer, metric: str) -> None:
    Source.objects.update(rhythm_days=31)
    use(acme, 30, active_users_28d=30, period_days=31)
    buy(acme, seats=40)
    assert read(metric, acme) == (75.0, State.FRESH)
    assert is_evidence(metric, acme)


# -- committed units ---------------------------------------------------------------------------------------------------


def test_units_used_are_held_against_those_bought_so_far(acme: Customer) -> None:
    buy(acme, committed_units=3652.5, started_on=ago(99))  # ten a day for a year: a thousand so far
    use(acme, 0, 40, 99, units=200)
    use(acme, 100, units=9999)
    use(acme, -1, units=9999)
    assert read(SEATS, acme) == (pytest.approx(60.0), State.FRESH)


def test_a_term_begins_anew_each_year(acme: Customer, other: Customer) -> None:
    buy(acme, committed_units=3652.5, started_on=date(2023, 6, 23))  # two years and a hundred days
    use(acme, 99, 50, units=500)
    use(acme, 100, units=9999)
    assert read(SEATS, acme) == (pytest.approx(100.0), State.FRESH)


def test_units_of_many_dates_at_once_are_those_of_each(acme: Customer, other: Customer) -> None:
    buy(acme, committed_units=3652.5, started_on=date(2023, 6, 23))  # two years and a hundred days
    use(acme, *range(0, 200, 9), units=150)
    use(other, *range(1, 200, 9), units=9999)
    days = [ago(160), ago(101), ago(100), ago(99), ago(0)]
    together = Block(np.full(len(days), acme.pk), np.array([day.toordinal() for day in days]))
    column = evaluate(METRICS[SEATS], together, METRICS[SEATS].window)
    assert column.values == pytest.approx([read(SEATS, acme, day)[0] or np.nan for day in days], nan_ok=True)


def test_a_subscription_of_less_than_a_year_is_a_shorter_term(acme: Customer) -> None:
    buy(acme, committed_units=2000, started_on=ago(99), ended_on=ago(-101))  # 200 days
    use(acme, 5, units=600)
    assert read(SEATS, acme) == (pytest.approx(60.0), State.FRESH)


def test_the_lower_of_seats_and_units_counts(acme: Customer) -> None:
    use(acme, 5, units=600, active_users=20)
    buy(acme, committed_units=2000, started_on=ago(99), ended_on=ago(-101))
    plan = buy(acme, seats=40)
    assert read(SEATS, acme) == (50.0, State.LOWER_BOUND)
    Subscription.objects.filter(pk=plan.pk).update(seats=20)
    assert read(SEATS, acme) == (pytest.approx(60.0), State.FRESH)


def test_units_of_the_term_count_though_the_last_month_is_quiet(acme: Customer, other: Customer) -> None:
    buy(acme, committed_units=2000, started_on=ago(99), ended_on=ago(-101))
    use(acme, 60, units=600)
    assert read(SEATS, acme) == (pytest.approx(60.0), State.FRESH)
    assert is_evidence(SEATS, acme)


def test_units_that_are_never_measured_are_unknown(acme: Customer) -> None:
    buy(acme, committed_units=2000, started_on=ago(99))
    use(acme, 0, logins=3)
    assert read(SEATS, acme) == (None, State.MISSING)
