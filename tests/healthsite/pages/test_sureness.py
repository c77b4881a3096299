"""The page that answers how sure a score is."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Customer
from healthsite.pages.sureness.sure import sure_of
from scoring.explaining import explain
from scoring.models import CurrentScore, Policy
from tests.cast import give, make_customer, make_user
from tests.healthsite.pages.world import MONTH_BEFORE, D, customer_at, live, score, supply

pytestmark = pytest.mark.django_db


def page(client: Client, customer: Customer, query: str = "") -> str:
    response = client.get(f"{reverse('sureness', args=[customer.pk])}{query}")
    assert response.status_code == 200
    return response.content.decode().replace("\u00a0", " ")


def test_it_says_how_sure_what_would_lift_it_where_it_goes_and_how_peers_stand(client: Client) -> None:
    live(caps=[])
    me = customer_at(66, name="Halden Tools")
    for points in range(40, 52):
        customer_at(points)
    score()
    text = page(client, me)
    for words in (
        "How sure is this score?",
        "Band certain: nothing is missing.",
        "Band Fair under every plausible weighting",
        "The least that realistically reaches <b>Good</b>",
        "no comparison",
        "<b>Everybody</b>: 12 other customers",
        "100 %",
    ):
        assert words in text


def test_an_uncertain_band_names_both_ends(client: Client) -> None:
    live()
    customer = make_customer()
    supply(customer, csat=4)
    score()
    assert "could be Poor (22.5) or Good (92.5)" in page(client, customer)


def test_an_override_is_told_and_the_rest_is_about_the_automatic_score() -> None:
    live()
    customer = customer_at(66)
    score()
    CurrentScore.objects.filter(customer=customer).update(score=20, automatic=66, band=0)
    sure = sure_of(explain(customer))
    assert sure is not None
    assert (sure.band.label, sure.score) == ("Fair", 66)
    assert sure.overridden.startswith("The score is set by hand to 20.0 (Poor).")


def test_a_hysteresis_keeps_the_band_that_is_stored() -> None:
    live(hysteresis=5)
    customer = customer_at(48)
    score()
    CurrentScore.objects.filter(customer=customer).update(band=1)
    sure = sure_of(explain(customer))
    assert sure is not None
    assert (sure.band.label, sure.bounds, sure.robustness) == (
        "Fair",
        (45, 80),
        "Band Fair under every plausible weighting: no matter of taste.",
    )


def test_a_matter_of_taste_is_told_in_shares() -> None:
    live()
    customer = make_customer()
    supply(customer, csat=5, nps=-100, goal_attainment=54)
    score()
    sure = sure_of(explain(customer))
    assert sure is not None
    assert sure.robustness.startswith("Band Fair in ")
    assert "of plausible weightings, Poor in " in sure.robustness
    assert sum(one.share for one in sure.shares) == pytest.approx(1)


def test_too_small_a_group_says_so_and_compares_nothing(client: Client) -> None:
    live()
    me = customer_at(66, industry="Retail")
    customer_at(50, industry="Retail")
    score()
    text = page(client, me, "?peers=industry")
    assert "<b>Industry Retail</b> has 1 other customer scored by the same version: too few" in text
    assert "Better than" not in text


def test_a_family_is_rolled_up_on_the_parents_page(client: Client) -> None:
    live()
    top = customer_at(80)
    customer_at(40, name="Child Ltd", parent=top)
    score()
    text = page(client, top)
    assert "The family stands at <b>60.0</b>" in text
    assert "Child Ltd</a> at 40.0" in text


def test_the_worst_of_a_family_is_the_worst_below_the_parent_who_may_be_worse(client: Client) -> None:
    live()
    top = customer_at(20)
    customer_at(40, name="Child Ltd", parent=top)
    score()
    text = page(client, top)
    assert "2 of 2 counted" in text
    assert re.search("Worst below it: <a [^>]+>Child Ltd</a> at 40.0", text)


def test_a_past_date_is_read_from_its_record(client: Client) -> None:
    live(caps=[])
    customer = customer_at(80, on=MONTH_BEFORE)
    supply(customer, csat=1)
    score(MONTH_BEFORE, D)
    text = page(client, customer, f"?as_of={MONTH_BEFORE}")
    assert "This is the record of <b>31 August 2025</b>" in text
    assert "Missing data: 80.0" in text
    assert "Peers are compared for the current score only." in text


def test_without_a_score_it_says_why(client: Client) -> None:
    live(min_coverage=0.9)
    customer = make_customer()
    supply(customer, csat=4)
    score()
    assert "it takes 90 % for a score that means anything" in page(client, customer)


def test_without_a_record_it_leads_to_the_nearest_one(client: Client) -> None:
    live()
    customer = customer_at(80)
    score()
    assert "?as_of=2025-09-30" in page(client, customer, "?as_of=2025-09-01")
    assert "There is no score" in page(client, make_customer(since=None))


@pytest.mark.parametrize("query", ["?as_of=%00", "?as_of=0001-01-01", "?as_of=9999-12-31", "?peers=%00", "?peers=zz"])
def test_what_makes_no_sense_is_no_error_of_the_page(query: str, client: Client) -> None:
    live()
    customer = customer_at(80)
    score()
    page(client, customer, query)


def test_who_may_not_see_the_customer_finds_no_page(browse: Callable[..., Client]) -> None:
    live()
    mine, other = customer_at(80), customer_at(60)
    score()
    bob = make_user("Bob")
    give(mine, bob)
    client = browse(bob)
    assert client.get(reverse("sureness", args=[mine.pk])).status_code == 200
    assert client.get(reverse("sureness", args=[other.pk])).status_code == 404
    assert client.post(reverse("sureness", args=[mine.pk])).status_code == 405
    assert Client().get(reverse("sureness", args=[mine.pk])).status_code == 302


def test_the_number_of_queries_does_not_grow_with_peers_and_children(client: Client) -> None:
    Policy.objects.create(pk=1, peers_least=1)
    live()
    top = customer_at(66)
    few = [customer_at(50, parent=top) for _ in range(2)]
    score()
    page(client, top)
    with CaptureQueriesContext(connection) as small:
        page(client, top)
    for _ in range(12):
        customer_at(40, parent=few[0])
    score()
    with CaptureQueriesContext(connection) as large:
        page(client, top)
    assert len(large) <= len(small) <= 20
