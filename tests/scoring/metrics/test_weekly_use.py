"""Use week by week, and the indicators I1 and I12 that read it. D is a Tuesday; weeks end on it."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from accounts.models import Calendar, Customer, Expectation, Holiday
from scoring.engine.frame import Floats, State
from scoring.metrics.weekly import median
from tests.cast import make_customer, make_source
from tests.scoring.indicating import holding
from tests.scoring.metrics.reading import D, read
from tests.scoring.metrics.using import ago, use

pytestmark = pytest.mark.django_db
WEEKS_BEFORE = range(7, 35)


@pytest.fixture
def acme() -> Customer:
    return make_customer()


@pytest.fixture
def other() -> Customer:
    """Another customer, whose rows of every day show that the feed is alive."""
    customer = make_customer()
    use(customer, *range(420), logins=1, minutes=1, actions=1)
    return customer


def logins(customer: Customer, this_week: int, usual: int = 10) -> None:
    """So many logins on each day of the four weeks before, and in all on the last day."""
    use(customer, *WEEKS_BEFORE, logins=usual)
    use(customer, 0, logins=this_week)


def test_logins_of_a_week_are_held_against_the_four_before(acme: Customer, other: Customer) -> None:
    logins(acme, 56)
    assert read("logins_wow", acme) == (-20.0, State.FRESH)
    assert read("logins_before", acme) == (70.0, State.FRESH)


@pytest.mark.parametrize(("this_week", "held"), [(56, True), (57, False), (0, True), (80, False)])
def test_logins_fall_from_a_fifth_on(acme: Customer, other: Customer, this_week: int, held: bool) -> None:
    logins(acme, this_week)
    assert ("I1" in holding(acme)) is held


@pytest.mark.parametrize(("days", "held"), [((7, 14, 21, 28), True), ((7, 14, 21), False)])
def test_logins_fall_only_from_twenty_a_week(
    acme: Customer, other: Customer, days: tuple[int, ...], held: bool
) -> None:
    use(acme, 34, logins=0)
    use(acme, *days, logins=20)
    assert ("I1" in holding(acme)) is held


@pytest.mark.parametrize(("holidays", "held"), [((1, 9), True), ((1, 4), False), ((8, 11), False), ((2, 3), True)])
def test_two_holidays_in_a_week_explain_fewer_logins(
    acme: Customer, other: Customer, holidays: tuple[int, ...], held: bool
) -> None:
    """Two and three days before D are a Sunday and a Saturday, which nobody works anyway."""
    calendar = Calendar.objects.get_or_create(key=Calendar.SITE)[0]
    Holiday.objects.bulk_create(Holiday(calendar=calendar, date=ago(days)) for days in holidays)
    logins(acme, 0)
    assert ("I1" in holding(acme)) is held


@pytest.mark.parametrize(("year_ago", "held"), [(59, False), (60, True)])
def test_a_trough_of_the_same_week_last_year_explains_one_now(
    acme: Customer, other: Customer, year_ago: int, held: bool
) -> None:
    logins(acme, 0)
    use(acme, *(364 + days for days in WEEKS_BEFORE), logins=10)
    use(acme, 364, logins=year_ago)  # 70 a week before: 59 are 15.7 % fewer, 60 are 14.3 %
    assert ("I1" in holding(acme)) is held


def test_an_expected_change_mutes(acme: Customer, other: Customer) -> None:
    logins(acme, 0)
    Expectation.objects.create(customer=acme, source=make_source(), metric="logins_wow", from_on=ago(3))
    assert read("logins_wow", acme) == (None, State.MISSING)
    assert "I1" not in holding(acme)


def test_days_without_any_row_of_anybody_are_the_feeds_and_not_the_customers(acme: Customer) -> None:
    use(acme, *range(2, 37), logins=10)  # the feed is two days late: the week ends where it does
    assert read("logins_wow", acme) == (0.0, State.FRESH)


def test_an_outage_within_the_week_is_made_up_for(acme: Customer) -> None:
    use(acme, 0, 1, 2, *range(5, 35), logins=10)
    assert read("logins_wow", acme) == (0.0, State.FRESH)


def test_a_dead_feed_freezes_the_fall_within_its_validity(acme: Customer, other: Customer) -> None:
    logins(acme, 0)
    dead, expired = D + timedelta(days=7), D + timedelta(days=8)
    make_source().__class__.objects.update(rhythm_days=3)
    assert read("logins_wow", acme, dead) == (-100.0, State.CARRIED)
    assert read("logins_wow", acme, expired) == (None, State.EXPIRED)


def test_two_weeks_are_held_against_the_four_before(acme: Customer, other: Customer) -> None:
    use(acme, *range(14, 42), minutes=10)
    use(acme, *range(14), minutes=7)
    assert read("usage_2w", acme) == (-30.0, State.FRESH)


def test_rows_of_a_week_each_are_compared_too(acme: Customer) -> None:
    use(acme, *range(7, 42, 7), logins=70, period_days=7)
    use(acme, 0, logins=35, period_days=7)
    assert read("logins_wow", acme) == (-50.0, State.FRESH)


def test_rows_of_a_month_each_say_nothing_of_weeks(acme: Customer, other: Customer) -> None:
    use(acme, 0, 28, 56, logins=300, period_days=28)
    assert read("logins_wow", acme) == (None, State.MISSING)


def seasons(customer: Customer, last: float, weeks: int = 26) -> None:
    """Weeks of 90, 100 and 110 minutes in turn, then the last: median 100, median deviation 10."""
    for week in range(1, weeks + 1):
        use(customer, week * 7, minutes=(90, 100, 110)[week % 3])
    use(customer, 0, minutes=last)


@pytest.mark.parametrize(
    ("last", "held"), [(48, True), (49, False), (151, False), (152, True)]
)  # 3.5 x 1.4826 x 10 = 51.89
def test_use_far_outside_the_usual_is_an_anomaly_either_way(
    acme: Customer, other: Customer, last: float, held: bool
) -> None:
    seasons(acme, last)
    assert ("I12" in holding(acme)) is held
    assert read("usage_anomaly", acme)[0] == pytest.approx((last - 100) / 14.826)


@pytest.mark.parametrize(("weeks", "held"), [(12, True), (11, False)])
def test_an_anomaly_needs_twelve_weeks(acme: Customer, other: Customer, weeks: int, held: bool) -> None:
    seasons(acme, 0, weeks)
    assert ("I12" in holding(acme)) is held


def test_without_any_spread_a_hundredth_of_the_median_is_one(acme: Customer, other: Customer) -> None:
    use(acme, *range(7, 189, 7), minutes=100)
    use(acme, 0, minutes=97)
    assert read("usage_anomaly", acme) == (-3.0, State.FRESH)


NUMBERS = st.one_of(st.just(np.nan), st.floats(-9, 9))


@given(arrays(np.float64, st.tuples(st.integers(1, 5), st.integers(1, 9)), elements=NUMBERS))
def test_the_median_is_that_of_the_numbers_there_are(rows: Floats) -> None:
    known = [row[~np.isnan(row)] for row in rows]
    for needed in (1, 3):
        expected = [np.median(some) if len(some) >= needed else np.nan for some in known]
        np.testing.assert_array_equal(median(rows, needed), expected)
