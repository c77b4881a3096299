"""Live scores: what lands is in the current score within seconds, once, and nobody else is touched."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Customer
from scoring.freshening import freshen
from scoring.models import CurrentScore
from tests.digest import digest_of
from tests.healthsite.pages.world import D, customer_at, live, score, supply

pytestmark = pytest.mark.django_db
TODAY = D + timedelta(days=1)


@pytest.fixture(autouse=True)
def _morning() -> Iterator[None]:
    with time_machine.travel(datetime(2025, 10, 1, 9, tzinfo=UTC), tick=False):
        yield


def lands(customer: Customer, **values: float) -> None:
    """Values of today arrive."""
    supply(customer, TODAY, **values)
    Customer.objects.filter(pk=customer.pk).update(facts_changed_at=timezone.now())


def test_a_fact_that_lands_rescores_its_customer_and_nobody_else() -> None:
    live()
    one, other = customer_at(60), customer_at(60)
    score()
    lands(one, goal_attainment=10)
    assert freshen() == [one.pk]
    assert CurrentScore.objects.get(customer=one).score == pytest.approx(60 * 0.6 + 10 * 0.4)
    assert CurrentScore.objects.get(customer=one).as_of == TODAY
    assert CurrentScore.objects.get(customer=other).as_of == D


def test_what_was_seen_is_not_scored_again() -> None:
    live()
    lands(customer_at(60), goal_attainment=10)
    freshen()
    before = digest_of()
    assert freshen() == []
    assert digest_of() == before


def test_news_that_lands_while_others_are_read_is_found_the_next_time() -> None:
    live()
    customer = customer_at(60)
    lands(customer, goal_attainment=10)
    freshen()
    with time_machine.travel(timezone.now() - timedelta(milliseconds=2), tick=False):
        lands(customer, csat=1)  # stamped before the score was made, committed after
    assert freshen() == [customer.pk]


def test_what_is_remembered_is_the_stamp_of_the_news_and_not_when_it_was_seen() -> None:
    live()
    customer = customer_at(60)
    lands(customer, goal_attainment=10)
    with time_machine.travel(timezone.now() + timedelta(minutes=1), tick=False):
        freshen()
        assert freshen() == []
    customer.refresh_from_db()
    assert CurrentScore.objects.get(customer=customer).facts_at == customer.facts_changed_at


def test_the_night_does_not_forget_what_was_seen() -> None:
    live()
    customer = customer_at(60)
    lands(customer, goal_attainment=10)
    freshen()
    score()
    assert freshen() == []


def test_many_news_are_taken_a_block_at_a_time(settings: Any) -> None:
    settings.SHARD_SIZE = 2
    live()
    customers = [customer_at(60) for _ in range(3)]
    for customer in customers:
        lands(customer, goal_attainment=10)
    assert [len(freshen()) for _ in range(3)] == [2, 1, 0]


def test_old_news_and_customers_who_left_are_left_alone() -> None:
    live()
    Customer.objects.filter(pk=customer_at(60).pk).update(facts_changed_at=timezone.now() - timedelta(days=3))
    gone = customer_at(60)
    gone.customerperiod_set.update(ended_on=D)
    lands(gone, goal_attainment=10)
    assert freshen() == []


def test_before_a_scorecard_is_live_nothing_is_scored() -> None:
    lands(customer_at(60), goal_attainment=10)
    assert freshen() == []
