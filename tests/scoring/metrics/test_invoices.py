"""Metrics of invoices, from facts to values, with what is void, paid later or never heard of."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from accounts.models import Customer, Invoice
from scoring.engine.frame import State
from scoring.metrics.block import Block
from scoring.metrics.invoices import billed, days_past_due
from tests.cast import make_customer, make_row, make_source
from tests.scoring.metrics.reading import D, is_evidence, read

pytestmark = pytest.mark.django_db


def ago(days: int) -> date:
    return D - timedelta(days=days)


def bill(customer: Customer, issued: int, due: int | None = None, paid: int | None = None, **fields: Any) -> Invoice:
    """An invoice issued, due and paid so many days before D."""
    due_on, paid_on = (None if days is None else ago(days) for days in (due, paid))
    fields = {"amount": 100, **fields}
    return make_row(Invoice, customer, issued_on=ago(issued), due_on=due_on, paid_on=paid_on, **fields)


@pytest.fixture
def acme() -> Customer:
    return make_customer()


@pytest.fixture
def other() -> Customer:
    """Another customer, whose invoice of yesterday shows that the source is alive."""
    customer = make_customer()
    bill(customer, 1, -30)
    return customer


def test_failures_are_summed_over_invoices_issued_in_the_window(acme: Customer, other: Customer) -> None:
    bill(acme, 0, failed_attempts=1)
    bill(acme, 89, failed_attempts=2)
    bill(acme, 90, failed_attempts=10)
    assert read("payment_failures", acme) == (3.0, State.FRESH)
    assert read("payment_failures", acme, window=91) == (13.0, State.FRESH)


@pytest.mark.parametrize(
    ("fields", "late"),
    [
        ({"amount": 0}, 0.0),
        ({"amount": 0, "paid": -3}, 0.0),  # settled in three days, and nothing is owed until then
        ({"amount_paid": 100}, 0.0),  # paid in full, on a day that nobody names
        ({"amount_paid": 120}, 0.0),
        ({"amount_paid": 99.99}, 50.0),
        ({"amount_paid": 100, "paid": -3}, 50.0),  # in full, in three days
        ({"amount": 0.01}, 50.0),
    ],
)
def test_nobody_is_late_with_what_is_not_owed(
    acme: Customer, other: Customer, fields: dict[str, Any], late: float
) -> None:
    bill(acme, 60, 50, **fields)
    assert read("days_past_due", acme) == (late, State.FRESH)


@pytest.mark.parametrize("fields", [{"status": "void"}, {"status": "draft"}, {"kind": "credit_note"}])
def test_what_was_never_owed_counts_nowhere(acme: Customer, other: Customer, fields: dict[str, Any]) -> None:
    bill(acme, 60, 50, failed_attempts=5, **fields)
    bill(acme, 20, 10, 10)
    bill(acme, 20, 10, 10)
    assert read("payment_failures", acme) == (0.0, State.FRESH)
    assert read("days_past_due", acme) == (0.0, State.FRESH)
    assert read("on_time_rate", acme) == (100.0, State.FRESH)


@pytest.mark.parametrize("metric", ["payment_failures", "days_past_due"])
def test_who_was_never_billed_is_missing_and_not_faultless(acme: Customer, other: Customer, metric: str) -> None:
    assert read(metric, acme) == (None, State.MISSING)
    bill(acme, -1, failed_attempts=1)
    assert read(metric, acme) == (None, State.MISSING)


@pytest.mark.parametrize("metric", ["payment_failures", "days_past_due"])
def test_one_old_paid_invoice_makes_silence_a_zero_without_evidence(
    acme: Customer, other: Customer, metric: str
) -> None:
    bill(acme, 2000, 1970, 1960, failed_attempts=4)
    assert read(metric, acme) == (0.0, State.FRESH)
    assert not is_evidence(metric, acme)


def test_an_invoice_without_failures_is_evidence(acme: Customer, other: Customer) -> None:
    bill(acme, 10)
    assert read("payment_failures", acme) == (0.0, State.FRESH)
    assert is_evidence("payment_failures", acme)


@pytest.mark.parametrize("metric", ["payment_failures", "days_past_due"])
def test_without_any_source_of_invoices_nothing_is_known(acme: Customer, metric: str) -> None:
    assert read(metric, acme) == (None, State.MISSING)


@pytest.mark.parametrize(("silent", "expected"), [(45, (3.0, State.CARRIED)), (46, (None, State.EXPIRED))])
def test_failures_are_carried_for_forty_five_days(acme: Customer, silent: int, expected: object) -> None:
    bill(acme, silent, failed_attempts=3)
    assert read("payment_failures", acme) == expected


def test_the_longest_overdue_invoice_counts(acme: Customer, other: Customer) -> None:
    bill(acme, 60, 20)
    bill(acme, 900, 35, 31)  # paid
    bill(acme, 900, 800, status="paid")  # paid on an unknown day
    bill(acme, 900)  # due at no time
    assert read("days_past_due", acme) == (20.0, State.FRESH)
    bill(acme, 900, 500, status="uncollectible")
    assert read("days_past_due", acme) == (500.0, State.FRESH)


def test_an_invoice_not_yet_due_is_zero_days_late(acme: Customer, other: Customer) -> None:
    bill(acme, 10, -5)
    assert read("days_past_due", acme) == (0.0, State.FRESH)
    assert read("days_past_due", acme, ago(-6)) == (1.0, State.FRESH)


def test_an_invoice_paid_later_is_unpaid_on_the_day(acme: Customer, other: Customer) -> None:
    bill(acme, 60, 20, 3, status="paid")
    bill(make_customer(), 6)
    assert read("days_past_due", acme, ago(4)) == (16.0, State.FRESH)
    assert read("days_past_due", acme, ago(3)) == (0.0, State.FRESH)


def test_each_of_many_days_knows_what_was_billed_and_paid_by_then(acme: Customer) -> None:
    bill(acme, 500, 480, 470)
    block = Block(np.full(4, acme.pk), np.array([ago(days).toordinal() for days in (501, 475, 470, 0)]))
    assert np.nan_to_num(days_past_due(block, 0).value).tolist() == [0.0, 5.0, 0.0, 0.0]
    assert billed(block).tolist() == [False, True, True, True]


@pytest.mark.parametrize(("silent", "expected"), [(45, (10.0, State.CARRIED)), (46, (None, State.EXPIRED))])
def test_days_past_due_stand_still_while_the_source_is_silent(acme: Customer, silent: int, expected: object) -> None:
    bill(acme, silent + 30, silent + 10)
    bill(make_customer(), silent)
    assert read("days_past_due", acme) == expected


@pytest.mark.parametrize(("paid", "rate"), [(10, 100.0), (5, 100.0), (4, 50.0), (None, 50.0), (-1, 50.0)])
def test_five_days_after_the_due_date_is_still_on_time(
    acme: Customer, other: Customer, paid: int | None, rate: float
) -> None:
    bill(acme, 100, 70, 71)
    bill(acme, 40, 10, paid)
    assert read("on_time_rate", acme) == (rate, State.FRESH)


def test_only_invoices_due_in_the_year_count(acme: Customer, other: Customer) -> None:
    bill(acme, 30, 0, 0)
    bill(acme, 800, 364, 300)  # issued long before
    bill(acme, 800, 365)
    bill(acme, 5, -1)
    bill(acme, 5, None)
    assert read("on_time_rate", acme) == (50.0, State.FRESH)


def test_what_was_paid_on_an_unknown_day_is_left_out(acme: Customer, other: Customer) -> None:
    bill(acme, 40, 10, 10)
    bill(acme, 40, 10, status="paid")
    assert read("on_time_rate", acme) == (None, State.MISSING)
    bill(acme, 40, 10, 2)
    assert read("on_time_rate", acme) == (50.0, State.FRESH)


def test_one_invoice_is_too_few_for_a_rate(acme: Customer, other: Customer) -> None:
    bill(acme, 40, 10, 10)
    assert read("on_time_rate", acme) == (None, State.MISSING)


@pytest.mark.parametrize(("paid", "expected"), [(120, (50.0, State.FRESH)), (121, (None, State.EXPIRED))])
def test_the_rate_expires_after_the_last_due_date_or_payment(
    acme: Customer, other: Customer, paid: int, expected: object
) -> None:
    bill(acme, 300, 200, paid)
    bill(acme, 300, 210, 210)
    assert read("on_time_rate", acme) == expected


def test_the_rate_of_a_past_day_knows_no_later_payment(acme: Customer, other: Customer) -> None:
    bill(acme, 40, 8, 4)
    bill(acme, 40, 9, 9)
    bill(make_customer(), 6)
    assert read("on_time_rate", acme, ago(5)) == (50.0, State.FRESH)
    assert read("on_time_rate", acme, ago(4)) == (100.0, State.FRESH)


def test_a_silent_source_carries_the_rate(acme: Customer) -> None:
    bill(acme, 60, 40, 40)
    bill(acme, 60, 40, 20)
    assert read("on_time_rate", acme) == (50.0, State.CARRIED)


def test_a_source_that_does_not_cover_invoices_says_nothing_of_others(acme: Customer) -> None:
    partial = make_source("partial", covers=[])
    make_row(Invoice, make_customer(), source=partial, issued_on=ago(1), amount=1)
    make_row(Invoice, acme, source=make_source("former"), issued_on=ago(60), amount=1, failed_attempts=2)
    assert read("payment_failures", acme, ago(15)) == (2.0, State.CARRIED)
    assert read("payment_failures", acme) == (None, State.EXPIRED)
