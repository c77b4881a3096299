"""A night from facts to mail, with nothing stood in for: what was scored is what is reacted to."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from playbooks.models import Episode, Mail, Play
from playbooks.running import react
from scoring.past.rescoring import score_day
from tests.cast import give, make_user
from tests.healthsite.pages.world import D, customer_at, live, supply
from tests.playbooks.nights import alerts, plays

pytestmark = pytest.mark.django_db
WEEK_BEFORE = D - timedelta(days=7)


@pytest.fixture(autouse=True)
def _library() -> None:
    live()
    make_user("Root", "admin")


def night(on: date = D) -> None:
    react(score_day(on), fires=True)


def test_a_customer_who_collapses_is_an_emergency() -> None:
    customer = customer_at(80, WEEK_BEFORE)
    give(customer, make_user("Bob"))
    for days in (7, 1):
        night(D - timedelta(days=days))
    supply(customer, D, csat=1.2, nps=-90, goal_attainment=5)
    night()
    assert plays(customer) == ["PB-1"]
    assert sorted(alerts(customer)) == ["A1", "A2:outcomes", "A2:satisfaction", "A7", "A8"]
    assert Mail.objects.get().recipient.name == "Bob"


def test_an_alert_says_from_where_to_where() -> None:
    customer = customer_at(80, WEEK_BEFORE)
    night(WEEK_BEFORE)
    night(D - timedelta(days=1))
    supply(customer, D, csat=3.4, nps=20, goal_attainment=60)
    night()
    assert alerts(customer) == ["A1"]
    facts = Episode.objects.alerts().get().facts
    assert (round(facts["from"], 6), round(facts["to"], 6), facts["from_on"]) == (80, 60, "2025-09-23")


def test_a_customer_who_falls_from_green_to_yellow_gets_the_plan_for_it() -> None:
    customer = customer_at(80, WEEK_BEFORE)
    night(D - timedelta(days=1))
    supply(customer, D, csat=3.4, nps=20, goal_attainment=60)
    night()
    assert plays(customer) == ["PB-4"]
    assert Play.objects.get().facts["role"] == 1


def test_the_other_customers_have_nothing() -> None:
    steady, _ = customer_at(80, WEEK_BEFORE), customer_at(10, WEEK_BEFORE)
    night(D - timedelta(days=1))
    night()
    assert (plays(steady), alerts(steady), Play.objects.count()) == ([], [], 0)
