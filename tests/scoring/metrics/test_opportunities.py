"""Metrics of opportunities, from states to values, with what is open, won, converted and restored."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Customer, ExchangeRate, Opportunity, Subscription
from scoring.engine.frame import State
from tests.cast import make_customer, make_row, make_source
from tests.scoring.metrics.overwriting import overwrite
from tests.scoring.metrics.reading import D, is_evidence, read

pytestmark = pytest.mark.django_db


def ago(days: int) -> date:
    return D - timedelta(days=days)


def deal(customer: Customer, kind: str, amount: int | None = None, opened: int = 60, **fields: Any) -> Opportunity:
    money = None if amount is None else Decimal(amount)
    return make_row(Opportunity, customer, kind=kind, amount=money, opened_on=ago(opened), **fields)


def subscribe(customer: Customer, started: int = 400, **fields: Any) -> Subscription:
    return make_row(Subscription, customer, started_on=ago(started), **fields)


def quote(rates: dict[date, str]) -> None:
    for day, rate in rates.items():
        ExchangeRate.objects.create(currency="USD", date=day, rate=Decimal(rate))


@pytest.fixture
def acme() -> Customer:
    return make_customer(arr=Decimal(1000))


@pytest.fixture
def other() -> Customer:
    """Another customer, whose records of yesterday show that the source is alive."""
    customer = make_customer()
    deal(customer, "new", opened=1)
    subscribe(customer, 1)
    return customer


def test_the_pipeline_is_open_upsell_and_cross_sell_against_arr(acme: Customer, other: Customer) -> None:
    deal(acme, "upsell", 100)
    deal(acme, "cross_sell", 50, closed_on=ago(-1))
    for kind in ("new", "renewal", "support_renewal", "refresh"):
        deal(acme, kind, 500)
    deal(acme, "upsell", 500, closed_on=ago(0), won=True)
    deal(acme, "upsell", 500, opened=-1)
    deal(acme, "upsell", None)
    assert read("expansion_pipeline", acme) == (15.0, State.FRESH)


def test_the_pipeline_falls_back_on_subscriptions_for_arr(other: Customer) -> None:
    acme = make_customer()
    subscribe(acme, mrr=Decimal(100))
    deal(acme, "upsell", 300)
    assert read("expansion_pipeline", acme) == (25.0, State.FRESH)


def test_no_open_expansion_is_zero_and_no_evidence(acme: Customer, other: Customer) -> None:
    assert read("expansion_pipeline", acme) == (0.0, State.FRESH)
    deal(acme, "upsell", 100)
    assert not is_evidence("expansion_pipeline", acme)


def test_without_arr_there_is_no_pipeline_not_even_zero(other: Customer) -> None:
    acme = make_customer()
    assert read("expansion_pipeline", acme) == (None, State.MISSING)
    deal(acme, "upsell", 100)
    assert read("expansion_pipeline", acme) == (None, State.MISSING)


def test_without_a_source_of_opportunities_the_pipeline_is_missing(acme: Customer) -> None:
    subscribe(acme, 1)
    assert read("expansion_pipeline", acme) == (None, State.MISSING)


def test_the_pipeline_is_converted_at_the_date(acme: Customer, other: Customer) -> None:
    quote({ago(90): "0.9", ago(3): "0.5"})
    deal(acme, "upsell", 100, currency="USD")
    assert read("expansion_pipeline", acme) == (pytest.approx(5.0), State.FRESH)
    deal(acme, "upsell", 100, currency="GBP")
    assert read("expansion_pipeline", acme) == (None, State.MISSING)


def test_the_pipeline_of_a_past_day_is_that_of_then(acme: Customer, other: Customer) -> None:
    upsell = deal(acme, "upsell", 100, opened=6)
    overwrite("opportunities", upsell, ago(2), amount=Decimal(400))
    assert read("expansion_pipeline", acme, ago(3)) == (10.0, State.FRESH)
    overwrite("opportunities", upsell, ago(1), closed_on=ago(1))
    assert read("expansion_pipeline", acme, ago(2)) == (40.0, State.FRESH)
    assert read("expansion_pipeline", acme) == (0.0, State.FRESH)


@pytest.mark.parametrize(("silent", "expected"), [(60, (10.0, State.CARRIED)), (61, (None, State.EXPIRED))])
def test_the_pipeline_is_carried_for_sixty_days(acme: Customer, silent: int, expected: object) -> None:
    deal(acme, "upsell", 100, opened=silent)
    assert read("expansion_pipeline", acme) == expected


def test_won_sales_add_up_over_all_time_and_kinds(acme: Customer, other: Customer) -> None:
    deal(acme, "new", 1000, opened=3000, closed_on=ago(2900), won=True)
    deal(acme, "renewal", 200, closed_on=ago(0), won=True)
    deal(acme, "upsell", 5000, closed_on=ago(1), won=False)
    deal(acme, "upsell", 5000, closed_on=ago(-1), won=True)
    deal(acme, "upsell", 5000, won=True)  # not closed
    deal(acme, "upsell", None, closed_on=ago(1), won=True)
    assert read("won_amount", acme) == (1200.0, State.FRESH)
    assert read("won_amount", acme, ago(-1)) == (6200.0, State.FRESH)


def test_each_sale_is_converted_on_the_day_it_closed(acme: Customer, other: Customer) -> None:
    quote({ago(300): "0.9", ago(100): "0.5"})
    deal(acme, "new", 1000, opened=400, closed_on=ago(101), currency="USD", won=True)
    deal(acme, "new", 1000, opened=400, closed_on=ago(100), currency="USD", won=True)
    assert read("won_amount", acme) == (pytest.approx(1400.0), State.FRESH)
    deal(acme, "new", 1, opened=400, closed_on=ago(301), currency="USD", won=True)
    assert read("won_amount", acme) == (None, State.MISSING)


def test_nothing_won_is_zero_only_where_a_source_would_say_so(acme: Customer) -> None:
    assert read("won_amount", acme) == (None, State.MISSING)
    partial = make_source("partial", covers=[])
    make_row(Opportunity, make_customer(), source=partial, opened_on=ago(1))
    assert read("won_amount", acme) == (None, State.MISSING)
    deal(make_customer(), "new", opened=1)
    assert read("won_amount", acme) == (0.0, State.FRESH)


@pytest.mark.parametrize(("silent", "expected"), [(3650, (0.0, State.CARRIED)), (3651, (None, State.EXPIRED))])
def test_won_sales_are_carried_for_ten_years(acme: Customer, silent: int, expected: object) -> None:
    deal(acme, "new", 100, opened=silent)
    assert read("won_amount", acme) == expected


def test_the_outlook_is_the_probability_of_the_open_renewal(acme: Customer, other: Customer) -> None:
    subscribe(acme, auto_renew=True)
    deal(acme, "renewal", probability=30, expected_close_on=ago(-90))
    deal(acme, "renewal", probability=45, expected_close_on=ago(-30))  # closes first
    deal(acme, "renewal", probability=99)
    deal(acme, "renewal", expected_close_on=ago(-2))  # not judged
    deal(acme, "support_renewal", probability=10, expected_close_on=ago(-1))
    deal(acme, "renewal", probability=10, closed_on=ago(0))
    assert read("renewal_outlook", acme) == (45.0, State.FRESH)


@pytest.mark.parametrize(("auto_renew", "outlook"), [(True, 80.0), (False, 60.0), (None, 60.0)])
def test_without_an_open_renewal_the_subscription_speaks(
    acme: Customer, other: Customer, auto_renew: bool | None, outlook: float
) -> None:
    subscribe(acme, auto_renew=auto_renew)
    deal(acme, "renewal", probability=None)  # nobody has judged it
    deal(acme, "renewal", probability=10, opened=-1)
    assert read("renewal_outlook", acme) == (outlook, State.FRESH)


@pytest.mark.parametrize(("asked", "outlook"), [(0, 0.0), (-1, 90.0)])
def test_who_has_asked_to_cancel_will_not_renew(acme: Customer, other: Customer, asked: int, outlook: float) -> None:
    subscribe(acme, auto_renew=True, cancel_requested_on=ago(asked))
    deal(acme, "renewal", probability=90)
    assert read("renewal_outlook", acme) == (outlook, State.FRESH)


def test_cancelling_an_addition_is_not_cancelling(acme: Customer, other: Customer) -> None:
    subscribe(acme, mrr=Decimal(100), auto_renew=True)
    subscribe(acme, mrr=Decimal(10), cancel_requested_on=ago(10))
    assert read("renewal_outlook", acme) == (80.0, State.FRESH)


def test_after_the_end_only_an_open_renewal_gives_an_outlook(acme: Customer, other: Customer) -> None:
    subscribe(acme, auto_renew=True, ended_on=ago(5))
    assert read("renewal_outlook", acme) == (None, State.MISSING)
    deal(acme, "renewal", probability=50)
    assert read("renewal_outlook", acme) == (50.0, State.FRESH)


def test_without_a_subscription_there_is_nothing_to_renew(acme: Customer, other: Customer) -> None:
    deal(acme, "renewal", probability=50)
    assert read("renewal_outlook", acme) == (None, State.MISSING)
    subscribe(acme, kind="one_time")
    assert read("renewal_outlook", acme) == (None, State.MISSING)


def test_the_outlook_of_a_past_day_is_that_of_then(acme: Customer, other: Customer) -> None:
    renewal = deal(acme, "renewal", probability=70, opened=5)
    overwrite("opportunities", renewal, ago(1), probability=20.0)
    overwrite("subscriptions", subscribe(acme), ago(0), cancel_requested_on=ago(0))
    subscribe(make_customer(), 4)
    assert [read("renewal_outlook", acme, ago(days))[0] for days in (2, 1, 0)] == [70.0, 20.0, 0.0]


@pytest.mark.parametrize(("silent", "expected"), [(60, (60.0, State.CARRIED)), (61, (None, State.EXPIRED))])
def test_the_outlook_expires_and_its_subscription_is_evidence(acme: Customer, silent: int, expected: object) -> None:
    subscribe(acme, silent)
    assert read("renewal_outlook", acme) == expected
    assert is_evidence("renewal_outlook", acme, ago(silent))


def test_opportunities_of_every_kind_but_renewals_are_open(acme: Customer, other: Customer) -> None:
    for kind in ("new", "upsell", "cross_sell", "support_renewal", "refresh", "renewal", ""):
        deal(acme, kind)
    deal(acme, "upsell", closed_on=ago(-1))
    deal(acme, "upsell", closed_on=ago(0))
    deal(acme, "upsell", opened=-1)
    assert read("open_opportunities", acme) == (7.0, State.FRESH)


def test_no_opportunity_is_nought_where_a_source_would_tell(acme: Customer) -> None:
    assert read("open_opportunities", acme) == (None, State.MISSING)
    deal(make_customer(), "new", opened=1)
    assert read("open_opportunities", acme) == (0.0, State.FRESH)
