"""The banner above a score, and what the page of judgements asks of the database."""

from __future__ import annotations

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Customer, Expectation, User
from scoring.judgements.gathering import judgements_of
from scoring.judgements.objecting import object_to
from scoring.models import Objection, Settlement
from tests.cast import make_row, make_user
from tests.scoring.judgements.cast import DAY, TODAY, pulse, scored, stored_override

pytestmark = pytest.mark.django_db


@pytest.fixture
def bob() -> User:
    return make_user("Bob")


@pytest.fixture
def acme(bob: User) -> Customer:
    """60 points, yellow."""
    return scored(60, bob, name="Acme")


def banner(customer: Customer, automatic: float | None) -> str:
    said = {"judgements": judgements_of(customer, TODAY), "customer": customer, "automatic": automatic}
    return " ".join(render_to_string("judgements/_banner.html", said).split())


def test_the_banner_says_who_until_when_why_and_the_automatic_score(acme: Customer, bob: User) -> None:
    stored_override(acme, bob, TODAY, TODAY + DAY)
    told = "Overridden to <b>80.0</b> by Bob until 2 October 2025: We know better"
    assert f"{told} Automatic: <b>52.3</b>." in banner(acme, 52.34)
    assert f"{told} Automatic when it was made: <b>60.0</b>." in banner(acme, None)


def test_the_banner_names_the_newest_objection_and_counts_the_others(acme: Customer, bob: User) -> None:
    assert banner(acme, None) == ""
    for colour in ("red", "green"):
        object_to(customer=acme, by=bob, should_be=colour, reason="Their sponsor left")
    assert "Bob says the score should be green: Their sponsor left And 1 more." in banner(acme, None)


def say_all(customer: Customer, by: User, times: int) -> None:
    for n in range(times):
        pulse(customer, by, "red", days_ago=n)
        stored_override(customer, by, TODAY - 9 * DAY, TODAY - DAY, ended_at=f"2025-09-{n + 1:02}T00:00Z")
        Objection.objects.create(customer=customer, by=by, as_of=TODAY, should_be="red", reason=f"{n}")
        Settlement.objects.create(customer=customer, by=by, said="red", role="green", verdict="watch", reason=f"{n}")
        make_row(Expectation, customer, metric="nps", from_on=TODAY + n * DAY)


def test_the_number_of_queries_does_not_grow(client: Client, acme: Customer, bob: User) -> None:
    other, counts = scored(60, bob, name="Delft"), []
    for customer, times in ((acme, 1), (other, 9)):
        say_all(customer, bob, times)
        client.get(reverse("judgements", args=[customer.pk]))
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("judgements", args=[customer.pk]))
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 20
