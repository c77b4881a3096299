"""Who gets what at which address: `docs/permissions.csv`, held against every address that the resolver knows."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from django.test import Client

from accounts.models import Customer, Team, User
from tests.cast import give, make_customer, make_user
from tests.digest import digest_of
from tests.healthsite.addresses import address, names

TABLE = Path(__file__).resolve().parents[2] / "docs" / "permissions.csv"
ROWS = {row["address"]: row for row in csv.DictReader(TABLE.read_text().splitlines())}
WHO = [who for who in next(iter(ROWS.values())) if who != "address"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Customer:
    return make_customer("Acme")


@pytest.fixture
def people(acme: Customer) -> dict[str, User | None]:
    """One of each kind; Acme's CSM is Bob of the team that Alice leads."""
    north, south = Team.objects.create(name="North"), Team.objects.create(name="South")
    found: dict[str, User | None] = {
        "anonymous": None,
        "disabled": make_user("Dan", is_active=False),
        "viewer": make_user("Vera", "viewer"),
        "csm": make_user("Bob", team=north),
        "other_csm": make_user("Charlie", team=south),
        "account_executive": make_user("Erin", "account_executive"),
        "executive": make_user("Flora", "executive"),
        "manager": make_user("Alice", "manager"),
        "other_manager": make_user("Gus", "manager"),
        "admin": make_user("Ada", "admin"),
    }
    for team, manager in ((north, found["manager"]), (south, found["other_manager"])):
        assert manager
        team.managers.add(manager)
    assert found["csm"]
    assert found["account_executive"]
    give(acme, found["csm"])
    give(acme, found["account_executive"], "account_executive")
    return found


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert sorted(ROWS) == names()


@pytest.mark.parametrize("who", WHO)
def test_everybody_gets_what_the_table_says(
    client: Client, people: dict[str, User | None], acme: Customer, who: str
) -> None:
    user = people[who]
    wrong = []
    for name, row in ROWS.items():
        client.logout()
        if user:
            client.force_login(user)
        status = client.get(address(name, acme.pk)).status_code
        if str(status) != row[who]:
            wrong.append(f"{name}: {status}, the table says {row[who]}")
    assert not wrong


def test_looking_at_every_address_as_everybody_writes_nothing(
    client: Client, people: dict[str, User | None], acme: Customer
) -> None:
    User.objects.update(last_login=None)
    before = digest_of()
    for user in filter(None, people.values()):
        client.force_login(user)
        User.objects.update(last_login=None)  # the logging in of the test itself
        for name in ROWS:
            client.get(address(name, acme.pk))
    assert digest_of() == before


def test_a_customer_out_of_scope_leaves_no_trace_in_what_is_answered(
    client: Client, people: dict[str, User | None]
) -> None:
    secret = make_customer("Zebra Secret Holdings")
    give(secret, make_user("Hal"))
    bob = people["csm"]
    assert bob
    client.force_login(bob)
    for name in ("customers", "customers-csv", "customer", "api-customers", "api-explanation"):
        response = client.get(address(name, secret.pk))
        text = response.getvalue()
        assert b"Zebra" not in text, name


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_pages_that_show_do_not_take(
    client: Client, people: dict[str, User | None], acme: Customer, method: str
) -> None:
    csm = people["csm"]
    assert csm
    client.force_login(csm)
    before = digest_of()
    for name in (
        "home",
        "customers",
        "customers-csv",
        "customer",
        "api-customers",
        "api-explanation",
        "healthz",
        "readyz",
    ):
        assert getattr(client, method)(address(name, acme.pk)).status_code == 405, name
    assert digest_of() == before


def test_every_answer_carries_its_protection(client: Client, people: dict[str, User | None], acme: Customer) -> None:
    csm = people["csm"]
    assert csm
    client.force_login(csm)
    for name in ("customers", "customer", "api-customers"):
        response = client.get(address(name, acme.pk))
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in response["Cache-Control"]
        assert "default-src 'none'" in response["Content-Security-Policy"]
        assert "unsafe" not in response["Content-Security-Policy"]


def test_whoever_is_disabled_is_out_at_the_next_request(client: Client, people: dict[str, User | None]) -> None:
    csm = people["csm"]
    assert csm
    client.force_login(csm)
    assert client.get("/customers/").status_code == 200
    User.objects.filter(pk=csm.pk).update(is_active=False)
    assert client.get("/customers/").status_code == 302
