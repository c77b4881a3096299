"""Which indicators are open: their conditions have held long enough, or did the night before (library 1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import numpy as np

from scoring.indicators.clearing import still_open
from scoring.indicators.definitions import indicators
from scoring.indicators.remembering import NONE, bits_by_day, days_needed, gathered, may_last
from scoring.models import CurrentScore
from scoring.nights import LOOK_BACK_DAYS, Ints


def open_indicators(customer_ids: Iterable[int], on: date) -> dict[int, list[str]]:
    """The keys of the open indicators of each customer on a date, in the order of their definitions.

    They are read from the latest nights up to the date, or from the live score and the nights before it where that is
    newer; a night more than a month back counts only for what takes several nights. Who has no score there has none.
    Three queries, and three more where something that takes several nights may be open.
    """
    ids = np.unique(np.fromiter(customer_ids, np.int64))
    nights = _told(ids, on, LOOK_BACK_DAYS + 1)
    lasting = may_last(nights)
    if lasting.any():
        longer = _told(ids[lasting], on, days_needed() + 1)
        nights = np.vstack([nights[:2], np.zeros((len(longer) - 2, len(ids)), np.int64)])
        nights[:, lasting] = longer
    bits, every = still_open(nights).tolist(), indicators()
    return {
        pk: [key for key, indicator in every.items() if open_bits & indicator.bit]
        for pk, open_bits in zip(ids.tolist(), bits, strict=True)
    }


def _told(ids: Ints, on: date, days: int) -> Ints:
    """What each customer's nights say, the live score standing in for one that is still to come."""
    found = bits_by_day(ids, on, days)
    since = on - timedelta(days=days - 1)
    live = CurrentScore.objects.filter(customer_id__in=ids.tolist(), as_of__range=(since, on))
    for pk, day, bits in live.values_list("customer_id", "as_of", "indicators"):
        place = (on - day).days, int(np.searchsorted(ids, pk))
        found[place] = bits if found[place] == NONE else found[place]
    return gathered(found)
