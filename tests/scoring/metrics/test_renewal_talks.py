"""Replies in an open renewal and silence in it, and the indicator I20.

D is Tuesday 30 September 2025; ten business days before it is Tuesday the 16th, 14 days back.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from accounts.models import Calendar, Customer, Holiday, Interaction, Opportunity
from scoring.engine.frame import State
from tests.cast import make_customer, make_row
from tests.scoring.indicating import holding
from tests.scoring.metrics.reading import D, at, read

pytestmark = pytest.mark.django_db


def ago(days: int) -> date:
    return D - timedelta(days=days)


@pytest.fixture(autouse=True)
def alive() -> None:
    held(make_customer(), 0)


@pytest.fixture
def acme() -> Customer:
    return make_customer()


def held(customer: Customer, days: int, kind: str = "call", **fields: Any) -> None:
    make_row(Interaction, customer, kind=kind, at=at(ago(days)), **fields)


def renew(customer: Customer, opened: int | None = 60, closed: int | None = None, kind: str = "renewal") -> None:
    opened_on, closed_on = (None if days is None else ago(days) for days in (opened, closed))
    make_row(Opportunity, customer, kind=kind, opened_on=opened_on, closed_on=closed_on)


@pytest.mark.parametrize(("days", "waited", "slow"), [(14, 10, False), (15, 11, True), (16, 12, True), (0, 0, False)])
def test_a_reply_is_slow_after_ten_business_days(acme: Customer, days: int, waited: int, slow: bool) -> None:
    renew(acme)
    held(acme, days, "email_out")
    assert read("renewal_reply_days", acme) == (float(waited), State.FRESH)
    assert ("I20" in holding(acme)) is slow


def test_a_holiday_is_no_business_day(acme: Customer) -> None:
    Holiday.objects.create(calendar=Calendar.objects.create(key=Calendar.SITE), date=ago(5))
    renew(acme)
    held(acme, 15, "renewal_talk")
    assert read("renewal_reply_days", acme)[0] == 10.0


def test_the_oldest_of_several_waits_longest(acme: Customer) -> None:
    renew(acme)
    held(acme, 4, "renewal_talk")
    held(acme, 21, "email_out")
    held(acme, 7, "email_out")
    assert read("renewal_reply_days", acme)[0] == 15.0


@pytest.mark.parametrize(
    "fields",
    [
        {"replied_at": at(ago(1))},
        {"campaign": "Autumn"},
        {"initiated_by": "customer", "kind": "renewal_talk"},
        {"attended": True, "kind": "renewal_talk"},
        {"kind": "note"},
    ],
)
def test_what_was_answered_or_asks_nothing_does_not_wait(acme: Customer, fields: dict[str, Any]) -> None:
    renew(acme)
    held(acme, 30, **{"kind": "email_out", **fields})
    assert read("renewal_reply_days", acme) == (0.0, State.FRESH)


@pytest.mark.parametrize(
    ("kind", "fields", "waited"),
    [
        ("email_in", {}, 0.0),
        ("meeting", {}, 0.0),
        ("meeting", {"attended": False}, 15.0),
        ("note", {}, 15.0),
        ("email_out", {"replied_at": at(ago(2))}, 0.0),
    ],
)
def test_whatever_the_customer_takes_part_in_later_is_an_answer(
    acme: Customer, kind: str, fields: dict[str, Any], waited: float
) -> None:
    renew(acme)
    held(acme, 21, "email_out")
    held(acme, 3, kind, **fields)
    assert read("renewal_reply_days", acme) == (waited, State.FRESH)


def test_an_answer_that_comes_later_is_none_yet(acme: Customer) -> None:
    renew(acme)
    held(acme, 21, "email_out", replied_at=at(ago(1)))
    held(make_customer(), 2)
    assert read("renewal_reply_days", acme, ago(2))[0] == 13.0


@pytest.mark.parametrize(
    ("opened", "closed", "kind"), [(60, 1, "renewal"), (60, None, "upsell"), (20, None, "renewal")]
)
def test_only_what_was_written_in_an_open_renewal_waits(
    acme: Customer, opened: int, closed: int | None, kind: str
) -> None:
    renew(acme, opened, closed, kind)
    held(acme, 21, "email_out")
    assert read("renewal_reply_days", acme) == (0.0, State.FRESH)


def test_a_renewal_without_a_date_has_been_open_all_along(acme: Customer) -> None:
    renew(acme, None)
    held(acme, 21, "email_out")
    assert read("renewal_reply_days", acme)[0] == 15.0


@pytest.mark.parametrize(("days", "silent"), [(9, 9.0), (14, 14.0)])
def test_a_renewal_is_silent_since_the_last_interaction(acme: Customer, days: int, silent: float) -> None:
    renew(acme)
    held(acme, days, "email_out")
    held(acme, 2, "note")
    assert read("renewal_silent_days", acme) == (silent, State.FRESH)


def test_a_renewal_is_silent_since_it_was_opened_at_most(acme: Customer) -> None:
    renew(acme, 12)
    held(acme, 90)
    assert read("renewal_silent_days", acme) == (12.0, State.FRESH)


def test_without_an_open_renewal_nothing_is_silent(acme: Customer) -> None:
    renew(acme, 60, 3)
    held(acme, 50)
    assert read("renewal_silent_days", acme) == (0.0, State.FRESH)
