"""The list of customers."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Customer, CustomerPeriod, Team, User
from scoring.definitions import entries
from scoring.models import CurrentScore
from tests.cast import give, make_customer, make_user
from tests.healthsite.pages.test_words import spaced
from tests.healthsite.pages.world import MONTH_BEFORE, NOW, D, customer_at, live, score, supply

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
Browse = Callable[[User], Client]


def seen(client: Client, **query: Any) -> list[str]:
    """The names on the list, in order."""
    page = client.get("/customers/", query)
    assert page.status_code == 200
    return [row.customer.name for row in page.context["rows"]]


def text_of(client: Client, address: str) -> str:
    """The words of a page, without tags and with single spaces."""
    page = client.get(address).content.decode()
    text = " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())
    return spaced(re.sub(r" ([.,:)])", r"\1", text))


def three() -> None:
    """Low (20), Middle (60) and Top (90)."""
    live()
    customer_at(
        60, name="Middle", arr=100_000, renewal_on=TODAY + timedelta(days=30), industry="Retail", region="North"
    )
    customer_at(90, name="Top", arr=500_000, renewal_on=TODAY + timedelta(days=200), industry="Energy", size="large")
    customer_at(20, name="Low", arr=30_000, industry="Retail", domains=["low.example.com"], external_id="X-7")
    score()


def test_who_needs_help_first_comes_first(client: Client) -> None:
    three()
    assert seen(client) == ["Low", "Middle", "Top"]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("name", ["Low", "Middle", "Top"]), ("-name", ["Top", "Middle", "Low"]), ("-health", ["Top", "Middle", "Low"]),
        ("arr", ["Low", "Middle", "Top"]), ("-arr", ["Top", "Middle", "Low"]),
        ("renewal", ["Middle", "Top", "Low"]), ("-renewal", ["Top", "Middle", "Low"]),  # Low has no date: last
        ("industry", ["Top", "Low", "Middle"]), ("coverage", ["Low", "Middle", "Top"]),
        ("csm", ["Low", "Middle", "Top"]), ("change", ["Low", "Middle", "Top"]),
    ],
)  # fmt: skip
def test_the_list_sorts_by_every_column_and_unknown_comes_last(client: Client, order: str, expected: list[str]) -> None:
    three()
    assert seen(client, order=order) == expected


def test_sorting_by_csm_goes_by_their_name(client: Client) -> None:
    three()
    give(Customer.objects.get(name="Top"), make_user("Bob"))
    give(Customer.objects.get(name="Low"), make_user("Charlie"))
    assert seen(client, order="csm") == ["Top", "Low", "Middle"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"colour": "red"}, ["Low"]), ({"colour": "yellow"}, ["Middle"]), ({"colour": "none"}, []),
        ({"band": "good"}, ["Top"]), ({"flag": "churn_risk"}, ["Low"]), ({"flag": "expansion"}, ["Top"]),
        ({"flag": "emergency"}, []), ({"flag": "thin"}, []), ({"industry": "Retail"}, ["Low", "Middle"]),
        ({"region": "North"}, ["Middle"]), ({"size": "large"}, ["Top"]), ({"renews": "30"}, ["Middle"]),
        ({"renews": "29"}, []), ({"q": "mid"}, ["Middle"]), ({"q": "x-7"}, ["Low"]), ({"q": "low.example"}, ["Low"]),
        ({"industry": "Retail", "colour": "red"}, ["Low"]), ({"q": "%"}, []),
    ],
)  # fmt: skip
def test_the_list_narrows(client: Client, query: dict[str, str], expected: list[str]) -> None:
    three()
    assert seen(client, **query) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"segment": "growing"}, ["Low"]), ({"segment": "strategic"}, []), ({"tag": "expired_base"}, ["Low", "Top"]),
        ({"stage": "renewal"}, ["Middle"]), ({"tier": "strategic"}, ["Middle", "Top"]),
        ({"flag": "overridden"}, ["Middle"]), ({"scorecard": "by-hand"}, ["Low", "Middle", "Top"]),
        ({"segment": "nonsense"}, ["Low", "Middle", "Top"]),
    ],
)  # fmt: skip
def test_the_list_narrows_by_vocabularies(client: Client, query: dict[str, str], expected: list[str]) -> None:
    three()
    numbers: dict[str, Any] = {
        "Low": {"segment": 6, "tags": 1 << 4},
        "Middle": {"automatic": 50.0},
        "Top": {"tags": 1 << 4 | 1 << 5},
    }
    for name, values in numbers.items():
        CurrentScore.objects.filter(customer__name=name).update(**values)
    CurrentScore.objects.filter(customer__name="Middle").update(stage=number("stage", "renewal"))
    assert seen(client, **query) == expected


def number(kind: str, key: str) -> int:
    return next(entry.number for entry in entries(kind) if entry.key == key)


def test_thin_data_can_be_filtered(client: Client) -> None:
    live()
    thin = make_customer("Thin")
    supply(thin, goal_attainment=80)
    customer_at(60, name="Sure")
    score()
    assert seen(client, flag="thin") == ["Thin"]


def test_customers_can_be_filtered_by_csm(client: Client) -> None:
    three()
    bob = make_user("Bob")
    give(Customer.objects.get(name="Top"), bob)
    assert seen(client, csm=bob.pk) == ["Top"]


def test_prospects_and_those_who_left_are_listed_only_when_asked_for(client: Client) -> None:
    live()
    customer_at(60, name="Here")
    make_customer("Prospect", since=None)
    gone = make_customer("Gone")
    CustomerPeriod.objects.filter(customer=gone).update(ended_on=D)
    score()
    assert seen(client) == ["Here"]
    assert seen(client, status="prospect") == ["Prospect"]
    assert seen(client, status="churned") == ["Gone"]
    assert seen(client, status="all", order="name") == ["Gone", "Here", "Prospect"]


def test_each_person_sees_their_own(browse: Browse) -> None:
    three()
    team = Team.objects.create(name="North")
    alice, bob, charlie = make_user("Alice", "manager"), make_user("Bob", team=team), make_user("Charlie")
    team.managers.add(alice)
    give(Customer.objects.get(name="Low"), bob)
    give(Customer.objects.get(name="Top"), charlie)
    assert seen(browse(bob)) == ["Low"]
    assert seen(browse(charlie)) == ["Top"]
    assert seen(browse(alice)) == ["Low", "Middle"]  # nobody looks after Middle


def test_choices_offer_only_what_one_may_see(browse: Browse) -> None:
    three()
    bob = make_user("Bob")
    give(Customer.objects.get(name="Top"), bob)
    form = browse(bob).get("/customers/").context["form"]
    assert [value for value, _ in form.fields["industry"].choices] == ["", "Energy"]
    assert [label for _, label in form.fields["csm"].choices] == ["Any", "Bob"]


@pytest.mark.parametrize(
    "query",
    [
        "q=a%00b", "colour=purple", "band=%27", "renews=-1", "renews=soon", "renews=" + "9" * 40, "order=score",
        "order=--name",
        "page=0", "page=x", "page=%00", "csm=1%20or%201", "q=" + "x" * 300, "size=%F0%9F%92%A9", "page=" + "9" * 30,
        "status=", "colour=red&colour=green",
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_left_out_and_never_an_error(client: Client, query: str) -> None:
    three()
    page = client.get(f"/customers/?{query}")
    assert page.status_code == 200


@pytest.mark.parametrize(
    ("query", "named"), [("colour=purple", "Colour"), ("q=a%00b", "Search"), ("colr=red", "'colr'")]
)
def test_what_was_left_out_is_named(client: Client, query: str, named: str) -> None:
    three()
    page = client.get(f"/customers/?{query}")
    assert len(page.context["rows"]) == 3
    assert any(named in complaint and "left out" in complaint for complaint in page.context["complaints"])


def test_counts_and_money_add_up(client: Client) -> None:
    three()
    make_customer("Unscored")
    score()
    listing = client.get("/customers/").context["listing"]
    counts = {one.colour: (one.count, one.arr) for one in listing.tallies}
    assert counts == {"red": (1, 30_000), "yellow": (1, 100_000), "green": (1, 500_000), "none": (1, 0)}
    assert (listing.count, listing.arr) == (4, 630_000)
    assert (listing.count, listing.everybody) == (Customer.objects.count(), 4)


def test_the_caption_says_what_is_shown(client: Client) -> None:
    three()
    assert "3 customers, €630k ARR, €30k of it Poor" in text_of(client, "/customers/")
    assert "1 customer that matches, €30k ARR" in text_of(client, "/customers/?colour=red")


def test_a_row_says_everything_of_a_customer(client: Client) -> None:
    live()
    customer = customer_at(80, on=MONTH_BEFORE, name="Halden", arr=184_000, industry="Logistics", employees=1420)
    Customer.objects.filter(pk=customer.pk).update(renewal_on=TODAY + timedelta(days=62))
    supply(customer, csat=2)
    give(customer, make_user("Bob"))
    score(MONTH_BEFORE, D)
    text = text_of(client, "/customers/")
    for words in (
        "Halden Logistics · 1,420 people",
        "Fair",
        "63.5",
        "−16.5",
        "CSAT 2 of 5, was 4.2",
        "€184k",
        "62 d",
        "Bob",
    ):
        assert words in text


def test_a_customer_without_a_score_says_so(client: Client) -> None:
    live()
    make_customer("Unscored")
    score()
    assert re.search(r"Unscored Not scored – too little data", text_of(client, "/customers/"))


def test_before_the_first_score_the_list_is_there_all_the_same(client: Client) -> None:
    make_customer("New")
    assert "New Not scored –" in text_of(client, "/customers/")


def test_the_change_of_the_list_is_that_of_the_deep_dive(client: Client) -> None:
    live()
    customer = customer_at(60.04, on=MONTH_BEFORE)
    supply(customer, csat=3.33, nps=17)
    score(MONTH_BEFORE, D)
    row = client.get("/customers/").context["rows"][0]
    assert row.change == client.get(customer.get_absolute_url()).context["dive"].move.total


def test_pages_hold_fifty_and_beyond_the_last_comes_the_last(client: Client) -> None:
    for number in range(101):
        make_customer(f"Customer {number:03}")
    assert len(seen(client, order="name")) == 50
    assert seen(client, order="name", page=3) == ["Customer 100"]
    assert seen(client, order="name", page=99) == ["Customer 100"]


def test_without_customers_an_admin_is_told_how_to_begin(client: Client) -> None:
    assert "manage.py ingest FOLDER" in text_of(client, "/customers/")


def test_without_customers_a_csm_is_told_who_can_assign_them(browse: Browse) -> None:
    make_customer("Somebody's")
    assert "Nobody has been assigned to you" in text_of(browse(make_user("Bob")), "/customers/")


def test_no_match_offers_to_clear_the_filters(client: Client) -> None:
    three()
    text = text_of(client, "/customers/?q=nowhere")
    assert "No customer matches" in text
    assert "Clear filters" in text


def test_only_prospects_are_not_called_nobody(client: Client) -> None:
    make_customer("Prospect", since=None)
    assert "Show everybody" in text_of(client, "/customers/")


def test_hostile_names_stay_text(client: Client) -> None:
    live()
    hostile = "<script>alert(1)</script>\"'&"
    customer_at(60, name=hostile, industry=hostile, region=hostile)
    score()
    page = client.get("/customers/", {"industry": hostile}).content.decode()
    assert "<script>alert" not in page
    assert unescape(page).count(hostile) >= 3


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        client.get(address)
    return len(captured)


def test_the_number_of_queries_does_not_grow_with_the_rows(client: Client) -> None:
    live()
    for number in range(10):
        supply(customer_at(10 + 4 * number, on=MONTH_BEFORE), csat=3)
    score(MONTH_BEFORE, D)
    few = queries(client, "/customers/?order=-arr")
    for number in range(90):
        supply(customer_at(10 + number, on=MONTH_BEFORE), csat=3)
    CurrentScore.objects.all().delete()
    score(MONTH_BEFORE + timedelta(days=1), D)
    assert queries(client, "/customers/?order=-arr") == few <= 20


def test_the_export_holds_all_pages_and_reads_as_the_list_does(client: Client) -> None:
    three()
    for number in range(60):
        make_customer(f"Unscored {number:02}")
    lines = b"".join(client.get("/customers.csv?order=health&q=")).decode().splitlines()
    assert len(lines) == 64
    numbers = ["20.0", "Poor", "", "1.0", "30000.0", "", ""]
    classed = [
        "",
        "by-hand",
        "Unclassified",
        "Growth",
        "High value",
    ]  # no feed of opportunities; ARR alone is worth 45 points
    assert lines[1].split(",")[1:] == ["Low", "Retail", "", "", "", *numbers, *classed]


def test_the_export_narrows_as_the_list_does(client: Client) -> None:
    three()
    lines = b"".join(client.get("/customers.csv?colour=green")).decode().splitlines()
    assert [line.split(",")[1] for line in lines] == ["name", "Top"]


def test_days_to_renewal_count_from_today(client: Client) -> None:
    live()
    customer_at(60, name="Halden", renewal_on=date(2025, 10, 1))
    score()
    assert "today" in text_of(client, "/customers/")
