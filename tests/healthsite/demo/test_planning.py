"""What a run of the demo command makes, and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from healthsite.demo.planning import Refused, Wish, plan
from healthsite.demo.world import World
from tests.cast import make_customer
from tests.healthsite.demo.telling import LAST, make

pytestmark = pytest.mark.django_db

LATER = LAST + timedelta(days=10)


def test_an_empty_database_gets_the_default_workspace() -> None:
    assert plan(Wish(LAST)) == World(seed=1, customers=200, days=400, anchor=LAST, until=LAST)


def test_a_new_workspace_is_what_was_asked_for() -> None:
    assert plan(Wish(LAST, customers=12, days=90, seed=0)) == World(0, 12, 90, anchor=LAST, until=LAST)


def test_a_stored_workspace_keeps_its_values_and_gets_a_later_end() -> None:
    stored = make(2, seed=3)
    assert plan(Wish(LATER)) == replace(stored, until=LATER, after=LAST)


def test_asking_again_for_what_is_there_is_no_reason_to_refuse() -> None:
    make(2, days=60)
    assert plan(Wish(LATER, customers=2, days=60, seed=1)).until == LATER


def test_an_earlier_end_takes_nothing_away() -> None:
    make(2)
    world = plan(Wish(date(2026, 1, 1)))
    assert world.until == world.after == LAST


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        (Wish(LAST, customers=3), "--customers 3: this demo was made with 2"),
        (Wish(LAST, seed=2), "--seed 2: this demo was made with 1"),
        (Wish(LAST, days=61), "--days 61: this demo begins on 2026-01-04"),
    ],
)
def test_another_workspace_is_refused_beside_the_stored_one(wish: Wish, reason: str) -> None:
    make(2, days=60)
    with pytest.raises(Refused, match=reason):
        plan(wish)


@pytest.mark.parametrize("wish", [Wish(LAST, customers=0), Wish(LAST, days=59), Wish(LAST, seed=-1)])
def test_impossible_sizes_are_refused(wish: Wish) -> None:
    with pytest.raises(Refused, match=r"needed\.$"):
        plan(wish)


def test_the_demo_is_refused_beside_other_customers() -> None:
    make_customer("Own customer")
    with pytest.raises(Refused, match="not the demo's"):
        plan(Wish(LAST))
