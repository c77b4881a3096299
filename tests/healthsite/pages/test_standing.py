"""Where a customer stands, and setting its stage by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.models import Customer, Opportunity, Subscription, User
from healthsite.pages.standing.standing import Standing, standing_of
from healthsite.pages.standing.stay import facts_of, stay_of
from scoring.definitions import forget
from scoring.metrics import METRICS
from scoring.metrics.block import Block
from scoring.metrics.evaluating import evaluate
from scoring.models import CurrentScore, Stay
from scoring.vocabulary.stepping import GROWTH, MATURE, ONBOARDING, RENEWAL
from tests.cast import give, make_customer, make_row, make_user
from tests.healthsite.pages.world import live, score, supply
from tests.scoring.metrics.reading import read
from tests.scoring.vocabulary.staging import show_current

pytestmark = pytest.mark.django_db
TODAY = date(2025, 10, 1)
Browse = Callable[[User], Client]


@pytest.fixture
def bob() -> User:
    return make_user("Bob")


@pytest.fixture
def acme(bob: User) -> Customer:
    customer = make_customer("Acme", size="enterprise")
    give(customer, bob)
    return customer


def put(client: Client, customer: Customer, **said: Any) -> Any:
    sent = {"stage": "mature", "reason": "Agreed with them", "expires_on": "", **said}
    return client.post(reverse("stage-set", args=[customer.pk]), sent)


def stay(customer: Customer, stage: int, days: int = 10, **fields: Any) -> Stay:
    return Stay.objects.create(customer=customer, stage=stage, from_on=TODAY - timedelta(days=days), **fields)


# -- setting ----------------------------------------------------------------------------------------------------------


def test_a_csm_sets_the_stage_of_an_own_customer(acme: Customer, bob: User, browse: Browse) -> None:
    client = browse(bob)
    page = client.get(reverse("stage-set", args=[acme.pk]))
    assert "In no stage yet" in page.content.decode()
    answer = put(client, acme, expires_on="2025-12-01", next="/customers/")
    assert (answer.status_code, answer["Location"]) == (302, "/customers/")
    found = Stay.objects.get(customer=acme)
    assert (found.stage, found.by, found.expires_on) == (MATURE, bob, date(2025, 12, 1))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"stage": "churned"}, "churned is not one of the available choices"),
        ({"stage": "by-rule"}, "by-rule is not one of the available choices"),
        ({"reason": " "}, "This field is required"),
        ({"reason": "a\0b"}, "Null characters are not allowed"),
        ({"expires_on": "2025-10-01"}, "Choose a day after 1 October 2025"),
        ({"expires_on": "9999-12-31"}, "9999 is out of reach"),
        ({"expires_on": "soon"}, "Enter a valid date"),
    ],
)
def test_what_makes_no_sense_comes_back_with_what_was_typed(
    client: Client, acme: Customer, said: dict[str, str], words: str
) -> None:
    answer = put(client, acme, **said)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Stay.objects.exists()


@pytest.mark.parametrize(
    ("role", "status"),
    [("manager", 200), ("admin", 200), ("viewer", 403), ("executive", 403), ("account_executive", 403), ("csm", 403)],
)
def test_who_else_may_set_it(acme: Customer, browse: Browse, role: str, status: int) -> None:
    other = make_user("Other", role)
    give(acme, other, role="collaborator")
    client = browse(other)
    assert client.get(reverse("stage-set", args=[acme.pk])).status_code == status
    assert put(client, acme).status_code == (302 if status == 200 else 403)


def test_a_customer_out_of_scope_is_not_there(acme: Customer, browse: Browse) -> None:
    client = browse(make_user("Charlie"))
    assert client.get(reverse("stage-set", args=[acme.pk])).status_code == 404
    assert put(client, acme).status_code == 404


def test_what_is_held_can_be_given_back_to_the_rules(client: Client, acme: Customer, admin: User) -> None:
    stay(acme, MATURE, by=admin, reason="Agreed")
    page = client.get(reverse("stage-set", args=[acme.pk])).content.decode()
    assert "As the rules say" in page
    assert "set by Ada" in page
    assert put(client, acme, stage="by-rule").status_code == 302
    assert Stay.objects.get(customer=acme, until_on=None).expires_on == TODAY


# -- showing ----------------------------------------------------------------------------------------------------------


def test_nothing_known_says_so(acme: Customer) -> None:
    found = standing_of(acme, None, 0)
    assert (found.segment, found.stage, found.tier, found.pace, found.at_risk) == ("", "", "", "", "")
    assert found.touch == "high-touch"  # by its size alone
    assert "none yet" in shown(found, acme)


def test_everything_known_is_said(acme: Customer, bob: User) -> None:
    expired = 1 << 4
    current = show_current(acme, TODAY, segment=2, tags=expired, tier=1, revenue_tier=2, is_churn_risk=True)
    stay(acme, ONBOARDING, days=121)
    found = standing_of(acme, current, 2)
    assert (found.segment, found.tags, found.tier, found.revenue_tier) == (
        "Strategic",
        ["Expired base"],
        "Strategic",
        "T2: 1 to 10 million",
    )
    assert found.at_risk == "the churn flag and 2 leading indicators"
    assert (found.stage, found.pace, found.since) == ("Onboarding", "behind", TODAY - timedelta(days=121))
    page = shown(found, acme)
    assert "40 hours a year and an executive, high-touch." in page
    assert found.because == "Open opportunities is at least 10"
    assert "At risk by the churn flag" in page


def test_the_segment_itself_is_no_tag_of_itself(acme: Customer) -> None:
    assert standing_of(acme, show_current(acme, TODAY, segment=4, tags=1 << 4), 0).tags == []


def test_one_leading_indicator_alone_puts_nobody_at_risk(acme: Customer) -> None:
    assert standing_of(acme, show_current(acme, TODAY), 1).at_risk == ""
    assert standing_of(acme, None, 2).at_risk == "2 leading indicators"


def test_a_stage_set_by_hand_names_who_and_why_until_it_expires(acme: Customer, bob: User) -> None:
    held = stay(acme, GROWTH, by=bob, reason="Agreed", expires_on=TODAY + timedelta(days=1))
    found = standing_of(acme, None, 0)
    assert (found.set_by, found.reason, found.expires_on) == (str(bob), "Agreed", held.expires_on)
    Stay.objects.update(expires_on=TODAY)
    assert standing_of(acme, None, 0).set_by == ""
    Stay.objects.update(by=None, reason="From the customers file", expires_on=None)
    assert standing_of(acme, None, 0).set_by == "the customers file"


@pytest.mark.parametrize(
    ("renews", "notice", "stage", "pace"),
    [
        (91, None, "", "on track"),
        (90, None, "", "behind"),
        (60, 60, "proposal", "stuck"),
        (60, 60, "Negotiation", "on track"),
    ],
)
def test_a_renewal_is_paced_by_its_opportunity(
    acme: Customer, renews: int, notice: int | None, stage: str, pace: str
) -> None:
    due = TODAY + timedelta(days=renews)
    make_row(Subscription, acme, started_on=date(2025, 1, 1), renews_on=due, notice_days=notice)
    if stage:
        make_row(Opportunity, acme, kind="renewal", opened_on=date(2025, 9, 1), stage=stage)
    stay(acme, RENEWAL)
    assert standing_of(acme, None, 0).pace == pace


def test_the_card_says_the_same_of_a_renewal_as_the_metrics(acme: Customer) -> None:
    Customer.objects.filter(pk=acme.pk).update(renewal_on=TODAY - timedelta(days=3))
    acme.refresh_from_db()
    make_row(Subscription, acme, started_on=date(2025, 1, 1), renews_on=TODAY + timedelta(days=50), notice_days=30)
    make_row(Subscription, acme, started_on=date(2025, 1, 1), renews_on=TODAY + timedelta(days=9), status="canceled")
    make_row(Opportunity, acme, kind="renewal", opened_on=TODAY, stage="Contract sent")
    stay(acme, RENEWAL)
    block = Block(np.array([acme.pk]), TODAY)
    facts = facts_of(stay_of(acme, TODAY), acme, TODAY)
    told = {name: float(evaluate(METRICS[name], block, METRICS[name].window).values[0]) for name in facts}
    assert (
        facts
        == told
        == {
            "days_to_renewal": 50.0,
            "days_to_notice": 20.0,
            "renewal_open": 1.0,
            "renewal_in_negotiation": 1.0,
        }
    )


@pytest.mark.parametrize(
    ("renewal", "terms", "notice"),
    [
        (None, [(70, 30), (340, 90)], 40),  # 70 - 30 comes before 340 - 90
        (None, [(100, 0), (110, 90)], 20),  # the contract that ends later has to be cancelled first
        (None, [(60, 60), (300, 30)], 0),  # today is still in time
        (None, [(59, 60), (300, 30)], 270),  # yesterday was not
        (None, [(20, 60), (10, 30)], -20),  # all behind: the latest
        (None, [(20, None), (300, 60)], 240),  # who names no notice has none
        (300, [(None, 60), (400, 30)], 240),  # who names no renewal renews with the customer
        (None, [(None, 60)], None),
        (50, [], None),
    ],
)
def test_the_card_and_the_metric_count_to_the_same_notice(
    acme: Customer, renewal: int | None, terms: list[tuple[int | None, int | None]], notice: float | None
) -> None:
    def ahead(days: int | None) -> date | None:
        return None if days is None else TODAY + timedelta(days=days)

    Customer.objects.filter(pk=acme.pk).update(renewal_on=ahead(renewal))
    acme.refresh_from_db()
    for renews, days in terms:
        make_row(Subscription, acme, started_on=date(2025, 1, 1), renews_on=ahead(renews), notice_days=days)
    stay(acme, RENEWAL)
    assert read("days_to_notice", acme, TODAY)[0] == notice
    shown = facts_of(stay_of(acme, TODAY), acme, TODAY)["days_to_notice"]
    assert (None if np.isnan(shown) else shown) == notice


def test_it_takes_two_queries_at_most(acme: Customer, django_assert_max_num_queries: Any) -> None:
    current: CurrentScore = show_current(acme, TODAY, segment=2, tier=1)
    stay(acme, RENEWAL)
    forget()
    with django_assert_max_num_queries(2):
        standing_of(acme, current, 2)


def shown(where: Standing, customer: Customer) -> str:
    request = RequestFactory().get("/customers/1/")
    request.user = AnonymousUser()
    context = {"where": where, "customer": customer, "can_set_stage": True}
    return render_to_string("standing/_standing.html", context, request=request)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (None, "No renewal date is known, so that the customer never enters the Renewal stage"),
        (-31, "The renewal was due 31 days ago, and no later date has arrived."),
        (-30, ""),
        (200, ""),
    ],
)
def test_a_renewal_date_that_is_missing_or_long_gone_is_a_gap(days: int | None, said: str, acme: Customer) -> None:
    renewal = TODAY + timedelta(days=days) if days is not None else None
    Customer.objects.filter(pk=acme.pk).update(renewal_on=renewal)
    acme.refresh_from_db()
    stay(acme, GROWTH)
    assert standing_of(acme, None, 0).renewal_gap.startswith(said)
    assert bool(standing_of(acme, None, 0).renewal_gap) is bool(said)


def test_before_the_first_night_nothing_is_said_of_the_renewal(acme: Customer) -> None:
    assert standing_of(acme, None, 0).renewal_gap == ""


def test_the_page_lists_the_gap(acme: Customer, bob: User, browse: Browse) -> None:
    live()
    supply(acme, csat=4)
    score()
    page = browse(bob).get(reverse("customer", args=[acme.pk])).content.decode()
    assert "No renewal date is known" in page
