"""Truth lives in the database: each constraint refuses what goes round the models."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import (
    Asset,
    Assignment,
    Batch,
    Calendar,
    ChurnEvent,
    Contact,
    Customer,
    CustomerPeriod,
    ExchangeRate,
    Expectation,
    FeatureUsage,
    Goal,
    Holiday,
    Interaction,
    Invoice,
    MetricValue,
    Opportunity,
    Product,
    Pulse,
    Source,
    Subscription,
    Survey,
    Ticket,
    Usage,
    User,
)
from tests.cast import give, make_customer, make_row, make_source, make_user
from tests.scoring.builders import noon

pytestmark = pytest.mark.django_db
DAY, NEXT = date(2025, 5, 1), date(2025, 5, 2)


def refuse(make: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make()


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (Subscription, {"started_on": NEXT, "ended_on": DAY}),
        (Subscription, {"seats": -1}),
        (Contact, {"name": "Ines", "since": NEXT, "left_on": DAY}),
        (Opportunity, {"opened_on": NEXT, "closed_on": DAY}),
        (Opportunity, {"probability": 101}),
        (Goal, {"name": "Grow", "weight": -1}),
        (Ticket, {"opened_at": noon(NEXT), "closed_at": noon(DAY)}),
        (Ticket, {"opened_at": noon(NEXT), "resolved_at": noon(DAY)}),
        (Ticket, {"opened_at": noon(DAY), "csat": 6}),
        (Ticket, {"opened_at": noon(DAY), "sentiment": -1.1}),
        (Ticket, {"opened_at": noon(DAY), "reopened": -1}),
        (Interaction, {"kind": "call", "at": noon(DAY), "sentiment": 2}),
        (Interaction, {"kind": "call", "at": noon(DAY), "duration_minutes": -5}),
        (Survey, {"kind": "nps", "score": 11, "at": noon(DAY)}),
        (Survey, {"kind": "csat", "score": 0, "at": noon(DAY)}),
        (Survey, {"kind": "mood", "score": 3, "at": noon(DAY)}),
        (Usage, {"date": DAY, "period_days": 0}),
        (Usage, {"date": DAY, "logins": -1}),
        (FeatureUsage, {"date": DAY, "feature": "export", "uses": -1}),
        (Expectation, {"metric": "nps", "from_on": NEXT, "until_on": DAY}),
        (Invoice, {"issued_on": DAY, "amount": 1, "failed_attempts": -1}),
        (ChurnEvent, {"on": DAY, "external_id": ""}),
    ],
)
def test_a_row_that_cannot_be_true_is_refused(model: Any, fields: dict[str, Any]) -> None:
    customer = make_customer()
    refuse(lambda: make_row(model, customer, **fields))


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (Ticket, {"external_id": "1", "opened_at": noon(DAY)}),
        (Usage, {"date": DAY}),
        (FeatureUsage, {"date": DAY, "feature": "export"}),
        (FeatureUsage, {"date": DAY, "feature": "export", "external_id": "1"}),
        (MetricValue, {"date": DAY, "metric": "nps", "value": 1}),
        (Expectation, {"metric": "nps", "from_on": DAY}),
    ],
)
def test_an_identity_is_there_once(model: Any, fields: dict[str, Any]) -> None:
    customer = make_customer()
    make_row(model, customer, **fields)
    refuse(lambda: make_row(model, customer, **fields))


def test_the_same_identity_in_another_source_is_another_record() -> None:
    customer = make_customer()
    make_row(Ticket, customer, external_id="1", opened_at=noon(DAY))
    make_row(Ticket, customer, external_id="1", opened_at=noon(DAY), source=make_source("other"))
    assert Ticket.objects.count() == 2


def test_usage_of_a_product_is_there_once_and_beside_usage_of_none() -> None:
    customer, product = make_customer(), Product.objects.create(sku="P", name="P")
    make_row(Usage, customer, date=DAY)
    make_row(Usage, customer, date=DAY, product=product)
    refuse(lambda: make_row(Usage, customer, date=DAY, product=product))


def test_a_customer_has_one_open_period_and_no_two_from_one_day() -> None:
    customer = make_customer(since=DAY)
    refuse(lambda: CustomerPeriod.objects.create(customer=customer, started_on=NEXT))
    CustomerPeriod.objects.update(ended_on=NEXT)
    refuse(lambda: CustomerPeriod.objects.create(customer=customer, started_on=DAY, ended_on=NEXT))
    refuse(lambda: CustomerPeriod.objects.create(customer=customer, started_on=NEXT, ended_on=DAY))


def test_a_customer_has_one_open_csm() -> None:
    customer = make_customer()
    give(customer, make_user("Bob"))
    refuse(lambda: give(customer, make_user("Charlie")))
    refuse(lambda: give(customer, make_user("Erin"), "friend"))
    give(customer, make_user("Finn"), "collaborator")
    give(customer, make_user("Gus"), "collaborator")
    refuse(lambda: Assignment.objects.update(from_on=NEXT, until_on=DAY))


def test_a_customer_is_not_its_own_parent_and_employs_no_fewer_than_none() -> None:
    customer = make_customer()
    refuse(lambda: Customer.objects.update(parent=customer.pk))
    refuse(lambda: Customer.objects.update(employees=-1))
    refuse(lambda: Customer.objects.update(external_id=""))


def test_users_are_told_apart_whatever_the_case_and_have_a_known_role() -> None:
    make_user("Bob")
    refuse(lambda: User.objects.create(email="BOB@example.com", name="Bob"))
    refuse(lambda: User.objects.update(role="king"))


def test_a_batch_whose_rows_do_not_add_up_is_refused() -> None:
    refuse(lambda: Batch.objects.create(source=make_source(), kind="usage", file="u.csv", sha256="", rows_read=1))


def test_a_pulse_has_one_of_three_colours() -> None:
    customer, bob = make_customer(), make_user("Bob")
    refuse(lambda: make_row(Pulse, customer, at=noon(DAY), author=bob, band="blue"))


@pytest.mark.parametrize(
    "make",
    [
        lambda: Source.objects.create(name=""),
        lambda: Source.objects.create(name="crm", rhythm_days=0),
        lambda: ExchangeRate.objects.create(currency="USD", date=DAY, rate=0),
        lambda: Calendar.objects.create(key="NO", weekdays=""),
        lambda: Calendar.objects.create(key="NO", opens="17:00", closes="09:00"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(make: Any) -> None:
    refuse(make)


def test_a_holiday_and_a_rate_are_there_once() -> None:
    calendar = Calendar.objects.create(key="NO")
    Holiday.objects.create(calendar=calendar, date=DAY)
    refuse(lambda: Holiday.objects.create(calendar=calendar, date=DAY))
    ExchangeRate.objects.create(currency="USD", date=DAY, rate=1)
    refuse(lambda: ExchangeRate.objects.create(currency="USD", date=DAY, rate=2))


def test_an_asset_is_never_fewer_than_no_units() -> None:
    product = Product.objects.create(sku="P", name="P")
    refuse(lambda: make_row(Asset, make_customer(), product=product, quantity=-1))
