"""A person and a night move the same customer at once: the person has the last word, and nobody fails."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Event

import pytest
from django.db import connection, transaction

from accounts.models import Customer, User
from scoring.vocabulary.setting import set_stage
from scoring.vocabulary.stepping import GROWTH, MATURE, ONBOARDING
from tests.cast import give, make_customer, make_user
from tests.scoring.vocabulary.staging import night, stays

pytestmark = pytest.mark.django_db(transaction=True)
D = date(2025, 9, 1)
NEXT = D + timedelta(days=1)
BEFORE = D - timedelta(days=100)
A_MOMENT = 0.3  # seconds in which the other comes to wait


@pytest.fixture
def bob() -> User:
    return make_user("Bob")


@pytest.fixture
def acme(bob: User) -> Customer:
    acme = make_customer()
    give(acme, bob)
    night(D, acme)
    return acme


def apart(work: Callable[[], object]) -> Callable[[], None]:
    """The same for a thread of its own."""

    def done() -> None:
        try:
            work()
        finally:
            connection.close()

    return done


def test_who_sets_a_stage_while_a_night_moves_the_customer_comes_after_it(acme: Customer, bob: User) -> None:
    by_hand = apart(lambda: set_stage(customer=acme, stage="mature", reason="Agreed", by=bob, on=NEXT))
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            assert night(NEXT, acme, onboarding_open_steps=0) == 1
            waiting = threads.submit(by_hand)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=A_MOMENT)
        waiting.result(timeout=20)
    assert stays(acme) == [(ONBOARDING, BEFORE, NEXT), (GROWTH, NEXT, NEXT), (MATURE, NEXT, None)]


def test_a_night_leaves_alone_whom_a_person_is_setting(acme: Customer, bob: User) -> None:
    said, may_end = Event(), Event()

    def by_hand() -> None:
        with transaction.atomic():
            set_stage(customer=acme, stage="mature", reason="Agreed", by=bob, on=NEXT)
            said.set()
            may_end.wait(20)

    with ThreadPoolExecutor(2) as threads:
        person = threads.submit(apart(by_hand))
        assert said.wait(20)
        rule = threads.submit(apart(lambda: night(NEXT, acme, onboarding_open_steps=0)))
        with pytest.raises(TimeoutError):
            rule.result(timeout=A_MOMENT)
        may_end.set()
        person.result(timeout=20)
        rule.result(timeout=20)
    assert stays(acme) == [(ONBOARDING, BEFORE, NEXT), (MATURE, NEXT, None)]
