"""Subscriptions that go, and the indicators I16 and I26."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from accounts.models import ChurnEvent, Customer, Subscription
from scoring.engine.frame import State
from tests.cast import make_customer, make_row
from tests.scoring.indicating import holding
from tests.scoring.metrics.overwriting import overwrite
from tests.scoring.metrics.reading import D, read

pytestmark = pytest.mark.django_db


def ago(days: int) -> date:
    return D - timedelta(days=days)


@pytest.fixture
def acme() -> Customer:
    subscribe(make_customer(), started_on=ago(1))
    return make_customer()


def subscribe(customer: Customer, **fields: Any) -> Subscription:
    return make_row(Subscription, customer, **{"started_on": ago(400), "status": "active", **fields})


@pytest.mark.parametrize(
    ("fields", "asked"),
    [
        ({"cancel_requested_on": ago(0)}, 1.0),
        ({"cancel_requested_on": ago(-1)}, 0.0),
        ({"cancel_requested_on": ago(9), "ended_on": ago(2)}, 0.0),
        ({}, 0.0),
    ],
)
def test_a_cancellation_asked_for_counts_while_the_subscription_runs(
    acme: Customer, fields: dict[str, Any], asked: float
) -> None:
    subscribe(acme, **fields)
    assert read("cancellations_asked", acme) == (asked, State.FRESH)
    assert ("I26" in holding(acme)) is bool(asked)


@pytest.mark.parametrize(
    ("days", "kind", "found"), [(89, "contraction", 1.0), (90, "contraction", 0.0), (5, "expansion", 0.0)]
)
def test_a_contraction_is_a_downgrade(acme: Customer, days: int, kind: str, found: float) -> None:
    subscribe(acme)
    make_row(ChurnEvent, acme, kind=kind, on=ago(days))
    assert read("downgrades_90", acme) == (found, State.FRESH)


@pytest.mark.parametrize(("days", "rank", "found"), [(89, 1, 1.0), (90, 1, 0.0), (89, 3, 0.0)])
def test_a_lower_plan_than_ninety_days_ago_is_a_downgrade(acme: Customer, days: int, rank: int, found: float) -> None:
    plan = subscribe(acme, plan_rank=2)
    overwrite("subscriptions", plan, ago(days), plan_rank=rank)
    assert read("downgrades_90", acme) == (found, State.FRESH)
    assert ("I26" in holding(acme)) is bool(found)


def test_a_contraction_and_the_lower_plan_are_one(acme: Customer) -> None:
    plan = subscribe(acme, plan_rank=2)
    overwrite("subscriptions", plan, ago(5), plan_rank=1)
    make_row(ChurnEvent, acme, kind="contraction", on=ago(5))
    assert read("downgrades_90", acme) == (1.0, State.FRESH)


def test_whoever_has_left_has_not_taken_less(acme: Customer) -> None:
    subscribe(acme, plan_rank=2, ended_on=ago(3))
    assert read("downgrades_90", acme) == (0.0, State.FRESH)


@pytest.mark.parametrize(
    ("status", "unpaid"), [("past_due", 1.0), ("unpaid", 1.0), ("paused", 0.0), ("incomplete", 0.0), ("active", 0.0)]
)
def test_past_due_and_unpaid_are_trouble_with_paying(acme: Customer, status: str, unpaid: float) -> None:
    subscribe(acme, status=status)
    assert read("subscriptions_unpaid", acme) == (unpaid, State.FRESH)
    assert ("I16" in holding(acme)) is bool(unpaid)


def test_what_has_ended_need_not_be_paid(acme: Customer) -> None:
    subscribe(acme, status="unpaid", ended_on=ago(1))
    assert read("subscriptions_unpaid", acme) == (0.0, State.FRESH)
