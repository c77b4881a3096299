"""Setting a stage by hand: what is written, what is refused, and giving it back to the rules."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import Customer, User
from scoring.models import Stay
from scoring.vocabulary.setting import NotSet, give_back, set_stage
from scoring.vocabulary.stepping import GROWTH, MATURE, RENEWAL
from tests.cast import give, make_customer, make_user
from tests.scoring.vocabulary.staging import night, show_current, stays

pytestmark = pytest.mark.django_db
D = date(2025, 9, 30)


@pytest.fixture
def bob() -> User:
    return make_user("Bob")


@pytest.fixture
def acme(bob: User) -> Customer:
    customer = make_customer()
    give(customer, bob)
    return customer


def put(customer: Customer, by: User, **said: Any) -> Stay:
    return set_stage(**{"customer": customer, "by": by, "stage": "mature", "reason": "Agreed", "on": D, **said})


def test_it_ends_the_stay_before_and_shows_at_once(acme: Customer, bob: User) -> None:
    Stay.objects.create(customer=acme, stage=GROWTH, from_on=D - timedelta(days=9))
    current = show_current(acme, D)
    stay = put(acme, bob, reason="  Agreed ", expires_on=D + timedelta(days=30))
    assert stays(acme) == [(GROWTH, D - timedelta(days=9), D), (MATURE, D, None)]
    assert (stay.by, stay.reason, stay.expires_on) == (bob, "Agreed", D + timedelta(days=30))
    current.refresh_from_db()
    acme.refresh_from_db()
    assert (current.stage, current.stage_since) == (MATURE, D)
    assert acme.facts_changed_at is not None


def test_said_twice_it_is_there_once_and_another_takes_its_place(acme: Customer, bob: User) -> None:
    assert put(acme, bob) == put(acme, bob)
    put(acme, bob, stage="renewal")
    assert stays(acme) == [(MATURE, D, D), (RENEWAL, D, None)]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"stage": "churned"}, "stage"),
        ({"stage": ""}, "stage"),
        ({"reason": " \n"}, "reason"),
        ({"reason": "x" * 2001}, "reason"),
        ({"expires_on": D}, "expires_on"),
        ({"expires_on": D - timedelta(days=1)}, "expires_on"),
        ({"expires_on": D + timedelta(days=731)}, "expires_on"),
        ({"on": date(2024, 12, 31)}, "stage"),  # before the period
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(
    acme: Customer, bob: User, said: dict[str, Any], field: str
) -> None:
    with pytest.raises(NotSet) as refusal:
        put(acme, bob, **said)
    assert list(refusal.value.errors) == [field]
    assert stays(acme) == []


def test_a_year_and_a_day_are_not_too_long(acme: Customer, bob: User) -> None:
    assert put(acme, bob, expires_on=D + timedelta(days=730)).stage == MATURE
    assert put(acme, bob, expires_on=D + timedelta(days=1)).expires_on == D + timedelta(days=1)


def test_who_does_not_see_the_customer_or_only_looks_is_refused(acme: Customer) -> None:
    for stranger in (make_user("Charlie"), make_user("Vera", "viewer")):
        with pytest.raises(PermissionDenied):
            put(acme, stranger)
        with pytest.raises(PermissionDenied):
            give_back(customer=acme, reason="Agreed", by=stranger, on=D)


def test_given_back_the_rules_go_on_from_there_the_next_night(acme: Customer, bob: User) -> None:
    put(acme, bob)
    facts: dict[str, Any] = {"days_to_renewal": 30, "renewal_won": 0}
    give_back(customer=acme, reason="No longer needed", by=bob, on=D + timedelta(days=1))
    assert night(D + timedelta(days=2), acme, **facts) == 1
    assert [stage for stage, _, _ in stays(acme)] == [MATURE, MATURE, RENEWAL]


def test_only_what_is_held_is_given_back_and_with_a_reason(acme: Customer, bob: User) -> None:
    with pytest.raises(NotSet) as nothing:
        give_back(customer=acme, reason="Agreed", by=bob, on=D)
    put(acme, bob)
    with pytest.raises(NotSet) as silent:
        give_back(customer=acme, reason=" ", by=bob, on=D)
    assert (list(nothing.value.errors), list(silent.value.errors)) == (["stage"], ["reason"])
