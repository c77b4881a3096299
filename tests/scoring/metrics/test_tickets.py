"""Metrics of tickets, from facts to values, with what is missing, expired and quiet."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from accounts.models import Customer, MetricValue, Ticket
from scoring.engine.frame import State
from scoring.metrics import METRICS
from scoring.metrics.block import Block
from scoring.metrics.evaluating import evaluate
from tests.cast import make_customer, make_row, make_source
from tests.scoring.metrics.reading import D, at, is_evidence, read

pytestmark = pytest.mark.django_db


def ago(days: int) -> date:
    return D - timedelta(days=days)


def ticket(customer: Customer, opened: int, closed: int | None = None, hours: int = 0, **fields: Any) -> Ticket:
    """A ticket opened and closed so many days before D; `hours` after noon at closing."""
    closed_at = None if closed is None else at(ago(closed)) + timedelta(hours=hours)
    return make_row(Ticket, customer, opened_at=at(ago(opened)), closed_at=closed_at, **fields)


@pytest.fixture
def acme() -> Customer:
    return make_customer()


@pytest.fixture
def other() -> Customer:
    """Another customer, whose ticket of yesterday shows that the source is alive."""
    customer = make_customer()
    ticket(customer, 1, 1)
    return customer


def test_tickets_are_counted_from_the_day_after_the_window_begins(acme: Customer, other: Customer) -> None:
    for opened in (0, 29, 30, 31):
        ticket(acme, opened, 0)
    assert read("tickets_opened", acme) == (2.0, State.FRESH)


def test_a_measure_may_ask_for_a_longer_window(acme: Customer, other: Customer) -> None:
    ticket(acme, 199, 190)
    assert read("tickets_opened", acme, window=200) == (1.0, State.FRESH)


def test_no_ticket_of_a_live_source_is_zero_and_no_evidence(acme: Customer, other: Customer) -> None:
    assert read("tickets_opened", acme) == (0.0, State.FRESH)
    assert not is_evidence("tickets_opened", acme)


def test_a_ticket_is_evidence(acme: Customer, other: Customer) -> None:
    ticket(acme, 3)
    assert is_evidence("tickets_opened", acme)


def test_without_any_source_of_tickets_nothing_is_known(acme: Customer) -> None:
    assert read("tickets_opened", acme) == (None, State.MISSING)


def test_a_source_that_once_had_a_ticket_covers_a_customer_of_whom_another_has_a_newer_one(acme: Customer) -> None:
    """The old desk is alive and covered them long ago; the new one, with a ticket of late, has gone silent since."""
    other, old = make_customer(), make_source("old desk", covers=[])
    new = make_source("new desk", covers=[], rhythm_days=3)
    ticket(acme, 100, 99, source=old)
    ticket(acme, 20, 19, source=new)
    ticket(other, 1, 1, source=old)
    metric, ids = METRICS["tickets_opened"], np.array([acme.pk, other.pk])
    together = evaluate(metric, Block(ids, D), metric.window)
    assert (together.values.tolist(), together.states.tolist()) == ([1.0, 1.0], [State.FRESH, State.FRESH])
    assert read("tickets_opened", acme) == (1.0, State.FRESH)


def test_a_source_that_does_not_cover_tickets_says_nothing_of_a_customer_it_never_named(acme: Customer) -> None:
    partial = make_source("partial", covers=[])
    make_row(Ticket, make_customer(), source=partial, opened_at=at(ago(1)))
    assert read("tickets_opened", acme) == (None, State.MISSING)


def test_a_silent_source_freezes_its_last_value(acme: Customer) -> None:
    ticket(acme, 35, 12)  # the last day the source was heard is 12 days ago: 23 days after the opening
    make_source().__class__.objects.update(rhythm_days=3)
    assert read("tickets_opened", acme, ago(6)) == (1.0, State.CARRIED)


def test_a_source_silent_beyond_the_validity_expires(acme: Customer) -> None:
    ticket(acme, 20, 8)
    assert read("tickets_opened", acme) == (None, State.EXPIRED)


def test_a_supplied_value_stands_in_within_its_validity(acme: Customer) -> None:
    make_row(MetricValue, acme, metric="tickets_opened", date=ago(7), value=4)
    assert read("tickets_opened", acme) == (4.0, State.SUPPLIED)
    assert read("tickets_opened", acme, D + timedelta(days=1)) == (None, State.MISSING)


def test_fresh_facts_win_over_a_supplied_value(acme: Customer, other: Customer) -> None:
    make_row(MetricValue, acme, metric="tickets_opened", date=D, value=4)
    assert read("tickets_opened", acme) == (0.0, State.FRESH)


def test_a_ticket_closed_later_is_open_on_the_day(acme: Customer, other: Customer) -> None:
    ticket(acme, 10, 2, severity="critical")
    ticket(acme, 20, 15)
    assert read("open_tickets", acme, ago(5)) == (1.0, State.FRESH)
    assert read("critical_open", acme, ago(5)) == (1.0, State.FRESH)
    assert read("open_tickets", acme) == (0.0, State.FRESH)


def test_nothing_opened_after_the_day_counts(acme: Customer, other: Customer) -> None:
    ticket(acme, 3)
    assert read("open_tickets", acme, ago(5)) == (None, State.MISSING)
    assert read("open_tickets", acme, ago(3)) == (1.0, State.FRESH)


@pytest.mark.parametrize(("metric", "value"), [("critical_ticket_days", 47.0), ("oldest_open_days", 60.0)])
def test_ages_are_counted_in_days(acme: Customer, other: Customer, metric: str, value: float) -> None:
    ticket(acme, 60)
    ticket(acme, 40, severity="critical")
    ticket(acme, 7, severity="critical")
    assert read(metric, acme) == (value, State.FRESH)


@pytest.mark.parametrize("metric", ["open_tickets", "critical_open", "critical_ticket_days", "oldest_open_days"])
def test_no_open_ticket_is_zero(acme: Customer, other: Customer, metric: str) -> None:
    assert read(metric, acme) == (0.0, State.FRESH)
    assert read(metric, acme, D + timedelta(days=90)) == (None, State.EXPIRED)


def test_resolution_is_the_median_of_elapsed_hours(acme: Customer) -> None:
    ticket(acme, 30, 30, hours=3)
    ticket(acme, 20, 19, hours=0)
    ticket(acme, 12, 10, hours=0)
    ticket(make_customer(), 1, 1)
    assert read("resolution_hours", acme) == (24.0, State.FRESH)


def test_one_closed_ticket_is_too_few_to_know_the_resolution(acme: Customer, other: Customer) -> None:
    ticket(acme, 9, 8)
    assert read("resolution_hours", acme) == (None, State.MISSING)


def test_resolution_expires_after_sixty_days_without_a_closing(acme: Customer, other: Customer) -> None:
    ticket(acme, 70, 61)
    ticket(acme, 75, 65)
    assert read("resolution_hours", acme) == (None, State.EXPIRED)


def test_the_trend_is_softened_by_two_on_each_side(acme: Customer, other: Customer) -> None:
    for opened in (5, 10, 20, 89, 90, 100):  # four in the last 90 days, two in the 90 before
        ticket(acme, opened, 0)
    assert read("ticket_trend", acme) == (50.0, State.FRESH)


def test_the_trend_needs_three_tickets_in_either_window(acme: Customer, other: Customer) -> None:
    for opened in (5, 10, 100, 110):
        ticket(acme, opened, 0)
    assert read("ticket_trend", acme) == (None, State.MISSING)


def test_severe_share_counts_critical_and_high(acme: Customer, other: Customer) -> None:
    for severity in ("critical", "high", "normal", "low"):
        ticket(acme, 5, 1, severity=severity)
    assert read("severe_ticket_share", acme) == (50.0, State.FRESH)


def test_severe_share_of_old_tickets_expires(acme: Customer, other: Customer) -> None:
    for opened in (50, 60, 70):
        ticket(acme, opened, 40)
    assert read("severe_ticket_share", acme) == (None, State.EXPIRED)
