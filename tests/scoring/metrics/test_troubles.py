"""Trouble in tickets and tone, and the indicators I3, I4 and I5."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from accounts.models import Customer, Expectation, Interaction, Survey, Ticket
from scoring.engine.frame import State
from scoring.metrics import METRICS
from scoring.metrics.block import Block
from scoring.metrics.evaluating import evaluate
from tests.cast import make_customer, make_row, make_source
from tests.scoring.indicating import holding
from tests.scoring.metrics.reading import D, at, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Customer:
    return make_customer()


@pytest.fixture(autouse=True)
def alive() -> None:
    """Another customer's ticket and meeting of today show that the source is alive."""
    other = make_customer()
    make_row(Ticket, other, opened_at=at(D))
    make_row(Interaction, other, kind="meeting", at=at(D))


def tickets(customer: Customer, count: int, days: int = 5, **fields: Any) -> None:
    """So many tickets opened so many days before D."""
    for _ in range(count):
        make_row(Ticket, customer, opened_at=at(D - timedelta(days=days)), **fields)


def test_the_rise_is_share_against_share(acme: Customer) -> None:
    tickets(acme, 3, severity="high")
    tickets(acme, 3)
    tickets(acme, 1, 60, severity="critical")
    tickets(acme, 2, 60)
    assert read("severe_rise", acme) == (1.5, State.FRESH)


@pytest.mark.parametrize(("plain", "held"), [(3, True), (4, False)])
def test_severity_rises_from_one_and_a_half_times_on(acme: Customer, plain: int, held: bool) -> None:
    tickets(acme, 3, severity="high")
    tickets(acme, plain)
    tickets(acme, 1, 60, severity="critical")
    tickets(acme, 2, 60)
    assert ("I3" in holding(acme)) is held


@pytest.mark.parametrize(("severe", "held"), [(3, True), (2, False)])
def test_severity_rises_from_three_severe_tickets_on(acme: Customer, severe: int, held: bool) -> None:
    tickets(acme, severe, severity="critical")
    assert ("I3" in holding(acme)) is held


@pytest.mark.parametrize(("days", "rise"), [(29, 10.0), (30, 0.0)])
def test_the_window_ends_after_thirty_days(acme: Customer, days: int, rise: float) -> None:
    tickets(acme, 3, days, severity="high")
    assert read("severe_rise", acme) == (rise, State.FRESH)


@pytest.mark.parametrize(("same", "held"), [(3, True), (2, False)])
def test_three_tickets_about_one_topic_are_a_repeated_issue(acme: Customer, same: int, held: bool) -> None:
    tickets(acme, same, topic="login")
    tickets(acme, 2, topic="export")
    tickets(acme, 4)
    assert ("I4" in holding(acme)) is held


@pytest.mark.parametrize(
    ("topics", "most"),
    [(("Login", " login", "LOGIN "), 3.0), (("Login", "log in", "login"), 2.0), (("  ", "   ", ""), 0.0)],
)
def test_a_topic_is_the_same_however_it_is_written(acme: Customer, topics: tuple[str, ...], most: float) -> None:
    for topic in topics:
        tickets(acme, 1, topic=topic)
    assert read("repeat_topic_30", acme) == (most, State.FRESH)


@pytest.mark.parametrize(("times", "held"), [(2, True), (1, False)])
def test_two_reopenings_are_a_repeated_issue(acme: Customer, times: int, held: bool) -> None:
    tickets(acme, 1, reopened=times)
    tickets(acme, 1, 40, reopened=3)
    assert ("I4" in holding(acme)) is held


def test_an_old_ticket_closed_lately_tells_of_its_reopenings(acme: Customer) -> None:
    tickets(acme, 1, 40, reopened=3, closed_at=at(D))
    tickets(make_customer(), 1, 1)
    assert read("reopened_30", acme) == (3.0, State.FRESH)
    assert read("reopened_30", acme, D - timedelta(days=1)) == (0.0, State.FRESH)


def test_a_longer_history_for_other_measures_does_not_make_the_window_longer(acme: Customer) -> None:
    tickets(acme, 1, 31, reopened=3, escalated=True)
    tickets(acme, 1)
    block = Block(np.array([acme.pk]), D, longest=90)
    for key in ("reopened_30", "escalations_30"):
        assert evaluate(METRICS[key], block, 30).values.tolist() == [0.0]


@pytest.mark.parametrize(("tones", "held"), [((-0.3, -0.1), True), ((-0.3, -0.09), False), ((-0.9,), False)])
def test_the_tone_of_two_tickets_is_negative(acme: Customer, tones: tuple[float, ...], held: bool) -> None:
    for tone in tones:
        tickets(acme, 1, sentiment=tone)
    assert ("I5" in holding(acme)) is held


def test_a_dead_feed_freezes_the_issue_within_its_validity(acme: Customer) -> None:
    tickets(acme, 3, topic="login")
    make_source().__class__.objects.update(rhythm_days=3)
    assert "I4" in holding(acme, D + timedelta(days=7))
    assert "I4" not in holding(acme, D + timedelta(days=8))


def test_a_note_mutes(acme: Customer) -> None:
    tickets(acme, 3, topic="login")
    Expectation.objects.create(customer=acme, source=make_source(), metric="repeat_topic_30", from_on=D)
    assert "I4" not in holding(acme)


def test_each_negative_moment_counts_once(acme: Customer) -> None:
    tickets(acme, 1, sentiment=-0.3, csat=1, closed_at=at(D))
    tickets(acme, 1, 40, csat=2, closed_at=at(D))
    tickets(acme, 1, sentiment=-0.29, csat=3, closed_at=at(D))
    make_row(Interaction, acme, kind="call", at=at(D), sentiment=-0.5)
    make_row(Interaction, acme, kind="note", at=at(D), sentiment=-0.9)
    for kind, score in (("nps", 6), ("nps", 7), ("csat", 2), ("csat", 3)):
        make_row(Survey, acme, kind=kind, score=score, at=at(D))
    assert read("negative_interactions_30", acme) == (5.0, State.FRESH)


@pytest.mark.parametrize(("escalated", "held"), [(2, True), (1, False)])
def test_two_escalations_are_trouble(acme: Customer, escalated: int, held: bool) -> None:
    tickets(acme, escalated, 29, escalated=True)
    tickets(acme, 3, 30, escalated=True)
    tickets(acme, 3, escalated=False)
    assert read("escalations_30", acme) == (float(escalated), State.FRESH)
    assert ("I25" in holding(acme)) is held


def test_an_escalated_ticket_closed_lately_counts(acme: Customer) -> None:
    tickets(acme, 1, 60, escalated=True, closed_at=at(D - timedelta(days=3)))
    assert read("escalations_30", acme) == (1.0, State.FRESH)


def test_a_survey_about_a_bad_ticket_is_the_same_moment(acme: Customer) -> None:
    ticket = make_row(Ticket, acme, opened_at=at(D), closed_at=at(D, 13), csat=1)
    fine = make_row(Ticket, acme, opened_at=at(D))
    for about in (ticket, fine):
        make_row(Survey, acme, kind="csat", score=1, at=at(D), ticket=about)
    assert read("negative_interactions_30", acme) == (2.0, State.FRESH)
