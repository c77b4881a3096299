"""Metrics of answers, ratings and tone, from facts to values, with what is missing, expired and quiet."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from accounts.models import Contact, Customer, Interaction, MetricValue, Source, Survey, Ticket
from scoring.engine.frame import State
from tests.cast import make_customer, make_row
from tests.scoring.metrics.reading import D, at, is_evidence, read

pytestmark = pytest.mark.django_db


def ago(days: int) -> date:
    return D - timedelta(days=days)


def answer(customer: Customer, days: int, score: float, kind: str = "nps", **fields: Any) -> Survey:
    """An answer given so many days before D."""
    moment = fields.pop("moment", at(ago(days)))
    return make_row(Survey, customer, kind=kind, score=score, at=moment, **fields)


def ticket(customer: Customer, opened: int, closed: int | None = None, **fields: Any) -> Ticket:
    """A ticket opened and closed so many days before D."""
    closed_at = None if closed is None else at(ago(closed))
    return make_row(Ticket, customer, opened_at=at(ago(opened)), closed_at=closed_at, **fields)


def held(customer: Customer, days: int, kind: str = "call", **fields: Any) -> Interaction:
    """An interaction so many days before D."""
    return make_row(Interaction, customer, kind=kind, at=at(ago(days)), **fields)


@pytest.fixture
def acme() -> Customer:
    return make_customer()


@pytest.fixture(autouse=True)
def other() -> Customer:
    """Another customer, whose ticket and answer of yesterday show that the sources are alive."""
    customer = make_customer()
    ticket(customer, 1)
    answer(customer, 1, 8)
    return customer


@pytest.mark.parametrize(
    ("scores", "value"),
    [([9, 10, 8, 7], 50.0), ([6, 0, 9, 8], -25.0), ([10], 100.0), ([6], -100.0), ([7, 8], 0.0), ([9, 6], 0.0)],
)
def test_nps_is_promoters_less_detractors(acme: Customer, scores: list[int], value: float) -> None:
    for score in scores:
        answer(acme, 20, score)
    assert read("nps", acme) == (value, State.FRESH)


def test_only_the_latest_answer_of_a_person_counts(acme: Customer) -> None:
    dana, eve = (make_row(Contact, acme, name=name) for name in ("Dana Doe", "Eve Doe"))
    answer(acme, 5, 10, contact=dana)
    answer(acme, 100, 2, contact=dana)
    answer(acme, 60, 0, contact=eve)
    assert read("nps", acme) == (0.0, State.FRESH)


def test_the_later_answer_of_a_day_counts(acme: Customer) -> None:
    dana = make_row(Contact, acme, name="Dana Doe")
    answer(acme, 5, 10, contact=dana, moment=at(ago(5), 15))
    answer(acme, 5, 2, contact=dana, moment=at(ago(5), 9))
    assert read("nps", acme) == (100.0, State.FRESH)


def test_answers_without_a_name_stand_each_for_itself(acme: Customer) -> None:
    for days, score in ((5, 10), (6, 10), (7, 10), (8, 3)):
        answer(acme, days, score)
    assert read("nps", acme) == (50.0, State.FRESH)


def test_an_answer_that_was_the_latest_on_the_day_counts_on_it(acme: Customer, other: Customer) -> None:
    dana = make_row(Contact, acme, name="Dana Doe")
    answer(acme, 30, 2, contact=dana)
    answer(acme, 5, 10, contact=dana)
    answer(other, 6, 8)
    assert read("nps", acme, ago(6)) == (-100.0, State.FRESH)


def test_nps_is_of_the_window_and_of_nps_surveys_only(acme: Customer) -> None:
    answer(acme, 364, 10)
    for days, kind in ((365, "nps"), (-1, "nps"), (3, "csat"), (3, "ces"), (3, "review")):
        answer(acme, days, 1, kind)
    assert read("nps", acme) == (100.0, State.FRESH)


def test_without_an_answer_nps_is_missing(acme: Customer) -> None:
    answer(acme, 3, 5, "csat")
    assert read("nps", acme) == (None, State.MISSING)
    assert read("nps", make_customer()) == (None, State.MISSING)


def test_nps_expires_a_year_after_the_last_answer(acme: Customer) -> None:
    answer(acme, 366, 9)
    assert read("nps", acme, ago(1), window=400) == (100.0, State.FRESH)
    assert read("nps", acme, window=400) == (None, State.EXPIRED)


def test_nps_is_carried_while_no_survey_arrives(acme: Customer) -> None:
    answer(acme, 20, 9)
    assert read("nps", acme, D + timedelta(days=200)) == (100.0, State.CARRIED)
    assert read("nps", acme, D + timedelta(days=346)) == (None, State.EXPIRED)


def test_csat_is_the_mean_of_rated_tickets_closed_and_of_answers(acme: Customer) -> None:
    ticket(acme, 100, 89, csat=2)  # opened before the window, closed in it
    ticket(acme, 20, 0, csat=5)
    answer(acme, 89, 3, "csat")
    answer(acme, 0, 4, "csat")
    assert read("csat", acme) == (3.5, State.FRESH)
    assert is_evidence("csat", acme)


def test_csat_leaves_out_what_is_open_unrated_old_or_another_question(acme: Customer) -> None:
    ticket(acme, 20, 10, csat=4)
    answer(acme, 20, 5, "csat")
    ticket(acme, 20, None, csat=1)
    ticket(acme, 20, -1, csat=1)
    ticket(acme, 20, 10)
    ticket(acme, 100, 90, csat=1)
    for days, kind in ((90, "csat"), (-1, "csat"), (5, "ces"), (5, "review"), (5, "nps")):
        answer(acme, days, 1, kind)
    assert read("csat", acme) == (4.5, State.FRESH)


def test_one_rating_is_too_few_for_csat(acme: Customer) -> None:
    ticket(acme, 20, 10, csat=4)
    ticket(acme, 20, 10)
    assert read("csat", acme) == (None, State.MISSING)


def test_csat_comes_from_surveys_alone_where_there_are_no_tickets(acme: Customer) -> None:
    Source.objects.update(covers=[])
    answer(acme, 20, 5, "csat")
    answer(acme, 21, 4, "csat")
    assert read("csat", acme) == (4.5, State.FRESH)


def test_csat_expires_after_ninety_days(acme: Customer) -> None:
    ticket(acme, 120, 91, csat=4)
    answer(acme, 100, 2, "csat")
    assert read("csat", acme, ago(1), window=120) == (3.0, State.FRESH)
    assert read("csat", acme, window=120) == (None, State.EXPIRED)


def test_a_supplied_csat_stands_in_for_one_rating(acme: Customer) -> None:
    answer(acme, 20, 5, "csat")
    make_row(MetricValue, acme, metric="csat", date=ago(90), value=3.9)
    assert read("csat", acme) == (3.9, State.SUPPLIED)


def test_sentiment_is_the_mean_over_tickets_opened_and_interactions_held(acme: Customer) -> None:
    ticket(acme, 89, 1, sentiment=-1.0)
    ticket(acme, 0, sentiment=0.5)
    held(acme, 89, sentiment=0.25)
    held(acme, 0, "email_in", sentiment=0.75)
    assert read("ticket_sentiment", acme) == (0.125, State.FRESH)


def test_sentiment_leaves_out_what_is_old_to_come_toneless_or_our_own(acme: Customer) -> None:
    ticket(acme, 3, sentiment=0.5)
    held(acme, 3, sentiment=0.0)
    ticket(acme, 90, 1, sentiment=-1.0)  # closed in the window, opened before it
    ticket(acme, -1, sentiment=-1.0)
    ticket(acme, 3)
    held(acme, 3)
    for days, kind in ((90, "call"), (-1, "call"), (3, "note")):
        held(acme, days, kind, sentiment=-1.0)
    assert read("ticket_sentiment", acme) == (0.25, State.FRESH)


def test_one_tone_is_too_few(acme: Customer) -> None:
    ticket(acme, 3, sentiment=0.5)
    assert read("ticket_sentiment", acme) == (None, State.MISSING)


def test_sentiment_expires_after_sixty_days(acme: Customer) -> None:
    ticket(acme, 70, 1, sentiment=0.5)
    held(acme, 61, sentiment=1.0)
    assert read("ticket_sentiment", acme, ago(1)) == (0.75, State.FRESH)
    assert read("ticket_sentiment", acme) == (None, State.EXPIRED)


def test_tickets_without_any_tone_leave_that_of_the_interactions(acme: Customer) -> None:
    ticket(acme, 5)
    for sentiment in (0.2, 0.4):
        held(acme, 3, sentiment=sentiment)
    assert read("ticket_sentiment", acme) == (pytest.approx(0.3), State.FRESH)
