"""How often and how long the product is used, from facts to values."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from accounts.models import Change, Contact, Customer, CustomerPeriod, MetricValue, Product, Source
from scoring.engine.frame import State
from tests.cast import make_customer, make_row, make_source
from tests.scoring.metrics.reading import D, at, is_evidence, read
from tests.scoring.metrics.using import ago, use, use_features

pytestmark = pytest.mark.django_db

PER_WEEK = pytest.mark.parametrize(
    ("metric", "column"), [("logins_per_user_week", "logins"), ("minutes_per_user_week", "minutes")]
)
PER_SESSION = pytest.mark.parametrize(
    ("metric", "column"), [("session_minutes_avg", "minutes"), ("actions_per_session", "actions")]
)


@pytest.fixture
def acme() -> Customer:
    return make_customer()


@pytest.fixture
def other() -> Customer:
    """Another customer, whose rows of today show that the source is alive."""
    customer = make_customer()
    use(customer, 0, active_users=1)
    use_features(customer, [0], "search")
    return customer


# -- active days -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["active_users", "logins", "sessions"])
def test_a_day_is_active_by_users_logins_or_sessions(acme: Customer, column: str) -> None:
    use(acme, 0, 1, 29, 30, **{column: 3})
    use(acme, 2, **{column: 0})
    assert read("active_days", acme) == (3.0, State.FRESH)


def test_other_use_makes_no_active_day(acme: Customer) -> None:
    use(acme, 0, logins=1)
    use(acme, 1, minutes=30, actions=5)
    assert read("active_days", acme) == (1.0, State.FRESH)


def test_a_day_with_rows_of_two_sources_and_products_is_one_active_day(acme: Customer) -> None:
    phone, desk = (Product.objects.create(sku=sku, name=sku) for sku in ("P", "D"))
    use(acme, 0, 1, logins=1, product=phone)
    use(acme, 1, 2, logins=1, product=desk)
    use(acme, 2, logins=1, source=make_source("app"))
    assert read("active_days", acme) == (3.0, State.FRESH)


def test_active_days_follow_a_longer_analysis_period(acme: Customer) -> None:
    use(acme, 0, 44, 45, logins=1)
    assert read("active_days", acme, window=45) == (2.0, State.FRESH)


def test_a_weekly_row_shows_one_active_day_of_seven(acme: Customer) -> None:
    use(acme, 2, 9, 16, 23, 30, logins=12, period_days=7)
    assert read("active_days", acme) == (4.0, State.LOWER_BOUND)


def test_active_days_come_from_features_where_there_is_no_usage(acme: Customer) -> None:
    use_features(acme, [0, 5, 29, 30], "search", "export")
    use_features(acme, [6], "search", uses=0)
    assert read("active_days", acme) == (3.0, State.FRESH)
    assert is_evidence("active_days", acme)


def test_usage_that_tells_of_nobody_leaves_the_days_to_features(acme: Customer) -> None:
    use(acme, 0, 1, 2, api_calls=10)
    use_features(acme, [0, 5], "search")
    assert read("active_days", acme) == (2.0, State.FRESH)


def test_usage_that_tells_of_nobody_is_not_known_without_features(acme: Customer) -> None:
    use(acme, 0, 1, 2, api_calls=10)
    use(acme, 60, logins=1)
    assert read("active_days", acme) == (None, State.MISSING)


def test_a_quiet_customer_has_no_active_day(acme: Customer, other: Customer) -> None:
    use(acme, 31, logins=1)
    assert read("active_days", acme) == (0.0, State.FRESH)
    assert not is_evidence("active_days", acme)


def test_a_customer_without_a_row_of_a_partial_source_is_unknown(acme: Customer, other: Customer) -> None:
    assert read("active_days", acme) == (None, State.MISSING)


def test_active_days_of_a_silent_feed_are_carried_then_expire(acme: Customer) -> None:
    Source.objects.update(rhythm_days=3)
    use(acme, 5, 6, 33, 34, logins=1)
    assert read("active_days", acme) == (4.0, State.CARRIED)  # as of five days ago
    assert read("active_days", acme, ago(-3)) == (None, State.EXPIRED)


def test_a_supplied_number_of_active_days_stands_in(acme: Customer) -> None:
    make_row(MetricValue, acme, metric="active_days", date=ago(3), value=11)
    assert read("active_days", acme) == (11.0, State.SUPPLIED)


# -- days since login --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["active_users", "logins"])
def test_days_since_login_count_from_the_last_who_came(acme: Customer, column: str) -> None:
    use(acme, 12, 40, **{column: 2})
    use(acme, *range(12), **{column: 0})
    use(acme, -1, **{column: 2})
    assert read("days_since_login", acme) == (12.0, State.FRESH)


def test_sessions_are_no_logins(acme: Customer) -> None:
    use(acme, 9, logins=1)
    use(acme, 0, logins=0, sessions=5)
    assert read("days_since_login", acme) == (9.0, State.FRESH)


def test_days_go_on_growing_while_the_source_is_alive(acme: Customer, other: Customer) -> None:
    use(acme, 200, logins=1)
    assert read("days_since_login", acme) == (200.0, State.FRESH)
    assert is_evidence("days_since_login", acme)


def test_days_stand_still_with_a_silent_source(acme: Customer) -> None:
    Source.objects.update(rhythm_days=1)
    use(acme, 10, logins=1)
    use(acme, 5, logins=0)
    assert read("days_since_login", acme) == (5.0, State.CARRIED)
    assert read("days_since_login", acme, ago(-3)) == (None, State.EXPIRED)


def test_a_customer_who_never_came_counts_from_the_day_it_became_one(acme: Customer) -> None:
    use(acme, *range(40), logins=0)
    assert read("days_since_login", acme) == ((D - date(2025, 1, 1)).days, State.FRESH)


def test_a_login_of_an_earlier_period_does_not_count(acme: Customer, other: Customer) -> None:
    use(acme, 120, logins=3)
    CustomerPeriod.objects.filter(customer=acme).update(ended_on=ago(110))
    CustomerPeriod.objects.create(customer=acme, started_on=ago(20))
    assert read("days_since_login", acme) == (20.0, State.FRESH)


def test_a_complete_source_without_any_row_says_that_nobody_ever_came() -> None:
    use(make_customer(source=make_source("crm", covers=["usage"])), 0, logins=1)
    newcomer = make_customer(since=ago(6))
    assert read("days_since_login", newcomer) == (6.0, State.FRESH)
    assert not is_evidence("days_since_login", newcomer)


def contact(customer: Customer, days: int | None, **fields: Any) -> Contact:
    return make_row(Contact, customer, name="Ida", last_login_at=None if days is None else at(ago(days)), **fields)


def test_a_contact_logs_in_too(acme: Customer, other: Customer) -> None:
    use(acme, 12, logins=1)
    contact(acme, 5, left_on=ago(2))
    contact(acme, 7)
    assert read("days_since_login", acme) == (5.0, State.FRESH)


def test_a_login_of_a_contact_after_the_day_does_not_count(acme: Customer, other: Customer) -> None:
    use(acme, 12, logins=1)
    ida = contact(acme, -2)
    assert read("days_since_login", acme) == (12.0, State.FRESH)
    Change.objects.create(
        kind="contacts",
        record_id=ida.pk,
        customer=acme,
        field="last_login_at",
        before=at(ago(4)).isoformat(),
        after=at(ago(-2)).isoformat(),
        observed_on=ago(-2),
    )
    assert read("days_since_login", acme) == (4.0, State.FRESH)


def test_contacts_alone_tell_of_logins_without_being_evidence(acme: Customer) -> None:
    contact(acme, 3)
    assert read("days_since_login", acme) == (3.0, State.FRESH)
    assert not is_evidence("days_since_login", acme)


def test_a_mere_list_of_contacts_tells_nothing_of_logins(acme: Customer) -> None:
    contact(acme, None, since=ago(3))
    assert read("days_since_login", acme) == (None, State.MISSING)


def test_uses_count_only_where_no_login_ever_arrived(acme: Customer) -> None:
    use_features(acme, [50, 60], "search")
    use_features(acme, [0], "search", uses=0)
    assert read("days_since_login", acme) == (50.0, State.FRESH)
    use(acme, 0, 70, logins=0)
    assert read("days_since_login", acme) == ((D - date(2025, 1, 1)).days, State.FRESH)


def test_a_feed_that_never_says_who_came_leaves_logins_unknown(acme: Customer) -> None:
    use(acme, 0, 1, minutes=5)
    assert read("days_since_login", acme) == (None, State.MISSING)


# -- per user and week, per session ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metric", "column"), [("logins_per_user_week", "logins"), ("minutes_per_user_week", "minutes")]
)
def test_use_per_user_and_week(acme: Customer, metric: str, column: str) -> None:
    use(acme, 0, 27, **{column: 60}, active_users=9)
    use(acme, 3, active_users_28d=10)
    use(acme, 5, active_users_28d=99)
    use(acme, 28, **{column: 999}, active_users=99)
    assert read(metric, acme) == (3.0, State.FRESH)  # 120 in four weeks, ten users


@pytest.mark.parametrize(
    ("metric", "column"), [("logins_per_user_week", "logins"), ("minutes_per_user_week", "minutes")]
)
def test_without_distinct_users_the_most_on_one_day_count(acme: Customer, metric: str, column: str) -> None:
    use(acme, 1, **{column: 60}, active_users=3)
    use(acme, 1, active_users=2, source=make_source("app"))
    use(acme, 2, active_users=4)
    assert read(metric, acme) == (3.0, State.FRESH)  # five users the day before


@pytest.mark.parametrize(
    ("metric", "column"), [("logins_per_user_week", "logins"), ("minutes_per_user_week", "minutes")]
)
def test_no_use_is_nought_and_use_by_nobody_unknown(acme: Customer, metric: str, column: str) -> None:
    use(acme, 0, **{column: 0})
    assert read(metric, acme) == (0.0, State.FRESH)
    assert is_evidence(metric, acme)
    use(acme, 1, **{column: 5})
    assert read(metric, acme) == (None, State.MISSING)


@pytest.mark.parametrize(
    ("metric", "column"), [("logins_per_user_week", "logins"), ("minutes_per_user_week", "minutes")]
)
def test_a_quiet_customer_has_none_and_a_number_never_measured_is_unknown(
    acme: Customer, other: Customer, metric: str, column: str
) -> None:
    use(acme, 29, **{column: 5})  # in the last thirty days, though not in the last 28
    assert read(metric, acme) == (0.0, State.FRESH)
    quiet = make_customer()
    use(quiet, 90, active_users=5)
    assert read(metric, quiet) == (None, State.MISSING)


@pytest.mark.parametrize(("metric", "expires"), [("logins_per_user_week", 8), ("minutes_per_user_week", 15)])
def test_use_per_week_expires_after_the_feed_fell_silent(acme: Customer, metric: str, expires: int) -> None:
    use(acme, 0, logins=40, minutes=40, active_users=5)
    assert read(metric, acme, ago(1 - expires)) == (2.0, State.CARRIED if expires > 8 else State.FRESH)
    assert read(metric, acme, ago(-expires)) == (None, State.EXPIRED)


@PER_SESSION
def test_use_per_session_is_a_ratio_of_sums(acme: Customer, metric: str, column: str) -> None:
    use(acme, 0, sessions=1, **{column: 30})
    use(acme, 29, sessions=4, **{column: 10})
    use(acme, 30, sessions=50, **{column: 9999})
    assert read(metric, acme) == (8.0, State.FRESH)


@PER_SESSION
def test_four_sessions_are_too_few(acme: Customer, metric: str, column: str) -> None:
    use(acme, 0, sessions=4, **{column: 30})
    assert read(metric, acme) == (None, State.MISSING)
    use(acme, 1, sessions=1)
    assert read(metric, acme) == (6.0, State.FRESH)


@pytest.mark.parametrize("metric", ["session_minutes_avg", "actions_per_session"])
def test_use_per_session_expires_a_fortnight_after_the_last_row(acme: Customer, other: Customer, metric: str) -> None:
    use(acme, 14, sessions=10, minutes=50, actions=50)
    assert read(metric, acme) == (5.0, State.FRESH)
    use(other, -1, active_users=1)
    assert read(metric, acme, ago(-1)) == (None, State.EXPIRED)


@pytest.mark.parametrize("metric", ["session_minutes_avg", "actions_per_session"])
def test_sessions_without_what_was_done_in_them_are_unknown(acme: Customer, metric: str) -> None:
    use(acme, 0, sessions=10)
    assert read(metric, acme) == (None, State.MISSING)
