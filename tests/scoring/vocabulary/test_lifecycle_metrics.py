"""The metrics that stages, segments and revenue tiers ask for."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from accounts.models import Customer, Goal, Opportunity, Subscription
from tests.cast import make_customer, make_row, make_source
from tests.scoring.metrics.reading import D, read

pytestmark = pytest.mark.django_db


def ago(days: int) -> date:
    return D - timedelta(days=days)


@pytest.fixture
def acme() -> Customer:
    return make_customer(since=ago(100))


def aim(customer: Customer, kind: str, done: int | None = None, started: int = 90) -> None:
    achieved = None if done is None else ago(done)
    make_row(Goal, customer, name=kind, kind=kind, started_on=ago(started), achieved_on=achieved)


def sale(customer: Customer, kind: str = "renewal", **fields: Any) -> None:
    make_row(Opportunity, customer, kind=kind, **{"opened_on": ago(20), "currency": "EUR", **fields})


def value(metric: str, customer: Customer) -> Any:
    return read(metric, customer)[0]


def test_open_steps_are_counted_as_of_the_date(acme: Customer) -> None:
    assert (value("onboarding_known", acme), value("onboarding_open_steps", acme)) == (0, None)
    aim(acme, "onboarding_step", done=0)
    aim(acme, "onboarding_step", done=-1)  # reached the day after
    aim(acme, "onboarding_step", started=-1)  # not begun
    assert (value("onboarding_known", acme), value("onboarding_open_steps", acme)) == (1, 1)


def test_what_was_reached_before_the_period_belongs_to_an_earlier_one(acme: Customer) -> None:
    aim(acme, "onboarding_step", done=101, started=200)
    aim(acme, "first_value", done=101, started=200)
    assert (value("onboarding_known", acme), value("onboarding_open_steps", acme)) == (0, None)
    assert value("first_value_done", acme) is None
    aim(acme, "first_value", done=100)
    assert value("first_value_done", acme) == 1


def test_a_first_value_still_to_come_is_not_done_and_no_step(acme: Customer) -> None:
    aim(acme, "first_value")
    assert [value(name, acme) for name in ("onboarding_known", "first_value_done", "onboarding_open_steps")] == [
        1,
        0,
        None,
    ]


def test_opportunities_are_known_while_a_source_that_covers_the_customer_lives(acme: Customer) -> None:
    assert value("opportunities_known", acme) == 0
    some = make_source("list", covers=[])
    sale(make_customer(), source=some, opened_on=D)
    assert value("opportunities_known", acme) == 0  # of somebody else
    sale(acme, source=some)
    assert value("opportunities_known", acme) == 1


def test_a_source_that_is_complete_covers_everybody(acme: Customer) -> None:
    whole = make_source("sales", covers=["opportunities"])
    make_row(Opportunity, make_customer(), source=whole, kind="upsell", opened_on=ago(1))
    assert value("opportunities_known", acme) == 1


def test_the_pipeline_is_all_that_is_open(acme: Customer) -> None:
    sale(acme, amount=100)
    sale(acme, kind="new", amount=50, closed_on=ago(-1))
    sale(acme, kind="upsell", amount=7, closed_on=ago(0))
    sale(acme, amount=1000, opened_on=ago(-1))
    assert value("pipeline_amount", acme) == 150


@pytest.mark.parametrize(
    ("fields", "won"),
    [
        ({"closed_on": ago(0), "won": True}, 1),
        ({"closed_on": ago(179), "won": True, "opened_on": ago(200)}, 1),
        ({"closed_on": ago(180), "won": True, "opened_on": ago(200)}, 0),
        ({"closed_on": ago(-1), "won": True}, 0),
        ({"closed_on": ago(1), "won": False}, 0),
        ({"closed_on": ago(1), "won": True, "kind": "upsell"}, 0),
        ({}, 0),
    ],
)
def test_a_renewal_counts_as_won_for_half_a_year(acme: Customer, fields: dict[str, Any], won: int) -> None:
    sale(acme, **fields)
    assert value("renewal_won", acme) == won


@pytest.mark.parametrize(
    ("due", "closed", "won"),
    [
        (90, 89, 1),
        (90, 90, 1),  # 180 days before it is due: of the term that ends then
        (90, 91, 0),  # of the one before
        (0, 179, 1),
        (180, 0, 1),
        (180, 1, 0),
        (181, 1, 1),  # rolled on already: the decision that did it
        (-1, 179, 1),
        (-1, 180, 0),
    ],
)
def test_a_renewal_won_half_a_year_before_the_next_is_due_was_of_the_last_term(due: int, closed: int, won: int) -> None:
    acme = make_customer(since=ago(400), renewal_on=ago(-due))
    sale(acme, closed_on=ago(closed), opened_on=ago(200), won=True)
    assert value("renewal_won", acme) == won


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"stage": "Negotiation"}, (1, 1)),
        ({"stage": "contract sent"}, (1, 1)),
        ({"stage": "proposal"}, (1, 0)),
        ({}, (1, 0)),
        ({"stage": "negotiation", "closed_on": ago(0)}, (0, 0)),
        ({"stage": "negotiation", "kind": "upsell"}, (0, 0)),
    ],
)
def test_a_renewal_is_open_and_in_negotiation(acme: Customer, fields: dict[str, Any], found: tuple[int, int]) -> None:
    sale(acme, **fields)
    assert (value("renewal_open", acme), value("renewal_in_negotiation", acme)) == found


def test_revenue_is_compared_with_90_days_ago(acme: Customer) -> None:
    for mrr, started in ((100, 500), (10, 89), (5, 90)):
        make_row(Subscription, acme, mrr=mrr, currency="EUR", status="active", started_on=ago(started))
    make_row(Subscription, make_customer(), started_on=D)  # the source is alive
    assert value("mrr_change_90", acme) == pytest.approx(100 * (115 / 105 - 1))
