"""Assigning one person to one customer, as a page does it."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.assigning import assign
from accounts.changes import Observation
from accounts.models import Assignment, Change
from tests.cast import give, make_customer, make_user

pytestmark = pytest.mark.django_db

MARCH, TODAY = date(2025, 3, 1), Observation(date(2025, 3, 10))


def test_assigning_an_owner_closes_the_one_before() -> None:
    customer, ann, ben = make_customer(), make_user("Ann"), make_user("Ben")
    held = give(customer, ann)
    made = assign(customer=customer, user=ben, role="csm", from_on=MARCH, observation=TODAY)
    assert made is not None
    assert (made.user, made.from_on, made.until_on) == (ben, MARCH, None)
    held.refresh_from_db()
    assert held.until_on == MARCH


def test_the_log_says_who_did_it() -> None:
    customer, ann, boss = make_customer(), make_user("Ann"), make_user("Boss", "manager")
    give(customer, ann)
    observation = Observation(TODAY.on, by=boss)
    assign(customer=customer, user=boss, role="csm", from_on=MARCH, observation=observation)
    change = Change.objects.get()
    assert (change.actor, change.customer, change.observed_on) == (boss, customer, TODAY.on)


def test_assigning_who_holds_the_role_already_changes_nothing() -> None:
    customer, ann = make_customer(), make_user("Ann")
    held = give(customer, ann)
    assert assign(customer=customer, user=ann, role="csm", from_on=MARCH, observation=TODAY) == held
    assert not Change.objects.exists()


def test_collaborators_do_not_close_one_another() -> None:
    customer, ann, ben = make_customer(), make_user("Ann"), make_user("Ben")
    for user in (ann, ben, ben):
        assign(customer=customer, user=user, role="collaborator", from_on=MARCH, observation=TODAY)
    assert Assignment.objects.filter(until_on=None).count() == 2
