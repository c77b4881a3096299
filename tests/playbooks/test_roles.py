"""Who does a step: never nobody while there is anybody, never somebody inactive."""

from __future__ import annotations

from datetime import date

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import Assignment, Customer, Team, User
from playbooks.roles import Staff
from tests.cast import give, make_customer, make_user

D = date(2025, 9, 1)
pytestmark = pytest.mark.django_db


def who(customer: Customer, role: str, on: date = D) -> str | None:
    found = Staff.of([customer.pk], on).who(customer.pk, role)
    return found.name if found else None


@pytest.fixture
def team() -> Team:
    team = Team.objects.create(name="North")
    team.managers.set([make_user("Alice", "manager"), make_user("Anna", "manager")])
    return team


@pytest.fixture
def acme(team: Team) -> Customer:
    customer = make_customer()
    give(customer, make_user("Bob", team=team))
    return customer


def test_roles_are_those_who_look_after_the_customer(acme: Customer) -> None:
    give(acme, make_user("Ann", "account_executive"), "account_executive")
    give(acme, make_user("Xena", "executive"), "executive")
    assert [who(acme, role) for role in ("CSM", "AE", "EXEC")] == ["Bob", "Ann", "Xena"]


def test_the_manager_is_the_first_of_the_csms_team(acme: Customer) -> None:
    assert who(acme, "MGR") == "Alice"
    User.objects.filter(name="Alice").update(is_active=False)
    assert who(acme, "MGR") == "Anna"


def test_assignments_count_on_their_dates(acme: Customer) -> None:
    Assignment.objects.update(until_on=D)
    give(acme, make_user("Carl"), from_on=D)
    assert (who(acme, "CSM", date(2025, 8, 31)), who(acme, "CSM")) == ("Bob", "Carl")


@pytest.mark.parametrize(
    ("role", "skill"), [("SUP", "support"), ("TRN", "training"), ("FIN", "billing"), ("SR", "senior")]
)
def test_a_pool_is_shared_by_the_customers_key(acme: Customer, role: str, skill: str) -> None:
    names = ["Pia", "Pit"]
    for name in names:
        make_user(name, skills=["other", skill])
    make_user("Gone", skills=[skill], is_active=False)
    assert who(acme, role) == names[acme.pk % 2]


def test_head_and_admin_are_standing_roles(acme: Customer) -> None:
    make_user("Xena", "executive")
    make_user("Root", "admin")
    assert (who(acme, "HEAD"), who(acme, "ADMIN")) == ("Xena", "Root")


@pytest.mark.parametrize("role", ["AE", "EXEC", "SUP", "TRN", "FIN", "SR", "HEAD", "ADMIN"])
def test_a_missing_role_falls_to_the_csm(acme: Customer, role: str) -> None:
    assert who(acme, role) == "Bob"


@pytest.mark.parametrize("role", ["CSM", "AE", "SUP"])
def test_without_a_csm_it_falls_to_their_manager(acme: Customer, role: str) -> None:
    User.objects.filter(name="Bob").update(is_active=False)
    assert who(acme, role) == "Alice"


def test_without_a_team_it_falls_to_an_admin_then_to_any_manager(team: Team) -> None:
    customer = make_customer()
    assert who(customer, "CSM") in ("Alice", "Anna")
    make_user("Root", "admin")
    assert who(customer, "CSM") == "Root"


def test_where_there_is_nobody_it_is_nobody() -> None:
    make_user("Vic", "viewer")
    make_user("Off", "admin", is_active=False)
    assert who(make_customer(), "CSM") is None


def test_the_number_of_queries_does_not_grow(django_assert_num_queries: DjangoAssertNumQueries, acme: Customer) -> None:
    customers = [acme.pk, *(make_customer().pk for _ in range(5))]
    with django_assert_num_queries(3):
        staff = Staff.of(customers, D)
        assert all(staff.who(pk, role) for pk in customers for role in ("CSM", "MGR", "SUP", "HEAD"))
