"""Live scores: what lands is in the current score within seconds, once, and nobody else is touched."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from accounts.models import Customer
from scoring import facts, loading, recording
from scoring.freshening import freshen
from scoring.models import CurrentScore
from scoring.past.rescoring import refresh_current
from scoring.recording import renew
from scoring.scorecards.choosing import choices_now
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


def test_a_score_that_knows_less_is_made_again_though_it_was_written_last() -> None:
    """Who had read the facts before the last of them landed writes with the stamp that it had read."""
    live()
    customer = customer_at(60)
    lands(customer, goal_attainment=10)
    seen = {customer.pk: Customer.objects.get(pk=customer.pk).facts_changed_at}
    with time_machine.travel(timezone.now() + timedelta(seconds=1), tick=False):
        lands(customer, csat=1)
        assert freshen() == [customer.pk]
        renew(np.array([customer.pk]), TODAY, choices_now(), seen)
        assert freshen() == [customer.pk]
        assert freshen() == []


def test_bringing_all_current_scores_up_to_today_sees_the_news_too() -> None:
    live()
    lands(customer_at(60), goal_attainment=10)
    refresh_current()
    assert freshen() == []
    refresh_current(D)  # of an earlier day: what it says is not of today
    assert freshen() == []


def test_who_cannot_be_scored_stops_nobody_and_is_left_alone_until_there_is_more_news(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    live()
    fine, broken, also_fine = customers = [customer_at(60) for _ in range(3)]
    score()

    def load(ids: Any, *rest: Any) -> loading.Loaded:
        if broken.pk in ids:
            raise ZeroDivisionError("a poisoned number")
        return loading.load(ids, *rest)

    monkeypatch.setattr(facts, "load", load)
    for customer in customers:
        lands(customer, goal_attainment=10)
    assert freshen() == [customer.pk for customer in customers]
    fresh = CurrentScore.objects.filter(as_of=TODAY).order_by("customer").values_list("customer", flat=True)
    assert list(fresh) == [fine.pk, also_fine.pk]
    assert f"customer {broken.pk} cannot be scored as of {TODAY}: ZeroDivisionError: a poisoned number" in caplog.text
    assert freshen() == []


@pytest.mark.django_db(transaction=True)
def test_a_night_that_writes_does_not_take_a_newer_score_back(monkeypatch: pytest.MonkeyPatch) -> None:
    live()
    customer = customer_at(60)
    score(D - timedelta(days=1))
    lands(customer, goal_attainment=10)
    looks = recording._older

    def freshened() -> None:
        freshen()
        connection.close()

    with ThreadPoolExecutor(1) as threads:

        def look(ids: Any, on: Any) -> Any:
            found = looks(ids, on)
            monkeypatch.setattr(recording, "_older", looks)
            waiting.append(threads.submit(freshened))
            with pytest.raises(TimeoutError):
                waiting[0].result(timeout=0.3)
            return found

        waiting: list[Future[None]] = []
        monkeypatch.setattr(recording, "_older", look)
        score(D)
        waiting[0].result(timeout=20)
    assert CurrentScore.objects.get(customer=customer).as_of == TODAY
