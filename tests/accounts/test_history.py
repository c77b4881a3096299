"""States as they were on a date."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from accounts.history import states_on
from accounts.models import Change, Contact, Customer, Subscription
from tests.cast import make_customer, make_row

pytestmark = pytest.mark.django_db


def change(customer: Customer, kind: str, record_id: int, field: str, before: Any, after: Any, on: date) -> None:
    Change.objects.create(
        customer=customer, kind=kind, record_id=record_id, field=field, before=before, after=after, observed_on=on
    )


def one(kind: str, column: str, customer: Customer, on: date) -> Any:
    (value,) = states_on(kind, [column], (customer.pk, customer.pk), on)[column]
    return value


@pytest.mark.parametrize(
    ("on", "seats"),
    [(date(2025, 1, 31), 5), (date(2025, 2, 1), 8), (date(2025, 2, 28), 8), (date(2025, 3, 1), 20)],
)
def test_a_state_is_what_it_was_after_the_last_change_by_the_date(on: date, seats: int) -> None:
    customer = make_customer()
    subscription = make_row(Subscription, customer, seats=20)
    change(customer, "subscriptions", subscription.pk, "seats", 5, 8, date(2025, 2, 1))
    change(customer, "subscriptions", subscription.pk, "seats", 8, 20, date(2025, 3, 1))
    assert one("subscriptions", "seats", customer, on) == seats


def test_two_changes_of_one_day_are_undone_in_their_order() -> None:
    customer = make_customer()
    subscription = make_row(Subscription, customer, status="canceled")
    for before, after in (("active", "past_due"), ("past_due", "canceled")):
        change(customer, "subscriptions", subscription.pk, "status", before, after, date(2025, 2, 1))
    assert one("subscriptions", "status", customer, date(2025, 1, 31)) == "active"


def test_dates_come_as_day_numbers_and_money_as_numbers() -> None:
    customer = make_customer(arr=1200)
    change(customer, "customers", customer.pk, "arr", "900.50", "1200.00", date(2025, 2, 1))
    change(customer, "customers", customer.pk, "renewal_on", "2025-12-31", None, date(2025, 2, 1))
    assert one("customers", "arr", customer, date(2025, 1, 1)) == 900.5
    assert one("customers", "renewal_on", customer, date(2025, 1, 1)) == date(2025, 12, 31).toordinal()
    assert one("customers", "renewal_on", customer, date(2025, 2, 1)) != one(
        "customers", "renewal_on", customer, date(2025, 2, 1)
    )


def test_moments_keep_their_time_and_know_their_business_date(settings: Any) -> None:
    settings.TIME_ZONE = "Asia/Tokyo"
    customer = make_customer()
    make_row(Contact, customer, name="Ines", last_login_at=datetime(2025, 1, 1, 18, tzinfo=UTC))
    rows = states_on("contacts", ["last_login_at"], (customer.pk, customer.pk), date(2025, 2, 1))
    assert rows["last_login_at"][0] == date(2025, 1, 1).toordinal() + 0.75
    assert rows["last_login_at_day"][0] == date(2025, 1, 2).toordinal()


def test_references_come_back_too() -> None:
    mother, other, child = make_customer(), make_customer(), make_customer()
    Customer.objects.filter(pk=child.pk).update(parent=other)
    change(child, "customers", child.pk, "parent", mother.pk, other.pk, date(2025, 2, 1))
    assert one("customers", "parent", child, date(2025, 1, 1)) == mother.pk
    assert one("customers", "parent", child, date(2025, 2, 1)) == other.pk
