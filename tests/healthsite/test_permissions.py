"""Who gets what at which address: `docs/permissions.csv`, held against every address that the resolver knows.

A row "POST name" is about sending what `tests.healthsite.belongings` says; who may is answered with 302.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from accounts.models import Customer, Team, User
from scoring.engine.version import digest
from scoring.models import Failure, Run, ScorecardVersion
from scoring.scorecards.drafting import change_draft
from tests.cast import give, make_user
from tests.digest import digest_of
from tests.healthsite.addresses import address, names
from tests.healthsite.belongings import SENT, fill, judge
from tests.healthsite.pages.mornings import make_play, make_task
from tests.healthsite.pages.world import NOW, customer_at, live, score

TABLE = Path(__file__).resolve().parents[2] / "docs" / "permissions.csv"
ROWS = {row["address"]: row for row in csv.DictReader(TABLE.read_text().splitlines())}
SHOWN = [name for name in ROWS if not name.startswith("POST ")]
WHO = [who for who in next(iter(ROWS.values())) if who != "address"]
READ_ONLY = (
    *("home", "customers", "customers-csv", "customer", "timeline", "tasks", "task", "playbooks", "playbook", "play"),
    *("sureness", "judgements", "disagreements", "vocabularies", "scorecards", "scorecard-presets"),
    *("scorecard-definition", "scorecard-differences", "scorecard-preview", "scorecard-shadow", "runs"),
    *("metrics", "metric"),
    *("api-customers", "api-explanation", "healthz", "readyz"),
)
# Pages that would name a customer below or beside Acme to who may see it.
OF_MANY = ("sureness", "disagreements", "scorecard-preview", "scorecard-preview-csv", "runs", "customers")
People = dict[str, User | None]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def acme() -> Customer:
    live()
    return customer_at(50, name="Acme")


@pytest.fixture
def people(acme: Customer) -> People:
    """One of each kind; Acme's CSM is Bob of the team that Alice leads. Vera and Flora see Acme as well."""
    north, south = Team.objects.create(name="North"), Team.objects.create(name="South")
    found = {
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
    north.managers.add(found["manager"])
    south.managers.add(found["other_manager"])
    held = {"viewer": "collaborator", "csm": "csm", "account_executive": "account_executive", "executive": "executive"}
    for who, role in held.items():
        give(acme, found[who], role)
    fill(acme, found["csm"], found["admin"])
    return {"anonymous": None, **found}


@pytest.fixture
def bob(people: People) -> User:
    assert people["csm"]
    return people["csm"]


@pytest.fixture
def as_bob(client: Client, bob: User) -> Client:
    client.force_login(bob)
    return client


def asked(client: Client, name: str, acme: Customer) -> int:
    """The status of a row of the table; nothing that is sent stays."""
    if name in SHOWN:
        return client.get(address(name, acme.pk)).status_code
    name = name.removeprefix("POST ")
    with transaction.atomic():
        status = client.post(address(name, acme.pk), SENT[name](acme)).status_code
        transaction.set_rollback(True)
    return status


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert sorted(ROWS) == sorted([*names(), *(f"POST {name}" for name in SENT)])


@pytest.mark.parametrize("who", WHO)
def test_everybody_gets_what_the_table_says(client: Client, people: People, acme: Customer, who: str) -> None:
    wrong = []
    for name, row in ROWS.items():
        client.logout()
        if user := people[who]:
            client.force_login(user)
        status = asked(client, name, acme)
        if str(status) != row[who]:
            wrong.append(f"{name}: {status}, the table says {row[who]}")
    assert not wrong


def test_looking_at_every_address_as_everybody_writes_nothing(client: Client, people: People, acme: Customer) -> None:
    User.objects.update(last_login=None)
    before = digest_of()
    for user in filter(None, people.values()):
        client.force_login(user)
        User.objects.update(last_login=None)  # the logging in of the test itself
        for name in SHOWN:
            client.get(address(name, acme.pk))
    assert digest_of() == before


def test_nothing_is_taken_from_another_site(people: People, bob: User, acme: Customer) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(bob)
    before = digest_of()
    statuses = {name: client.post(address(name, acme.pk), send(acme)).status_code for name, send in SENT.items()}
    assert set(statuses.values()) == {403}, statuses
    assert digest_of() == before


@pytest.fixture
def zebra(people: People, acme: Customer) -> Customer:
    """Another team's, below Acme and like it: both would move by the draft, and the last night failed for it once."""
    hal, admin = make_user("Hal"), people["admin"]
    zebra = customer_at(50, name="Zebra Secret Holdings", parent=acme)
    give(zebra, hal)
    score()
    make_play(zebra)
    make_task(zebra, hal)
    judge(zebra, hal)
    Failure.objects.create(run=Run.objects.latest("pk"), customer=zebra, reason="ValueError: no")
    Run.objects.update(failed=1)
    draft = ScorecardVersion.objects.get(status="draft")
    assert admin
    change_draft(draft=draft, values={"bands[1].lower": 61}, seen=digest(draft.definition), by=admin)
    return zebra


def test_a_customer_out_of_scope_leaves_no_trace_in_what_is_answered(as_bob: Client, zebra: Customer) -> None:
    for name in SHOWN:
        response = as_bob.get(address(name, zebra.pk))
        assert b"Zebra" not in response.getvalue(), name
    for name, send in SENT.items():
        response = as_bob.post(address(name, zebra.pk), send(zebra))
        assert (response.status_code in (403, 404), b"Zebra" in response.getvalue()) == (True, False), name


def test_what_is_about_others_names_nobody_out_of_scope(
    client: Client, people: People, acme: Customer, zebra: Customer
) -> None:
    named: dict[str, set[str]] = {}
    for who in ("csm", "executive", "manager", "admin"):
        user = people[who]
        assert user
        client.force_login(user)
        pages = {name: client.get(address(name, acme.pk)) for name in OF_MANY}
        named[who] = {name for name, answer in pages.items() if b"Zebra" in answer.getvalue()}
    assert named == {"csm": set(), "executive": set(), "manager": set(), "admin": set(OF_MANY)}


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_pages_that_show_do_not_take(as_bob: Client, acme: Customer, method: str) -> None:
    before = digest_of()
    for name in READ_ONLY:
        assert getattr(as_bob, method)(address(name, acme.pk)).status_code == 405, name
    assert digest_of() == before


def test_every_answer_carries_its_protection(as_bob: Client, acme: Customer) -> None:
    for name in (
        "home",
        "customers",
        "customer",
        "timeline",
        "log",
        "task",
        "play",
        "scorecard",
        "judgements",
        "api-customers",
    ):
        response = as_bob.get(address(name, acme.pk))
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in response["Cache-Control"]
        assert "default-src 'none'" in response["Content-Security-Policy"]
        assert "unsafe" not in response["Content-Security-Policy"]


def test_whoever_is_disabled_is_out_at_the_next_request(as_bob: Client, bob: User) -> None:
    assert as_bob.get("/customers/").status_code == 200
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert as_bob.get("/customers/").status_code == 302
