"""How use changes from one window to the next, from facts to values."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Calendar, Customer, Expectation, Holiday, Product, Source
from scoring.engine.frame import State
from tests.cast import make_customer, make_row, make_source
from tests.scoring.metrics.reading import is_evidence, read
from tests.scoring.metrics.using import ago, use, use_features, workdays

pytestmark = pytest.mark.django_db

NOW, BEFORE = workdays(27, 0), workdays(55, 28)  # 20 working days each
TRENDS = pytest.mark.parametrize(
    ("metric", "column"), [("login_trend", "logins"), ("usage_trend", "minutes"), ("usage_trend", "actions")]
)


@pytest.fixture
def acme() -> Customer:
    return make_customer()


@pytest.fixture
def other() -> Customer:
    """Another customer with use on every day: on none of them was the feed silent."""
    customer = make_customer()
    use(customer, *range(60), active_users=1)
    use_features(customer, range(60), "search")
    return customer


@TRENDS
def test_a_trend_compares_means_per_working_day(acme: Customer, other: Customer, metric: str, column: str) -> None:
    use(acme, *NOW, **{column: 6})
    use(acme, *BEFORE, **{column: 8})
    use(acme, 2, 3, 58, **{column: 999})  # a weekend, and the day before the window before
    assert read(metric, acme) == (-25.0, State.FRESH)
    assert is_evidence(metric, acme)


@TRENDS
def test_days_without_a_row_lower_the_mean(acme: Customer, other: Customer, metric: str, column: str) -> None:
    use(acme, *NOW[:10], **{column: 4})
    use(acme, *BEFORE, **{column: 4})
    assert read(metric, acme) == (-50.0, State.FRESH)


@TRENDS
def test_days_on_which_the_feed_was_silent_do_not_count(acme: Customer, metric: str, column: str) -> None:
    use(acme, *NOW[:10], **{column: 4})
    use(acme, *BEFORE, **{column: 4})
    use(make_customer(), *NOW[10:15], logins=1)  # fifteen days on which anybody was heard of
    assert read(metric, acme) == (pytest.approx(-100 / 3), State.FRESH)


def test_another_source_heard_does_not_break_the_silence(acme: Customer) -> None:
    use(acme, *NOW[:10], *BEFORE, logins=4)
    use(make_customer(), *NOW, logins=4, source=make_source("app"))
    assert read("login_trend", acme) == (0.0, State.FRESH)


def test_days_on_which_either_of_two_sources_was_heard_count(acme: Customer) -> None:
    use(acme, *NOW[:10], *BEFORE, logins=2)
    use(acme, *NOW, *BEFORE, logins=2, source=make_source("app"))
    assert read("login_trend", acme) == (-25.0, State.FRESH)


def test_rows_of_products_add_up(acme: Customer, other: Customer) -> None:
    use(acme, *NOW, *BEFORE, logins=2)
    use(acme, *NOW, logins=1, product=Product.objects.create(sku="P", name="P"))
    assert read("login_trend", acme) == (50.0, State.FRESH)


@TRENDS
def test_holidays_do_not_count(acme: Customer, other: Customer, metric: str, column: str) -> None:
    calendar = Calendar.objects.create(key="site")
    for days in NOW[10:]:
        Holiday.objects.create(calendar=calendar, date=ago(days))
    use(acme, *NOW[:10], *BEFORE, **{column: 4})
    assert read(metric, acme) == (0.0, State.FRESH)


def test_each_customer_has_its_own_calendar(acme: Customer, other: Customer) -> None:
    calendar = Calendar.objects.create(key="CH")
    for days in NOW[10:]:
        Holiday.objects.create(calendar=calendar, date=ago(days))
    abroad = make_customer(country="CH")
    for customer in (acme, abroad):
        use(customer, *NOW[:10], *BEFORE, logins=4)
    assert read("login_trend", acme) == (-50.0, State.FRESH)
    assert read("login_trend", abroad) == (0.0, State.FRESH)


@TRENDS
def test_twenty_are_needed_in_the_window_before(acme: Customer, other: Customer, metric: str, column: str) -> None:
    use(acme, *NOW, *BEFORE[1:], **{column: 1})
    assert read(metric, acme) == (None, State.MISSING)
    use(acme, BEFORE[0], **{column: 1})
    assert read(metric, acme) == (0.0, State.FRESH)


def test_logins_fall_back_on_active_users(acme: Customer, other: Customer) -> None:
    use(acme, *NOW, active_users=3)
    use(acme, *BEFORE, active_users=2)
    assert read("login_trend", acme) == (50.0, State.FRESH)


def test_the_first_measured_in_both_windows_is_compared(acme: Customer, other: Customer) -> None:
    use(acme, *NOW, minutes=50.5, actions=3)
    use(acme, *BEFORE, actions=2)
    use_features(acme, [*NOW, *BEFORE], "search")
    assert read("usage_trend", acme) == (50.0, State.FRESH)


def test_uses_of_features_are_compared_where_usage_has_neither(acme: Customer, other: Customer) -> None:
    use_features(acme, NOW, "search", "export", uses=3)
    use_features(acme, BEFORE, "search", uses=4)
    use_features(acme, [2, 3, 58], "search", uses=999)
    assert read("usage_trend", acme) == (50.0, State.FRESH)
    assert is_evidence("usage_trend", acme)


def test_uses_skip_the_days_on_which_features_were_not_told(acme: Customer) -> None:
    use(make_customer(), *range(60), logins=1)
    use_features(acme, [*NOW[:10], *BEFORE], "search")
    assert read("usage_trend", acme) == (0.0, State.FRESH)


def test_nothing_before_is_no_trend(acme: Customer, other: Customer) -> None:
    use(acme, *NOW, logins=9, minutes=9)
    assert read("login_trend", acme) == (None, State.MISSING)
    assert read("usage_trend", acme) == (None, State.MISSING)


def test_a_trend_expires_a_week_after_the_last_row(acme: Customer, other: Customer) -> None:
    use(acme, *workdays(27, 7), *BEFORE, logins=4, minutes=4)
    assert read("login_trend", acme) == (-25.0, State.FRESH)
    use(other, -1, active_users=1)
    assert read("login_trend", acme, ago(-1)) == (None, State.EXPIRED)
    assert read("usage_trend", acme, ago(-1)) == (None, State.EXPIRED)


def test_a_trend_of_features_expires_too(acme: Customer, other: Customer) -> None:
    use_features(acme, [*workdays(27, 8), *BEFORE], "search")
    assert read("usage_trend", acme) == (None, State.EXPIRED)


def test_a_silent_source_carries_its_last_trend(acme: Customer) -> None:
    Source.objects.update(rhythm_days=1)
    use(acme, *NOW, logins=6)
    use(acme, *BEFORE, logins=8)
    assert read("login_trend", acme, ago(-5)) == (-25.0, State.CARRIED)


def test_a_measure_may_compare_shorter_windows(acme: Customer, other: Customer) -> None:
    use(acme, *workdays(13, 0), logins=4)
    use(acme, *workdays(27, 14), logins=2)
    use(acme, *BEFORE, logins=999)
    assert read("login_trend", acme, window=14) == (100.0, State.FRESH)


def test_weekly_rows_are_compared_without_counting_days_not_yet_told(acme: Customer) -> None:
    use(acme, 3, 10, 17, 24, logins=30, period_days=7)
    use(acme, 31, 38, 45, 52, 59, logins=40, period_days=7)  # two working days of the 20 before have the lower rate
    assert read("login_trend", acme) == (pytest.approx(100 * (30 / 39 - 1)), State.FRESH)


def test_a_week_that_the_whole_feed_left_out_does_not_count(acme: Customer) -> None:
    use(acme, 0, 14, 21, 28, 35, 42, 49, 56, logins=40, period_days=7)
    assert read("login_trend", acme) == (pytest.approx(0.0), State.FRESH)


def test_a_week_that_the_feed_left_out_for_one_customer_counts_nought(acme: Customer) -> None:
    use(acme, 0, 14, 21, 28, 35, 42, 49, 56, logins=40, period_days=7)
    use(make_customer(), 7, logins=40, period_days=7)
    assert read("login_trend", acme) == (pytest.approx(-25.0), State.FRESH)


# -- expectations ------------------------------------------------------------------------------------------------------


def expect(customer: Customer, expected: float | None, first: int, until: int | None = None) -> None:
    until_on = None if until is None else ago(until)
    fields: dict[str, Any] = {"metric": "usage_trend", "from_on": ago(first), "until_on": until_on}
    make_row(Expectation, customer, expected=expected, **fields)


def test_a_seasonal_profile_divides_both_windows(acme: Customer, other: Customer) -> None:
    use(acme, *NOW, minutes=3)
    use(acme, *BEFORE, minutes=8)
    expect(acme, 100, 70, until=28)
    expect(acme, 50, 28)  # the season begins on the last day of the window before, whose mean is 97.5
    assert read("usage_trend", acme) == (pytest.approx(100 * ((3 / 50) / (8 / 97.5) - 1)), State.FRESH)


def test_a_profile_with_a_gap_is_not_applied(acme: Customer, other: Customer) -> None:
    use(acme, *NOW, minutes=6)
    use(acme, *BEFORE, minutes=8)
    expect(acme, 50, 27)
    assert read("usage_trend", acme) == (-25.0, State.FRESH)


def test_an_empty_expectation_mutes_the_trend(acme: Customer, other: Customer) -> None:
    use(acme, *NOW, *BEFORE, minutes=8)
    expect(acme, None, 5, until=-1)
    assert read("usage_trend", acme) == (None, State.MISSING)
    assert read("usage_trend", acme, ago(6))[1] == State.FRESH
