"""The JSON interface: the same scores, to the same people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import Customer, Ticket, User
from scoring.past.backfilling import score_days
from scoring.past.rescoring import refresh_current
from tests.cast import give, make_customer, make_row, make_user
from tests.scoring.builders import D, customer_with_tickets, noon, support_scorecard

pytestmark = pytest.mark.django_db


@pytest.fixture
def bob() -> User:
    return make_user("Bob")


@pytest.fixture
def acme(bob: User) -> Customer:
    customer = customer_with_tickets(1, name="Acme")
    give(customer, bob)
    support_scorecard()
    list(score_days(D - timedelta(days=1), D))
    refresh_current(D)
    return customer


def ask(client: Client, user: User, address: str) -> tuple[int, dict[str, Any]]:
    client.force_login(user)
    response = client.get(address)
    return response.status_code, response.json()


def test_the_list_holds_the_customers_one_may_see(client: Client, bob: User, acme: Customer) -> None:
    make_customer("Somebody else's")
    status, found = ask(client, bob, "/api/customers/")
    assert (status, found["count"]) == (200, 1)
    assert found["results"][0] == {
        "id": acme.pk,
        "external_id": acme.external_id,
        "name": "Acme",
        "industry": "",
        "size": "",
        "renewal_on": None,
        "score": 92.0,
        "role": "green",
        "coverage": 1.0,
        "as_of": "2025-09-30",
    }


def test_a_customer_without_a_score_has_nulls(client: Client, bob: User) -> None:
    give(make_customer("New"), bob)
    _, found = ask(client, bob, "/api/customers/")
    assert (found["results"][0]["score"], found["results"][0]["role"]) == (None, None)


def test_the_explanation_sums_to_the_score(client: Client, bob: User, acme: Customer) -> None:
    status, found = ask(client, bob, f"/api/customers/{acme.pk}/explanation/?as_of={D}&against={D - timedelta(days=1)}")
    assert status == 200
    assert sum(line["contribution"] for line in found["contributions"]) == pytest.approx(found["score"], abs=1e-9)
    assert found["against"]["as_of"] == "2025-09-29"


def test_both_sides_of_an_explanation_name_scorecard_band_and_range(client: Client, bob: User, acme: Customer) -> None:
    _, found = ask(client, bob, f"/api/customers/{acme.pk}/explanation/?as_of={D}&against={D - timedelta(days=1)}")
    told = {"score": 92.0, "scorecard": "support-only", "version": 1, "band": "Good"}
    sure = {"coverage": 1.0, "low": 92.0, "high": 92.0}
    contributions, against = found.pop("contributions"), found.pop("against")
    changes = against.pop("changes")
    assert found == {"customer": acme.external_id, "as_of": "2025-09-30", **told, **sure}
    assert against == {"as_of": "2025-09-29", **told, **sure}
    assert set(contributions[0]) == {"component", "measure", "raw", "points", "effective_weight", "contribution"}
    assert all(set(change) == {"cause", "component", "measure", "points"} for change in changes)


def test_an_explanation_without_a_score_has_no_band_and_no_range(client: Client, bob: User) -> None:
    support_scorecard()
    new = make_customer("New")
    give(new, bob)
    refresh_current(D)
    _, found = ask(client, bob, f"/api/customers/{new.pk}/explanation/")
    assert [found[name] for name in ("score", "band", "low", "high")] == [None] * 4
    assert found["scorecard"] == "support-only"


def test_a_customer_out_of_scope_is_not_there(client: Client, acme: Customer) -> None:
    assert ask(client, make_user("Charlie"), f"/api/customers/{acme.pk}/explanation/")[0] == 404


def test_a_day_without_a_score_is_not_there_and_says_so(client: Client, bob: User, acme: Customer) -> None:
    status, found = ask(client, bob, f"/api/customers/{acme.pk}/explanation/?as_of=2025-01-05")
    assert status == 404
    assert "no recorded score on 2025-01-05" in found["detail"]


@pytest.mark.parametrize("day", ["yesterday", "2025-02-30", "%00"])
def test_a_bad_date_is_named(client: Client, bob: User, acme: Customer, day: str) -> None:
    status, found = ask(client, bob, f"/api/customers/{acme.pk}/explanation/?as_of={day}")
    assert (status, list(found)) == (400, ["as_of"])


def test_the_interface_is_closed_to_strangers(client: Client) -> None:
    assert client.get("/api/customers/").status_code in (302, 401, 403)


def test_the_number_of_queries_does_not_grow_with_the_customers(
    client: Client, bob: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(bob)
    for _ in range(3):
        give(make_customer(), bob)
    with django_assert_max_num_queries(6):
        client.get("/api/customers/")
    for _ in range(30):
        make_row(Ticket, make_customer(), opened_at=noon(D))
        give(Customer.objects.latest("pk"), bob)
    with django_assert_max_num_queries(6):
        client.get("/api/customers/")
