"""The bits that earlier nights recorded, for indicators that open after several nights."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from scoring.engine.frame import Bools
from scoring.indicators.definitions import indicators
from scoring.models import Purpose, ScoreRecord
from scoring.nights import LOOK_BACK_DAYS, Ints

NONE = -1  # of a day without a record


def bits_by_day(ids: Ints, on: date, days: int) -> Ints:
    """What official records of the days up to a date say (days x n, the date first), NONE without one. One query."""
    found = np.full((days, len(ids)), NONE, np.int64)
    nightly = ScoreRecord.objects.filter(
        run__purpose=Purpose.NIGHTLY, run__as_of__range=(on - timedelta(days=days - 1), on)
    )
    rows = list(nightly.filter(customer_id__in=ids.tolist()).values_list("customer_id", "run__as_of", "indicators"))
    owners, bits = (np.array([row[place] for row in rows], np.int64) for place in (0, 2))
    found[[(on - day).days for _, day, _ in rows], np.searchsorted(ids, owners)] = bits
    return found


def gathered(days: Ints) -> Ints:
    """The nights there were of each customer, one after the other, the latest first; 0 where there are no more."""
    order = np.argsort(days == NONE, axis=0, kind="stable")
    found = np.take_along_axis(days, order, axis=0)
    return np.where(found == NONE, 0, found)


def days_needed() -> int:
    """How many days the indicator that takes the longest looks back, and a month more for nights on which it did not
    hold and did not clear.
    """
    return max((one.nights for one in indicators().values()), default=1) + LOOK_BACK_DAYS


def is_lasting(number: int) -> bool:
    """Whether more than two nights decide if an indicator is open: it, or one that it counts, takes several."""
    every = indicators().values()
    asked = [one for one in every if one.number == number]
    counted = [one for one in every if one.counts] if any(one.counts_others for one in asked) else []
    return any(one.nights > 1 for one in (*asked, *counted))


def may_last(nights: Ints) -> Bools:
    """Of whom (n) more than the latest two nights (2 x n) must be known: a condition that takes several holds there."""
    several = sum(one.bit for one in indicators().values() if one.nights > 1)
    found: Bools = ((nights[0] | nights[1]) & several) > 0
    return found


def with_earlier(latest: Ints, ids: Ints, on: date) -> Ints:
    """Nights of customers (ids ascending): the latest two (2 x n) up to a date, then earlier ones where they matter.

    Two queries, whatever the number of customers; none where no condition holds that takes several nights.
    """
    who = may_last(latest)
    if not who.any():
        return latest
    before = gathered(bits_by_day(ids[who], on - timedelta(days=1), days_needed()))
    nights = np.zeros((1 + len(before), len(ids)), np.int64)
    nights[:2] = latest
    nights[1:, who] = before
    return nights
