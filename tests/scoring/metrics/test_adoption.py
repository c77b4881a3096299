"""How much of the product is used, from facts to values."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Change, Customer, Feature, Product, Source, Subscription
from scoring.engine.frame import State
from tests.cast import make_customer, make_row, make_source
from tests.scoring.metrics.reading import is_evidence, read
from tests.scoring.metrics.using import ago, use, use_features

pytestmark = pytest.mark.django_db

RATE = "feature_adoption_rate"
CORE = "core_feature_days_rate"


@pytest.fixture
def acme() -> Customer:
    return make_customer()


@pytest.fixture
def other() -> Customer:
    """Another customer, whose rows of today show that the sources are alive."""
    customer = make_customer()
    use(customer, 0, active_users=1)
    use_features(customer, [0], "search")
    return customer


def offer(*features: str, **fields: Any) -> None:
    for feature in features:
        Feature.objects.create(feature=feature, **fields)


# -- features used and adopted -----------------------------------------------------------------------------------------


def test_features_count_once_when_they_were_used(acme: Customer) -> None:
    use_features(acme, [0, 1, 29], "search", "export")
    use_features(acme, [2], "search", external_id="R-1")
    use_features(acme, [3], "share", product=Product.objects.create(sku="P", name="P"))
    use_features(acme, [4], "print", uses=0)
    use_features(acme, [5], "zoom", uses=None)
    use_features(acme, [30], "old")
    use_features(acme, [-1], "new")
    assert read("features_used", acme) == (3.0, State.FRESH)


def test_features_follow_a_shorter_analysis_period(acme: Customer) -> None:
    use_features(acme, [6], "search")
    use_features(acme, [7], "export")
    assert read("features_used", acme, window=7) == (1.0, State.FRESH)


def test_usage_rows_tell_the_most_features_of_a_day(acme: Customer) -> None:
    use(acme, 0, 1, features_used=4)
    use(acme, 29, features_used=6)
    use(acme, 30, features_used=9)
    assert read("features_used", acme) == (6.0, State.FRESH)
    assert read(RATE, acme, features_available=40) == (15.0, State.LOWER_BOUND)


def test_feature_usage_wins_over_what_usage_rows_count(acme: Customer) -> None:
    use(acme, 0, features_used=9)
    use_features(acme, [0], "search")
    assert read("features_used", acme) == (1.0, State.FRESH)
    assert read(RATE, acme, features_available=40) == (2.5, State.FRESH)


def test_no_feature_of_a_live_source_is_nought(acme: Customer, other: Customer) -> None:
    use_features(acme, [31], "search")
    assert read("features_used", acme) == (0.0, State.FRESH)
    assert read(RATE, acme, features_available=40) == (0.0, State.FRESH)
    assert not is_evidence("features_used", acme)


def test_rows_that_do_not_count_uses_leave_features_unknown(acme: Customer) -> None:
    use_features(acme, [0], "search", uses=None, minutes=5)
    assert read("features_used", acme) == (None, State.MISSING)
    assert read(RATE, acme, features_available=40) == (None, State.MISSING)


def test_a_customer_of_whom_no_feature_was_ever_told_is_unknown(acme: Customer, other: Customer) -> None:
    use(acme, 0, active_users=3)
    assert read("features_used", acme) == (None, State.MISSING)
    assert read(RATE, acme, features_available=40) == (None, State.MISSING)


def test_features_of_a_silent_source_are_carried_for_a_fortnight(acme: Customer) -> None:
    use_features(acme, [12, 41], "search", "export")
    assert read("features_used", acme) == (2.0, State.CARRIED)
    assert read("features_used", acme, ago(-2)) == (2.0, State.CARRIED)
    assert read("features_used", acme, ago(-3)) == (None, State.EXPIRED)


def test_without_catalogue_or_parameter_the_rate_is_unknown(acme: Customer, other: Customer) -> None:
    use_features(acme, [0], "search")
    assert read(RATE, acme) == (None, State.MISSING)
    assert read(RATE, make_customer()) == (None, State.MISSING)


def test_the_catalogue_counts_what_is_released_by_the_day(acme: Customer) -> None:
    use_features(acme, [0], "search")
    offer("search")
    offer("export", released_on=ago(0))
    offer("share", "print", released_on=ago(-1))
    assert read(RATE, acme, features_available=40) == (50.0, State.FRESH)


@pytest.mark.parametrize(("rank", "value"), [(1, 50.0), (2, 25.0), (3, 20.0)])
def test_the_catalogue_counts_what_is_in_the_highest_plan_in_force(acme: Customer, rank: int, value: float) -> None:
    use_features(acme, [0], "search")
    offer("search")
    offer("export", min_plan_rank=1)
    offer("share", "print", min_plan_rank=2)
    offer("zoom", min_plan_rank=3)
    make_row(Subscription, acme, plan_rank=1)
    make_row(Subscription, acme, plan_rank=rank)
    make_row(Subscription, acme, plan_rank=3, ended_on=ago(0))
    assert read(RATE, acme) == (value, State.FRESH)


def test_an_unknown_plan_counts_as_the_lowest(acme: Customer) -> None:
    use_features(acme, [0], "search")
    offer("search")
    offer("export", min_plan_rank=1)
    offer("share", min_plan_rank=2)
    assert read(RATE, acme) == (50.0, State.FRESH)


def test_the_plan_of_the_day_decides(acme: Customer) -> None:
    use_features(acme, [0], "search")
    offer("search", "export")
    offer("share", "print", min_plan_rank=2)
    plan = make_row(Subscription, acme, plan_rank=2)
    change = {"kind": "subscriptions", "record_id": plan.pk, "customer": acme, "field": "plan_rank"}
    Change.objects.create(**change, before=1, after=2, observed_on=ago(-1))
    assert read(RATE, acme) == (50.0, State.FRESH)
    assert read(RATE, acme, ago(-1)) == (25.0, State.FRESH)


def test_a_catalogue_of_nothing_open_to_the_customer_leaves_the_rate_unknown(acme: Customer) -> None:
    use_features(acme, [0], "search")
    offer("search", released_on=ago(-1))
    assert read(RATE, acme) == (None, State.MISSING)


# -- core features -----------------------------------------------------------------------------------------------------


def test_core_days_are_a_share_of_active_days(acme: Customer) -> None:
    use(acme, 0, 27, active_users=2, core_features_used=1)
    use(acme, 1, logins=2, core_features_used=0)
    use(acme, 2, logins=2)
    use(acme, 3, logins=0, active_users=0, core_features_used=3)  # nobody came
    use(acme, 28, logins=2, core_features_used=3)
    assert read(CORE, acme) == (50.0, State.FRESH)


def test_no_active_day_is_nought(acme: Customer, other: Customer) -> None:
    use(acme, 0, 1, active_users=0, core_features_used=0)
    assert read(CORE, acme) == (0.0, State.FRESH)
    assert is_evidence(CORE, acme)
    quiet = make_customer()
    use(quiet, 29, active_users=1, core_features_used=1)
    assert read(CORE, quiet) == (0.0, State.FRESH)
    assert not is_evidence(CORE, quiet)


def test_rows_of_two_sources_make_one_core_day(acme: Customer) -> None:
    use(acme, 0, 1, active_users=2, core_features_used=0)
    use(acme, 0, active_users=2, core_features_used=3, source=make_source("app"))
    assert read(CORE, acme) == (50.0, State.FRESH)


def test_core_features_come_from_the_catalogue_where_usage_does_not_count_them(acme: Customer) -> None:
    offer("search", is_core=True)
    offer("export")
    use_features(acme, [0, 1, 27], "search", "export")
    use_features(acme, [2, 28], "search", uses=0)
    use_features(acme, [3], "export")
    use(acme, *range(5), logins=1)
    assert read(CORE, acme) == (60.0, State.FRESH)
    Source.objects.update(rhythm_days=99)
    assert read(CORE, acme, ago(-30)) == (0.0, State.FRESH)


def test_feature_usage_alone_makes_active_days(acme: Customer) -> None:
    offer("search", is_core=True)
    use_features(acme, [0, 1, 2], "search")
    use_features(acme, [0, 3], "export")
    assert read(CORE, acme) == (75.0, State.FRESH)
    assert is_evidence(CORE, acme)


def test_without_core_features_in_the_catalogue_the_rate_is_unknown(acme: Customer, other: Customer) -> None:
    offer("search")
    use_features(acme, [0, 1], "search")
    use_features(quiet := make_customer(), [40], "search")
    assert read(CORE, acme) == (None, State.MISSING)
    assert read(CORE, quiet) == (None, State.MISSING)


def test_core_days_expire_a_fortnight_after_the_feed_fell_silent(acme: Customer) -> None:
    use(acme, 14, active_users=2, core_features_used=1)
    assert read(CORE, acme) == (100.0, State.CARRIED)
    assert read(CORE, acme, ago(-1)) == (None, State.EXPIRED)
