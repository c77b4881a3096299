"""New features and core features, and the indicators I6 and I7. D is a Tuesday."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import Customer, Expectation, Feature
from scoring.engine.frame import State
from tests.cast import make_customer, make_source
from tests.scoring.indicating import holding
from tests.scoring.metrics.reading import D, read
from tests.scoring.metrics.using import use, use_features

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Customer:
    return make_customer()


@pytest.fixture(autouse=True)
def alive() -> None:
    """Another customer's rows of every day show that both feeds are alive."""
    other = make_customer()
    use(other, *range(70), logins=1, core_features_used=0)
    use_features(other, range(70), "report")


def catalogue(*features: str, core: tuple[str, ...] = ()) -> None:
    Feature.objects.bulk_create(Feature(feature=feature, is_core=feature in core) for feature in features)


@pytest.mark.parametrize(("first", "opens"), [(60, False), (61, True), (95, True)])
def test_no_feature_is_new_for_sixty_days(acme: Customer, first: int, opens: bool) -> None:
    catalogue("report", "export", "chart")
    use_features(acme, range(0, 150, 10), "report")
    use_features(acme, (0, first), "export")
    assert ("I6" in holding(acme)) is opens


def test_ninety_days_stand_for_all_that_is_longer(acme: Customer) -> None:
    use_features(acme, range(0, 150, 10), "report")
    assert read("days_since_new_feature", acme) == (90.0, State.LOWER_BOUND)


def test_a_feature_not_used_for_half_a_year_is_new_again(acme: Customer) -> None:
    use_features(acme, (5, 180), "report")
    assert read("days_since_new_feature", acme) == (5.0, State.FRESH)
    use_features(acme, (179,), "report")
    assert read("days_since_new_feature", acme)[0] == 90.0


def test_who_never_used_a_feature_is_not_asked(acme: Customer) -> None:
    use_features(acme, (5,), "report", uses=0)
    assert read("days_since_new_feature", acme) == (None, State.MISSING)


def test_who_uses_most_of_the_features_need_not_find_new_ones(acme: Customer) -> None:
    features = ("report", "export", "chart", "mail", "share")
    catalogue(*features)
    use_features(acme, range(0, 150, 10), *features[:4])
    assert "I6" not in holding(acme)  # 80 % is not below 80


@pytest.mark.parametrize(("tenure", "opens"), [(91, True), (90, False)])
def test_new_customers_are_still_finding_their_way(tenure: int, opens: bool) -> None:
    catalogue("report", "export")
    young = make_customer(since=D - timedelta(days=tenure))
    use_features(young, range(0, 91, 10), "report")
    assert ("I6" in holding(young)) is opens


def core(customer: Customer, now: int, before: int) -> None:
    """Rows on each of 56 days, with core features on so many days of the last 28, and of those before."""
    for first, days in ((0, now), (28, before)):
        use(customer, *range(first, first + days), logins=1, core_features_used=2)
        use(customer, *range(first + days, first + 28), logins=1, core_features_used=0)


@pytest.mark.parametrize(("now", "before", "opens"), [(8, 10, True), (9, 10, False), (6, 8, True), (0, 7, False)])
def test_core_days_fall_by_a_fifth_of_eight_or_more(acme: Customer, now: int, before: int, opens: bool) -> None:
    core(acme, now, before)
    assert ("I7" in holding(acme)) is opens


def test_core_days_are_counted_in_four_weeks_each(acme: Customer) -> None:
    core(acme, 4, 10)
    assert read("core_days_28", acme) == (4.0, State.FRESH)
    assert read("core_days_before", acme) == (10.0, State.FRESH)
    assert read("core_days_change", acme) == (-60.0, State.FRESH)


def test_without_counts_core_days_come_from_the_features_by_name(acme: Customer) -> None:
    catalogue("report", "export", core=("report",))
    use(acme, *range(56), logins=1)
    use_features(acme, range(28, 38), "report", "export")
    use_features(acme, range(3), "report")
    use_features(acme, range(3, 9), "export")
    assert read("core_days_change", acme) == (-70.0, State.FRESH)


def test_without_counts_and_catalogue_nobody_knows(acme: Customer) -> None:
    use(acme, *range(56), logins=1)
    assert read("core_days_28", acme) == (None, State.MISSING)


def test_a_note_mutes(acme: Customer) -> None:
    core(acme, 4, 10)
    Expectation.objects.create(customer=acme, source=make_source(), metric="core_days_28", from_on=D)
    assert "I7" not in holding(acme)
