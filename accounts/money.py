"""Amounts in the reporting currency, each at the rate that held on the date of its fact (presets 0.11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from django.conf import settings

from accounts.models import ExchangeRate

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Quotes:
    """The rates of one currency: from each day number on (ascending), what one unit is worth."""

    days: Floats
    rates: Floats

    def on(self, days: Floats) -> Floats:
        """The rate that held on each day; NaN before the first quote, and for an unknown day."""
        place = np.searchsorted(self.days, days, side="right") - 1
        return np.where((place < 0) | np.isnan(days), np.nan, self.rates[np.maximum(place, 0)])


Rates = Mapping[str, Quotes]
SINCE_EVER = Quotes(np.array([-np.inf]), np.array([1.0]))


def load_rates(until: date) -> Rates:
    """Every rate quoted by a date, by currency. One query.

    The reporting currency, and an empty one, which means it, are worth 1 whatever was quoted.
    """
    rows = ExchangeRate.objects.filter(date__lte=until).order_by("date").values_list("currency", "date", "rate")
    quoted: dict[str, list[tuple[int, float]]] = {}
    for currency, day, rate in rows:
        quoted.setdefault(currency, []).append((day.toordinal(), float(rate)))
    rates = {currency: Quotes(*np.array(quotes, dtype=np.float64).T) for currency, quotes in quoted.items()}
    return {**rates, "": SINCE_EVER, settings.REPORTING_CURRENCY: SINCE_EVER}


def convert(amounts: Floats, currencies: npt.NDArray[np.object_], days: Floats | float, rates: Rates) -> Floats:
    """n amounts in the reporting currency, at the rates that held on `days` (n day numbers, or one for all).

    NaN where the amount is unknown or no rate is: a sum with it is unknown too, never too small. Nothing is nothing in
    every currency, so 0 needs no rate.
    """
    on = np.broadcast_to(np.asarray(days, dtype=np.float64), amounts.shape)
    worth = np.full(amounts.shape, np.nan)
    for currency in set(currencies) & set(rates):
        here = currencies == currency
        worth[here] = rates[currency].on(on[here])
    return np.where(amounts == 0, 0.0, amounts * worth)
