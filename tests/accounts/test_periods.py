"""Times as a customer: opened by sign-up, ended by `churned_on` alone, opened again by a later sign-up."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from accounts.models import Customer, CustomerPeriod, Subscription
from accounts.periods import update_periods
from tests.cast import make_customer, make_row

pytestmark = pytest.mark.django_db

Dates = tuple[date | None, date | None]
JAN, JUN, SEP, DEC = (date(2024, month, 1) for month in (1, 6, 9, 12))


def periods(customer: Customer) -> list[Dates]:
    return list(
        CustomerPeriod.objects.filter(customer=customer).order_by("started_on").values_list("started_on", "ended_on")
    )


def after(*told: dict[str, Any]) -> list[Dates]:
    """The periods after the customer's dates were told one after the other."""
    customer = make_customer(since=None)
    for fields in told:
        Customer.objects.filter(pk=customer.pk).update(**fields)
        for _twice in range(2):
            update_periods([customer.pk])
    return periods(customer)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([{}], []),
        ([{"customer_since": JAN}], [(JAN, None)]),
        ([{"customer_since": JAN, "churned_on": JUN}], [(JAN, JUN)]),
        ([{"customer_since": JAN}, {"churned_on": JUN}], [(JAN, JUN)]),
        ([{"customer_since": JUN}, {"customer_since": JAN}], [(JAN, None)]),
        ([{"customer_since": JAN, "churned_on": JUN}, {"churned_on": None}], [(JAN, None)]),
        ([{"customer_since": JAN, "churned_on": JUN}, {"customer_since": SEP}], [(JAN, JUN), (SEP, None)]),
        (
            [{"customer_since": JAN, "churned_on": JUN}, {"customer_since": SEP}, {"churned_on": DEC}],
            [(JAN, JUN), (SEP, DEC)],
        ),
        (
            [{"customer_since": JAN, "churned_on": JUN}, {"customer_since": SEP}, {"customer_since": JAN}],
            [(JAN, JUN), (SEP, None)],
        ),
        ([{"customer_since": JAN, "churned_on": JAN}], [(JAN, JAN)]),
        ([{"customer_since": SEP, "churned_on": JUN}], [(SEP, None)]),
    ],
)
def test_periods_follow_the_dates_of_the_customer(told: list[dict[str, Any]], expected: list[Dates]) -> None:
    assert after(*told) == expected


def test_without_a_sign_up_the_first_subscription_opens_a_period() -> None:
    customer = make_customer(since=None)
    for started in (JUN, JAN, None):
        make_row(Subscription, customer, started_on=started)
    update_periods([customer.pk])
    assert periods(customer) == [(JAN, None)]


def test_a_period_keeps_the_reason_of_its_end() -> None:
    customer = make_customer(since=JAN, churned_on=JUN, churn_reason="price")
    update_periods([customer.pk])
    assert CustomerPeriod.objects.get().reason == "price"
