"""The desk of disagreements as a page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Customer, Team, User
from scoring.judgements.objecting import object_to
from scoring.judgements.settling import settle
from tests.cast import give, make_user
from tests.scoring.judgements.cast import DAY, TODAY, pulse, scored, stored_override

pytestmark = pytest.mark.django_db
Log = Callable[[User], Client]


@pytest.fixture
def bob() -> User:
    return make_user("Bob", team=Team.objects.create(name="North"))


@pytest.fixture
def acme(bob: User) -> Customer:
    """60 points, yellow, and in Bob's eyes red."""
    customer = scored(60, bob, name="Acme")
    pulse(customer, bob)
    return customer


def text(client: Client, **asked: Any) -> str:
    answer = client.get(reverse("disagreements"), asked)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_a_disagreement_is_shown_with_both_sides(client: Client, acme: Customer) -> None:
    page = text(client)
    assert "1 open" in page
    assert "Acme" in page
    assert "Silent" in page
    assert '<span class="band red">Red</span> <small>Bob, pulse</small>' in page
    assert '<span class="band yellow">Fair</span> <b>60.0</b>' in page
    assert "Weakest:" in page


def test_an_empty_desk_says_what_to_do(client: Client) -> None:
    page = text(client)
    assert "No disagreement is open" in page
    assert "Give a pulse" in page


@pytest.mark.parametrize("role", ["csm", "account_executive", "executive", "viewer", "manager"])
def test_everybody_sees_their_own(acme: Customer, browse: Log, role: str) -> None:
    someone, stranger = make_user("Someone", role), make_user("Stranger", role)
    give(acme, someone, "collaborator")
    assert "Acme" in text(browse(someone))
    assert "Acme" not in text(browse(stranger))


def test_a_viewer_settles_nothing(acme: Customer, bob: User, browse: Log) -> None:
    vera = make_user("Vera", "viewer")
    give(acme, vera, "collaborator")
    address = reverse("settle", args=[acme.pk])
    assert address in text(browse(bob))
    assert address not in text(browse(vera))


def test_it_is_narrowed_by_kind(client: Client, acme: Customer, bob: User) -> None:
    object_to(customer=acme, by=bob, should_be="green", reason="They renewed")
    assert "They renewed" in text(client)
    assert "They renewed" not in text(client, kind="pulse")
    assert "Silent" not in text(client, kind="objection")


def test_leaders_narrow_it_by_csm(client: Client, acme: Customer, bob: User, browse: Log) -> None:
    carol = make_user("Carol", team=bob.team)
    assert "Silent" in text(client, csm=bob.pk)
    assert "None of this kind" in text(client, csm=carol.pk)
    assert "was left out" in text(browse(bob), csm=carol.pk)


@pytest.mark.parametrize(
    "asked", [{"tab": "x"}, {"kind": "\0"}, {"csm": "9" * 30}, {"page": "x"}, {"page": "9" * 30}, {"nonsense": "1"}]
)
def test_what_makes_no_sense_is_named_and_left_out(client: Client, acme: Customer, asked: dict[str, str]) -> None:
    page = text(client, **asked)
    assert "left out" in page
    assert "Silent" in page


def test_what_was_settled_moves_to_its_tab_with_a_tally(client: Client, acme: Customer, bob: User) -> None:
    settle(customer=acme, by=bob, said="red", role="yellow", verdict="person", reason="Bob knows them")
    assert "No disagreement is open" in text(client)
    page = text(client, tab="settled")
    assert "<dt>The person is right</dt><dd>1</dd>" in page
    assert "Bob knows them" in page
    assert reverse("override", args=[acme.pk]) in page


def test_wrong_data_lead_to_what_is_missing(client: Client, acme: Customer, bob: User) -> None:
    settle(customer=acme, by=bob, said="red", role="yellow", verdict="data", reason="Half is missing")
    assert f'href="{acme.get_absolute_url()}#missing"' in text(client, tab="settled")


def test_empty_tabs_say_so(client: Client) -> None:
    assert "Nothing was settled yet" in text(client, tab="settled")
    assert "No override has ended" in text(client, tab="overrides")


def test_overrides_that_end_soon_and_those_that_are_over(client: Client, acme: Customer, bob: User) -> None:
    began, ended = TODAY - 61 * DAY, TODAY - DAY
    stored_override(acme, bob, began, ended, score=61.0, automatic=80.0, ended_at="2025-09-30T00:00Z")
    stored_override(acme, bob, TODAY - DAY, TODAY + 7 * DAY, at="2025-09-30T08:00Z", reason="Soon over")
    page = text(client, tab="overrides")
    assert "Soon over" in page
    assert "until 8 October, in 7 days" in page
    assert "<dt>Nearer to the override</dt><dd>1</dd>" in page


def test_pages_hold_fifty(client: Client, acme: Customer, bob: User) -> None:
    for n in range(50):
        object_to(customer=acme, by=bob, should_be="green", reason=f"Reason {n:02}.")
    assert "51 open" in text(client)
    assert text(client).count("data-row>") == 50
    assert text(client, page=2).count("data-row>") == 1


@pytest.mark.parametrize("tab", ["", "settled", "overrides"])
def test_the_number_of_queries_does_not_grow(client: Client, bob: User, tab: str) -> None:
    counts = []
    for times in (1, 6):
        for _ in range(times):
            customer = scored(60, bob)
            pulse(customer, bob)
            one = object_to(customer=customer, by=bob, should_be="green", reason="No")
            object_to(customer=customer, by=bob, should_be="red", reason="No")
            settle(customer=customer, by=bob, said="green", role="yellow", verdict="data", reason="No", objection=one)
            stored_override(customer, bob, TODAY - 61 * DAY, TODAY - DAY)
        with CaptureQueriesContext(connection) as captured:
            text(client, tab=tab)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 20
