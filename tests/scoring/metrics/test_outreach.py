"""Metrics of e-mails and answers, from facts to values, with what is missing, expired and quiet."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from accounts.models import Calendar, Change, Customer, Holiday, Interaction, MetricValue
from scoring.engine.frame import State
from scoring.metrics import METRICS
from scoring.metrics.block import Block
from scoring.metrics.evaluating import evaluate
from tests.cast import make_customer, make_row
from tests.scoring.metrics.reading import D, at, read

pytestmark = pytest.mark.django_db

# D is a Tuesday, so five business days before it is the Tuesday before: 7 days.


def ago(days: int) -> date:
    return D - timedelta(days=days)


def wrote(customer: Customer, days: int, kind: str = "email_out", **fields: Any) -> Interaction:
    """An e-mail so many days before D."""
    return make_row(Interaction, customer, kind=kind, at=at(ago(days)), **fields)


def sent(customer: Customer, days: int, replied: int | None = None, **fields: Any) -> Interaction:
    """An e-mail of ours, answered so many days before D."""
    return wrote(customer, days, replied_at=None if replied is None else at(ago(replied)), **fields)


@pytest.fixture
def acme() -> Customer:
    return make_customer()


@pytest.fixture(autouse=True)
def other() -> Customer:
    """Another customer, whose call of yesterday shows that the source is alive."""
    customer = make_customer()
    wrote(customer, 1, "call")
    return customer


def test_an_answer_counts_within_five_business_days(acme: Customer) -> None:
    sent(acme, 42, replied=35)  # Tuesday to Tuesday: the fifth business day
    sent(acme, 42, replied=34)  # the sixth
    sent(acme, 45, replied=38)  # Saturday to Saturday: Friday was the fifth
    sent(acme, 45, replied=39)  # Saturday to Friday
    assert read("response_rate", acme) == (50.0, State.FRESH)


def test_an_email_counts_as_unanswered_once_five_business_days_old(acme: Customer) -> None:
    sent(acme, 30, replied=29)
    sent(acme, 29, replied=29)
    sent(acme, 7)  # five business days old today
    assert read("response_rate", acme) == (pytest.approx(200 / 3), State.FRESH)
    sent(acme, 6)  # still waiting
    assert read("response_rate", acme) == (pytest.approx(200 / 3), State.FRESH)
    sent(acme, 2, replied=1)  # answered already
    assert read("response_rate", acme) == (75.0, State.FRESH)


def test_an_answer_after_the_day_does_not_count_yet(acme: Customer) -> None:
    for days in (42, 41, 40):
        sent(acme, days, replied=days - 1)
    sent(acme, 12, replied=7)
    assert read("response_rate", acme, ago(8)) == (100.0, State.FRESH)  # the last is neither answered nor due
    sent(acme, 30, replied=7)
    assert read("response_rate", acme, ago(8)) == (75.0, State.FRESH)


def test_bulk_mail_and_mail_outside_the_window_ask_for_no_answer(acme: Customer) -> None:
    for days in (89, 88, 87):
        sent(acme, days, replied=20)
    sent(acme, 50, campaign="Spring news")
    sent(acme, 90)
    wrote(acme, 50, "email_in")
    assert read("response_rate", acme) == (0.0, State.FRESH)
    sent(acme, 15, replied=14)
    assert read("response_rate", acme) == (25.0, State.FRESH)


def test_the_customers_calendar_says_which_days_are_business_days() -> None:
    calendar = Calendar.objects.create(key="NO")
    Holiday.objects.create(calendar=calendar, date=ago(5))  # a Thursday
    norse, site = make_customer(country="NO"), make_customer(country="SE")
    for customer in (norse, site):
        sent(customer, 6, replied=5)
        sent(customer, 6, replied=5)
        sent(customer, 7)
        sent(customer, 20, replied=12)  # Wednesday to Thursday of the week after: the sixth day
    assert read("response_rate", site) == (50.0, State.FRESH)
    assert read("response_rate", norse) == (pytest.approx(200 / 3), State.FRESH)  # the third is not due before tomorrow


def test_the_calendar_is_that_of_the_country_on_the_day() -> None:
    Holiday.objects.create(calendar=Calendar.objects.create(key="NO"), date=ago(5))
    moved = make_customer(country="SE")
    Change.objects.create(
        kind="customers", record_id=moved.pk, customer=moved, field="country", before="NO", after="SE",
        observed_on=D + timedelta(days=1),
    )  # fmt: skip
    for days in (7, 8, 8, 8):
        sent(moved, days, replied=days - 1 if days == 8 else None)
    assert read("response_rate", moved) == (100.0, State.FRESH)


def test_customers_of_several_calendars_are_read_together() -> None:
    Holiday.objects.create(calendar=Calendar.objects.create(key="NO"), date=ago(5))
    customers = [make_customer(country=country) for country in ("SE", "NO", "")]
    for customer in customers:
        for days in (7, 8, 8, 8):
            sent(customer, days, replied=days - 1 if days == 8 else None)
    block = Block(np.array([customer.pk for customer in customers]), D)
    assert evaluate(METRICS["response_rate"], block, 90).values.tolist() == [75.0, 100.0, 75.0]


def test_two_emails_are_too_few_for_a_response_rate(acme: Customer) -> None:
    sent(acme, 20, replied=19)
    sent(acme, 20)
    sent(acme, 1)  # not counted before it is five business days old
    assert read("response_rate", acme) == (None, State.MISSING)


def test_the_response_rate_expires_after_forty_five_days(acme: Customer) -> None:
    for days in (60, 59, 58):
        sent(acme, days, replied=46)
    assert read("response_rate", acme, ago(1)) == (0.0, State.FRESH)  # a late answer is news
    assert read("response_rate", acme) == (None, State.EXPIRED)


def test_the_open_rate_counts_bulk_mail(acme: Customer) -> None:
    for days, campaign in ((0, ""), (89, "Spring news")):
        wrote(acme, days, opened_at=at(ago(0)), campaign=campaign)
    for days in (3, 4, 5):
        wrote(acme, days, campaign="Spring news")
    wrote(acme, 90, opened_at=at(ago(90)))
    wrote(acme, 3, "email_in", opened_at=at(ago(3)))
    assert read("email_open_rate", acme) == (40.0, State.FRESH)


def test_an_email_opened_later_was_not_open_on_the_day(acme: Customer, other: Customer) -> None:
    wrote(other, 12, "call")
    for days in (20, 20, 20, 20):
        wrote(acme, days, opened_at=at(ago(10)))
    wrote(acme, 20)
    assert read("email_open_rate", acme, ago(11)) == (0.0, State.FRESH)
    assert read("email_open_rate", acme, ago(10)) == (80.0, State.FRESH)


def test_an_old_email_opened_lately_is_news(acme: Customer) -> None:
    for _ in range(5):
        wrote(acme, 60, opened_at=at(ago(45)))
    assert read("email_open_rate", acme) == (100.0, State.FRESH)


def test_four_emails_are_too_few_for_an_open_rate(acme: Customer) -> None:
    for _ in range(4):
        wrote(acme, 5, opened_at=at(ago(4)))
    assert read("email_open_rate", acme) == (None, State.MISSING)


def test_a_supplied_open_rate_stands_in_for_facts_too_few_or_too_old(acme: Customer) -> None:
    for _ in range(5):
        wrote(acme, 46)
    assert read("email_open_rate", acme) == (None, State.EXPIRED)
    make_row(MetricValue, acme, metric="email_open_rate", date=ago(20), value=31.5)
    assert read("email_open_rate", acme) == (31.5, State.SUPPLIED)


@pytest.mark.parametrize(
    ("kind", "fields", "theirs"),
    [
        ("email_in", {"subject": "A question"}, True),
        ("email_in", {"subject": "Re: A question"}, False),
        ("email_in", {"subject": " AW: Frage"}, False),
        ("email_in", {"subject": "sv: Spørsmål"}, False),
        ("email_in", {"subject": "RE[2]: A question"}, False),
        ("email_in", {"subject": "Fwd: A question"}, True),
        ("email_in", {"subject": "Renewal: terms"}, True),
        ("email_in", {"subject": "A question, re: terms"}, True),
        ("email_in", {}, True),
        ("email_in", {"subject": "A question", "initiated_by": "us"}, False),
        ("email_in", {"subject": "Re: A question", "initiated_by": "customer"}, True),
        ("email_out", {"subject": "An offer"}, False),
        ("call", {}, False),
        ("call", {"initiated_by": "us"}, False),
        ("call", {"initiated_by": "customer"}, True),
        ("meeting", {"initiated_by": "customer"}, True),
    ],
)
def test_what_the_customer_begins(acme: Customer, kind: str, fields: dict[str, str], theirs: bool) -> None:
    for other_kind in ("email_out", "meeting", "call"):
        wrote(acme, 10, other_kind, initiated_by="us")
    wrote(acme, 10, kind, **fields)
    assert read("proactive_share", acme) == (25.0 if theirs else 0.0, State.FRESH)


def test_only_channels_on_which_either_side_may_begin_are_counted(acme: Customer) -> None:
    for days in (0, 20, 40):
        wrote(acme, days, "call", initiated_by="customer" if days else "us")
    wrote(acme, 89, "email_in", campaign="Spring news")  # an answer to bulk mail is the customer's own
    for kind in ("community", "note", "chat", "training", "qbr"):
        wrote(acme, 3, kind, initiated_by="us")
    wrote(acme, 3, campaign="Spring news")
    wrote(acme, 90, "call", initiated_by="us")
    assert read("proactive_share", acme) == (75.0, State.FRESH)


def test_three_interactions_are_too_few_for_a_share(acme: Customer) -> None:
    for _ in range(3):
        wrote(acme, 3, "email_in")
    assert read("proactive_share", acme) == (None, State.MISSING)


def test_the_share_of_old_interactions_expires(acme: Customer) -> None:
    for days in (46, 50, 60, 70):
        wrote(acme, days, "email_in")
    assert read("proactive_share", acme, ago(1)) == (100.0, State.FRESH)
    assert read("proactive_share", acme) == (None, State.EXPIRED)
