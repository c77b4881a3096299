"""Use against what is expected: the mean over working days, expectations, and what has been usual."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Calendar, Change, Customer, Expectation, Holiday, Source
from scoring.engine.frame import State
from tests.cast import make_customer, make_row, make_source
from tests.scoring.metrics.reading import D, is_evidence, read
from tests.scoring.metrics.using import ago, use, workdays

pytestmark = pytest.mark.django_db

ACTIVE = "active_users_vs_expected"
CALLS = "api_calls_vs_expected"
LATELY = workdays(27, 0)  # 20 working days


@pytest.fixture
def acme() -> Customer:
    return make_customer(expected_active_users=50)


@pytest.fixture
def other() -> Customer:
    """Another customer, whose row of today shows that the source is alive."""
    customer = make_customer()
    use(customer, 0, active_users=1, api_calls=1)
    return customer


def expect(customer: Customer, metric: str, expected: float | None, first: int = 10, until: int | None = None) -> None:
    """An expectation from so many days ago until so many days ago."""
    until_on = None if until is None else ago(until)
    make_row(Expectation, customer, metric=metric, from_on=ago(first), until_on=until_on, expected=expected)


def test_active_users_are_a_mean_over_working_days(acme: Customer) -> None:
    use(acme, *LATELY, active_users=40)
    use(acme, 2, 3, active_users=500)  # Sunday and Saturday
    assert read(ACTIVE, acme) == (80.0, State.FRESH)


def test_a_working_day_without_a_row_counts_nought(acme: Customer) -> None:
    use(acme, *LATELY[:15], 27, active_users=40)  # 16 of 20 days
    assert read(ACTIVE, acme) == (64.0, State.FRESH)


def test_the_window_begins_28_days_ago(acme: Customer, other: Customer) -> None:
    use(acme, 27, active_users=500)
    use(acme, 28, active_users=9999)
    assert read(ACTIVE, acme) == (50.0, State.FRESH)


def test_holidays_of_the_country_are_no_working_days(acme: Customer) -> None:
    calendar = Calendar.objects.create(key="CH")
    for days in LATELY[:4]:
        Holiday.objects.create(calendar=calendar, date=ago(days))
    Customer.objects.update(country="CH")
    use(acme, *LATELY, active_users=40)
    use(make_customer(expected_active_users=80), *LATELY, active_users=20)
    assert read(ACTIVE, acme) == (80.0, State.FRESH)


def test_rows_of_two_sources_add_up(acme: Customer) -> None:
    use(acme, *LATELY, active_users=15)
    use(acme, *LATELY, active_users=25, source=make_source("app"))
    assert read(ACTIVE, acme) == (80.0, State.FRESH)


def test_a_weekly_row_stands_for_each_of_its_days_and_those_until_the_next(acme: Customer) -> None:
    use(acme, 4, 11, 18, 25, 32, active_users=40, period_days=7)  # Fridays; the next is due in three days
    assert read(ACTIVE, acme) == (80.0, State.FRESH)


def test_a_week_that_did_not_come_counts_nought(acme: Customer) -> None:
    use(acme, 7, 14, 21, 28, active_users=40, period_days=7)  # Tuesdays; the one of D is due
    assert read(ACTIVE, acme) == (pytest.approx(76.0), State.FRESH)


def test_an_expectation_in_force_wins_over_the_customers_file(acme: Customer) -> None:
    use(acme, *LATELY, active_users=40)
    expect(acme, ACTIVE, 160, first=0)
    assert read(ACTIVE, acme) == (25.0, State.FRESH)


def test_the_expectation_that_began_last_wins(acme: Customer) -> None:
    use(acme, *LATELY, active_users=40)
    expect(acme, ACTIVE, 80, first=5)
    expect(acme, ACTIVE, 160, first=9)
    assert read(ACTIVE, acme) == (50.0, State.FRESH)


@pytest.mark.parametrize(
    "note", [{"first": -1}, {"until": 0}, {"metric": CALLS}], ids=["begins tomorrow", "ends today", "of another metric"]
)
def test_an_expectation_not_in_force_does_not_count(acme: Customer, note: dict[str, Any]) -> None:
    use(acme, *LATELY, active_users=40)
    expect(acme, **{"metric": ACTIVE, "expected": 160, **note})
    assert read(ACTIVE, acme) == (80.0, State.FRESH)


@pytest.mark.parametrize("metric", [ACTIVE, CALLS])
def test_an_empty_expectation_mutes_the_metric(acme: Customer, metric: str) -> None:
    use(acme, *LATELY, *range(30, 196), active_users=40, api_calls=5)
    assert read(metric, acme)[1] == State.FRESH
    expect(acme, metric, None)
    assert read(metric, acme) == (None, State.MISSING)


def test_what_the_customers_file_expected_on_the_day_holds(acme: Customer) -> None:
    use(acme, *LATELY, active_users=40)
    Change.objects.create(
        kind="customers",
        record_id=acme.pk,
        customer=acme,
        field="expected_active_users",
        before=20,
        after=50,
        observed_on=ago(-1),
    )
    assert read(ACTIVE, acme) == (200.0, State.FRESH)


def test_nothing_of_a_later_day_counts(acme: Customer) -> None:
    use(acme, *LATELY, active_users=40)
    use(acme, -1, active_users=999)
    assert read(ACTIVE, acme) == (80.0, State.FRESH)


@pytest.mark.parametrize(("first", "state"), [(13, State.FRESH), (12, State.MISSING)], ids=["ten days", "nine days"])
def test_ten_working_days_since_the_first_row_are_needed(acme: Customer, first: int, state: State) -> None:
    use(acme, 0, first, active_users=40)  # a Wednesday and a Thursday
    assert read(ACTIVE, acme)[1] == state


def test_rows_before_a_pause_count_as_history(acme: Customer) -> None:
    use(acme, 1, 90, active_users=40)
    assert read(ACTIVE, acme) == (4.0, State.FRESH)


def test_a_quiet_customer_of_a_live_source_is_at_nought_without_evidence(acme: Customer, other: Customer) -> None:
    use(acme, 40, 50, active_users=40)
    assert read(ACTIVE, acme) == (0.0, State.FRESH)
    assert not is_evidence(ACTIVE, acme)


def test_a_customer_of_whom_a_complete_source_never_had_a_row_is_at_nought_after_ten_working_days() -> None:
    use(make_customer(source=make_source("crm", covers=["usage"])), 0, active_users=1)
    assert read(ACTIVE, make_customer(expected_active_users=5, since=ago(13))) == (0.0, State.FRESH)
    assert read(ACTIVE, make_customer(expected_active_users=5, since=ago(12))) == (None, State.MISSING)


def test_a_silent_source_carries_the_last_value_for_a_week(acme: Customer) -> None:
    Source.objects.update(rhythm_days=1)
    use(acme, *workdays(40, 5), active_users=40)
    assert read(ACTIVE, acme) == (80.0, State.CARRIED)
    assert read(ACTIVE, acme, ago(-3)) == (None, State.EXPIRED)


def test_a_feed_that_never_counts_users_says_nothing(acme: Customer, other: Customer) -> None:
    use(acme, *LATELY, 90, logins=5)
    assert read(ACTIVE, acme) == (None, State.MISSING)


def test_the_usual_is_the_median_of_weekly_means(other: Customer) -> None:
    customer = make_customer()
    use(customer, *LATELY, active_users=30)
    for week in range(5, 13):  # eight weeks with means of 5 to 12
        use(customer, *workdays(7 * week + 6, 7 * week), active_users=week)
    assert read(ACTIVE, customer) == (pytest.approx(100 * 30 / 8.5), State.FRESH)


def test_seven_weeks_are_too_few_for_a_usual(other: Customer) -> None:
    customer = make_customer()
    use(customer, *LATELY, active_users=30)
    use(customer, *workdays(7 * 11 + 6, 7 * 5), active_users=10)
    assert read(ACTIVE, customer) == (None, State.MISSING)


def test_the_usual_takes_the_latest_thirteen_weeks_with_data() -> None:
    customer = make_customer()
    use(customer, *LATELY, active_users=30)
    use(customer, *workdays(7 * 18 + 6, 7 * 6), active_users=20)  # weeks 6 to 18
    use(customer, *workdays(7 * 30 + 6, 7 * 19), *workdays(34, 28), active_users=999)
    assert read(ACTIVE, customer) == (pytest.approx(150.0), State.FRESH)


def test_weeks_are_counted_until_the_thirtieth() -> None:
    customer = make_customer()
    use(customer, *LATELY, active_users=30)
    use(customer, *workdays(7 * 30 + 6, 7 * 23), active_users=20)  # weeks 23 to 30
    assert read(ACTIVE, customer) == (pytest.approx(150.0), State.FRESH)
    assert read(ACTIVE, customer, ago(-7)) == (None, State.MISSING)


def test_calls_are_held_against_an_expectation_for_thirty_days(acme: Customer) -> None:
    use(acme, 0, 27, api_calls=350)
    use(acme, 28, api_calls=9999)
    expect(acme, CALLS, 1500)
    assert read(CALLS, acme) == (50.0, State.FRESH)


def test_usual_calls_are_the_median_of_the_windows_before(acme: Customer) -> None:
    use(acme, 0, api_calls=90)
    for days, calls in ((28, 50), (55, 50), (56, 60), (84, 200), (112, 400), (167, 300)):  # 100 60 200 400 300
        use(acme, days, api_calls=calls)
    assert read(CALLS, acme) == (45.0, State.FRESH)


def test_a_window_without_rows_has_no_calls_once_they_have_begun(acme: Customer) -> None:
    use(acme, 0, api_calls=90)
    for days, calls in ((28, 100), (56, 200), (112, 300)):  # 100 200 0 300
        use(acme, days, api_calls=calls)
    assert read(CALLS, acme) == (60.0, State.FRESH)


def test_two_windows_with_calls_are_too_few_for_a_usual(acme: Customer) -> None:
    use(acme, 0, 28, 56, 196, api_calls=90)
    use(acme, 84, 112, api_calls=0)
    assert read(CALLS, acme) == (None, State.MISSING)


def test_a_customer_who_never_made_a_call_is_not_judged(acme: Customer) -> None:
    use(acme, 0, 1, api_calls=0)
    expect(acme, CALLS, 100)
    assert read(CALLS, acme) == (None, State.MISSING)


def test_calls_that_ended_long_ago_are_at_nought(acme: Customer, other: Customer) -> None:
    use(acme, 300, api_calls=5)
    expect(acme, CALLS, 100)
    assert read(CALLS, acme) == (0.0, State.FRESH)
    use(acme, 0, api_calls=0)
    assert read(CALLS, acme) == (0.0, State.FRESH)
    assert is_evidence(CALLS, acme)


def test_weekly_calls_are_shared_out_over_their_days(acme: Customer) -> None:
    use(acme, *range(1, 190, 7), api_calls=70, period_days=7)  # ten a day, from one day ago and before
    expect(acme, CALLS, 300)
    assert read(CALLS, acme) == (pytest.approx(100.0), State.FRESH)


def test_calls_expire_a_week_after_the_feed_fell_silent(acme: Customer) -> None:
    use(acme, 8, api_calls=70)
    expect(acme, CALLS, 300, first=50)
    assert read(CALLS, acme, ago(1)) == (25.0, State.FRESH)
    assert read(CALLS, acme, D) == (None, State.EXPIRED)
