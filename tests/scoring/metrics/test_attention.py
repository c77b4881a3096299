"""Whether customers still turn up, and the indicators I8 to I11."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Customer, Expectation, Interaction, Ticket
from scoring.engine.frame import State
from tests.cast import make_customer, make_row, make_source
from tests.scoring.indicating import holding
from tests.scoring.metrics.reading import D, at, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Customer:
    return make_customer()


@pytest.fixture(autouse=True)
def alive() -> None:
    """Another customer's meeting of today shows that the source is alive."""
    make_row(Interaction, make_customer(), kind="meeting", at=at(D))


def held(customer: Customer, kind: str, *days: int, **fields: Any) -> None:
    """An interaction on each of these days before D."""
    for day in days:
        make_row(Interaction, customer, kind=kind, at=at(D - timedelta(days=day)), **fields)


@pytest.mark.parametrize(("days", "opens"), [(29, True), (30, False)])
def test_a_missed_review_counts_for_thirty_days(acme: Customer, days: int, opens: bool) -> None:
    held(acme, "qbr", days, attended=False)
    assert ("I8" in holding(acme)) is opens


@pytest.mark.parametrize(
    ("size", "days", "opens"),
    [
        ("enterprise", 135, True),
        ("large", 135, True),
        ("enterprise", 134, False),
        ("mid_market", 270, True),
        ("mid_market", 269, False),
        ("small", 360, False),
    ],
)
def test_a_review_is_due_by_the_size_of_the_customer(size: str, days: int, opens: bool) -> None:
    customer = make_customer(size=size, since=D - timedelta(days=500))
    held(customer, "qbr", days, attended=True)
    assert ("I8" in holding(customer)) is opens


def test_without_any_review_days_count_from_the_start() -> None:
    customer = make_customer(since=D - timedelta(days=50))
    held(customer, "qbr", 10, attended=False)
    assert read("days_since_qbr", customer) == (50.0, State.FRESH)


@pytest.mark.parametrize(("tries", "opens"), [((1, 5, 20), True), ((1, 5, 21), False)])
def test_three_attempts_in_three_weeks_without_an_answer(acme: Customer, tries: tuple[int, ...], opens: bool) -> None:
    held(acme, "email_out", *tries[:2])
    held(acme, "call", *tries[2:])
    assert ("I9" in holding(acme)) is opens


@pytest.mark.parametrize(
    "sign",
    [
        {"kind": "email_in"},
        {"kind": "email_out", "replied_at": at(D)},
        {"kind": "call", "initiated_by": "customer"},
        {"kind": "call", "attended": True},
        {"kind": "meeting"},
        {"kind": "community"},
    ],
)
def test_any_sign_of_life_is_an_answer(acme: Customer, sign: dict[str, Any]) -> None:
    held(acme, "email_out", 1, 2, 3)
    held(acme, sign.pop("kind"), 20, **sign)
    assert read("unanswered_21", acme) == (0.0, State.FRESH)


@pytest.mark.parametrize(("replied", "tries"), [(0, 0.0), (20, 0.0), (21, 3.0), (-1, 3.0)])
def test_mail_of_before_that_was_answered_lately_is_a_sign_of_life(acme: Customer, replied: int, tries: float) -> None:
    held(acme, "email_out", 1, 2, 3)
    held(acme, "email_out", 25, replied_at=at(D - timedelta(days=replied)))
    assert read("unanswered_21", acme) == (tries, State.FRESH)
    assert ("I9" in holding(acme)) is bool(tries)


def test_a_ticket_is_a_sign_of_life_too(acme: Customer) -> None:
    held(acme, "email_out", 1, 2, 3)
    make_row(Ticket, acme, opened_at=at(D))
    assert "I9" not in holding(acme)


def test_bulk_mail_and_missed_meetings_and_notes_are_no_answer_and_no_attempt(acme: Customer) -> None:
    held(acme, "email_out", 1, 2)
    held(acme, "email_out", 1, 2, campaign="spring")
    held(acme, "meeting", 3, attended=False)
    held(acme, "note", 3)
    assert read("unanswered_21", acme) == (2.0, State.FRESH)


def test_an_answer_of_tomorrow_is_none_today(acme: Customer) -> None:
    held(acme, "email_out", 1, 2, 3, replied_at=at(D + timedelta(days=1)))
    assert "I9" in holding(acme)
    assert "I9" not in holding(acme, D + timedelta(days=1))


@pytest.mark.parametrize(("missed", "came", "opens"), [(29, 30, True), (30, 40, False), (5, 4, False), (4, 5, True)])
def test_a_missed_training_counts_until_it_is_made_up_for(acme: Customer, missed: int, came: int, opens: bool) -> None:
    held(acme, "training", missed, attended=False)
    held(acme, "training", came, attended=True)
    assert ("I10" in holding(acme)) is opens


@pytest.mark.parametrize(("now", "before", "opens"), [(3, 15, True), (4, 15, False), (1, 9, True), (1, 8, False)])
def test_touches_fall_to_three_fifths_of_three_or_more_a_month(
    acme: Customer, now: int, before: int, opens: bool
) -> None:
    held(acme, "email_in", *range(now))
    held(acme, "meeting", *range(30, 30 + before))
    assert ("I11" in holding(acme)) is opens


def test_touches_are_what_the_customer_took_part_in(acme: Customer) -> None:
    for kind in ("meeting", "call", "qbr", "email_in", "email_out", "note", "training"):
        held(acme, kind, 29)
    held(acme, "meeting", 29, attended=False)
    assert read("touches_30", acme) == (4.0, State.FRESH)
    assert read("touches_before", acme) == (0.0, State.FRESH)


def test_a_dead_feed_freezes_the_silence_within_its_validity(acme: Customer) -> None:
    held(acme, "email_out", 1, 2, 3)
    make_source().__class__.objects.update(rhythm_days=3)
    assert "I9" in holding(acme, D + timedelta(days=7))
    assert "I9" not in holding(acme, D + timedelta(days=8))


def test_a_note_mutes(acme: Customer) -> None:
    held(acme, "email_out", 1, 2, 3)
    Expectation.objects.create(customer=acme, source=make_source(), metric="unanswered_21", from_on=D)
    assert "I9" not in holding(acme)
