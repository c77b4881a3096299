"""Amounts in the reporting currency at the rate of their day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from accounts.models import ExchangeRate
from accounts.money import Quotes, convert, load_rates

D = date(2025, 9, 30)
NAN = float("nan")
RATES = {
    "": Quotes(np.array([-np.inf]), np.array([1.0])),
    "USD": Quotes(np.array([100.0, 200.0]), np.array([0.9, 0.8])),
}


def converted(amount: float, currency: str, day: float) -> float:
    return float(convert(np.array([amount]), np.array([currency], dtype=object), day, RATES)[0])


@pytest.mark.parametrize(
    ("currency", "day", "expected"),
    [
        ("USD", 100, 90.0),  # quoted on the day
        ("USD", 199, 90.0),  # the day before the next quote
        ("USD", 200, 80.0),
        ("USD", 5000, 80.0),  # a quote holds until the next
        ("USD", 99, NAN),  # before the first
        ("USD", NAN, NAN),  # an unknown day
        ("GBP", 200, NAN),  # never quoted
        ("", 1, 100.0),  # empty means the reporting currency
    ],
)
def test_an_amount_takes_the_latest_rate_on_or_before_its_day(currency: str, day: float, expected: float) -> None:
    assert converted(100.0, currency, day) == pytest.approx(expected, nan_ok=True)


def test_each_amount_is_converted_on_its_own_day() -> None:
    currencies = np.array(["USD", "USD", ""], dtype=object)
    found = convert(np.array([10.0, 10.0, 10.0]), currencies, np.array([150.0, 250.0, 250.0]), RATES)
    assert found == pytest.approx([9.0, 8.0, 10.0])


def test_nothing_is_nothing_in_every_currency_but_unknown_stays_unknown() -> None:
    assert converted(0.0, "GBP", 200) == 0.0
    assert np.isnan(converted(NAN, "USD", 200))


def test_no_amounts_convert_to_none() -> None:
    assert len(convert(np.array([]), np.array([], dtype=object), 1.0, RATES)) == 0


@pytest.mark.django_db
def test_only_rates_quoted_by_the_day_are_read(django_assert_num_queries: Any) -> None:
    for day, rate in ((1, "0.95"), (30, "0.85")):
        ExchangeRate.objects.create(currency="USD", date=date(2025, 9, day), rate=Decimal(rate))
    ExchangeRate.objects.create(currency="USD", date=date(2025, 10, 1), rate=Decimal("0.10"))
    with django_assert_num_queries(1):
        rates = load_rates(D)
    assert rates["USD"].on(np.array([D.toordinal() - 1.0, D.toordinal() + 9.0])).tolist() == [0.95, 0.85]


@pytest.mark.django_db
def test_the_reporting_currency_is_worth_one_whatever_was_quoted(settings: Any) -> None:
    settings.REPORTING_CURRENCY = "NOK"
    ExchangeRate.objects.create(currency="NOK", date=D, rate=Decimal(7))
    rates = load_rates(D)
    assert [rates[currency].on(np.array([1.0]))[0] for currency in ("", "NOK")] == [1.0, 1.0]
    assert "EUR" not in rates
