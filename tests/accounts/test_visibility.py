"""Who sees which customer: Alice leads a team, Bob is on it, Charlie is elsewhere."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.business_days import today
from accounts.models import Customer, Team, User
from tests.cast import give, make_customer, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return Team.objects.create(name="North")


@pytest.fixture
def alice(team: Team) -> User:
    user = make_user("Alice", "manager")
    team.managers.add(user)
    return user


@pytest.fixture
def bob(team: Team) -> User:
    return make_user("Bob", team=team)


@pytest.fixture
def charlie() -> User:
    return make_user("Charlie", team=Team.objects.create(name="South"))


def seen_by(user: User) -> set[Customer]:
    return set(Customer.objects.visible_to(user))


def test_a_csm_sees_own_customers_only(bob: User, charlie: User) -> None:
    own = make_customer()
    give(own, bob)
    give(make_customer(), charlie)
    assert seen_by(bob) == {own}


def test_a_manager_sees_the_teams_customers_and_those_without_a_csm(alice: User, bob: User, charlie: User) -> None:
    of_team, elsewhere, nobodys = make_customer(), make_customer(), make_customer()
    give(of_team, bob)
    give(elsewhere, charlie)
    assert seen_by(alice) == {of_team, nobodys}


def test_a_manager_of_two_teams_sees_both(alice: User, bob: User, charlie: User) -> None:
    assert charlie.team
    charlie.team.managers.add(alice)
    customers = {make_customer(), make_customer()}
    for customer, user in zip(customers, (bob, charlie), strict=True):
        give(customer, user)
    assert seen_by(alice) == customers


def test_an_admin_sees_all(charlie: User) -> None:
    customers = {make_customer(), make_customer()}
    give(customers.copy().pop(), charlie)
    assert seen_by(make_user("Dora", "admin")) == customers


@pytest.mark.parametrize("role", ["account_executive", "executive", "viewer"])
def test_other_roles_see_whom_they_are_assigned_to(role: str) -> None:
    user, own = make_user("Erin", role), make_customer()
    make_customer()
    give(own, user, "collaborator")
    assert seen_by(user) == {own}


def test_an_assignment_ends_on_its_first_day_without(bob: User) -> None:
    over, last_day, ahead = make_customer(), make_customer(), make_customer()
    give(over, bob, until_on=today())
    give(last_day, bob, until_on=today() + timedelta(days=1))
    give(ahead, bob, from_on=today() + timedelta(days=1))
    assert seen_by(bob) == {last_day}


def test_whoever_is_inactive_sees_nothing() -> None:
    make_customer()
    assert seen_by(make_user("Finn", "admin", is_active=False)) == set()


def test_seeing_a_child_does_not_show_the_parent(bob: User) -> None:
    parent = make_customer()
    child = make_customer(parent=parent)
    give(child, bob)
    assert seen_by(bob) == {child}


def test_the_role_alone_opens_the_admin() -> None:
    for role, is_staff in (("admin", True), ("manager", False), ("csm", False), ("viewer", False)):
        user = make_user(role, role)
        assert (user.is_staff, user.is_superuser) == (is_staff, is_staff)


def test_a_user_is_found_whatever_the_case_of_the_address(bob: User) -> None:
    assert User.objects.get_by_natural_key("BOB@Example.com") == bob
