"""What is said in conversations, and the indicators I21 and I22."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Customer, Expectation, Interaction
from scoring.engine.frame import State
from tests.cast import make_customer, make_row, make_source
from tests.scoring.indicating import holding
from tests.scoring.metrics.reading import D, at, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Customer:
    make_row(Interaction, make_customer(), kind="call", at=at(D))
    return make_customer()


def talk(customer: Customer, days: int, **said: Any) -> None:
    make_row(Interaction, customer, kind="call", at=at(D - timedelta(days=days)), **said)


@pytest.mark.parametrize(
    ("metric", "said", "key"),
    [("budget_concerns_90", "budget_concern", "I21"), ("competitor_mentions_90", "competitor_mentioned", "I22")],
)
@pytest.mark.parametrize(("days", "told", "count"), [(89, True, 1), (90, True, 0), (5, False, 0), (5, None, 0)])
def test_what_was_said_in_ninety_days_counts(
    acme: Customer, metric: str, said: str, key: str, days: int, told: bool | None, count: int
) -> None:
    talk(acme, days, **{said: told})
    assert read(metric, acme) == (float(count), State.FRESH)
    assert (key in holding(acme)) is bool(count)


def test_each_conversation_counts_once(acme: Customer) -> None:
    for days in (3, 3, 8):
        talk(acme, days, competitor_mentioned=True)
    assert read("competitor_mentions_90", acme) == (3.0, State.FRESH)


def test_a_note_about_it_mutes_the_indicator(acme: Customer) -> None:
    talk(acme, 3, budget_concern=True)
    make_row(Expectation, acme, source=make_source(), metric="budget_concerns", from_on=D - timedelta(days=9))
    assert "I21" not in holding(acme)


def test_a_silent_feed_says_nothing_about_competitors() -> None:
    acme = make_customer()
    talk(acme, 60, competitor_mentioned=True)
    assert read("competitor_mentions_90", acme) == (None, State.EXPIRED)
