"""The bits that earlier nights recorded, for indicators that open after several nights."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np

from scoring.engine.frame import Bools
from scoring.indicators.definitions import indicators
from scoring.models import Purpose, Run, ScoreRecord
from scoring.nights import LOOK_BACK_DAYS, Ints, records_in

NONE = -1  # of a day without a record
ByDay = Callable[[Ints, date, int], Ints]


def bits_by_day(ids: Ints, on: date, days: int) -> Ints:
    """What official records of the days up to a date say (days x n, the date first), NONE without one. Two queries."""
    found, nights = np.full((days, len(ids)), NONE, np.int64), _nights(on, days)
    records = ScoreRecord.objects.filter(customer_id__in=ids.tolist(), run_id__in=list(nights))
    rows = np.array(list(records.values_list("run_id", "customer_id", "indicators")), np.int64).reshape(-1, 3)
    ago = {run: (on - night).days for run, night in nights.items()}
    found[[ago[run] for run in rows[:, 0].tolist()], np.searchsorted(ids, rows[:, 1])] = rows[:, 2]
    return found


class Remembered:
    """What nights recorded, each read once: for who looks back from one night after the other.

    Records are never rewritten. One that is added meanwhile, of a customer who could not be scored before, is not seen.
    """

    def __init__(self) -> None:
        self._nights: dict[int, tuple[Ints, Ints]] = {}  # the customers of a run, ascending, and the bits of each
        self._most = 0  # days that were asked for

    def bits_by_day(self, ids: Ints, on: date, days: int) -> Ints:
        """The same as the function says. One query, and one more for each night that is new."""
        found, nights = np.full((days, len(ids)), NONE, np.int64), _nights(on, days)
        known = {run: self._nights.get(run) or self._recorded(run) for run in nights}
        self._most = max(self._most, days)
        self._nights = known if days == self._most else self._nights | known  # none out of reach
        last = None
        for run, (owners, bits) in known.items():
            if owners is not last:  # mostly they are those of the night before
                last, there = owners, np.isin(ids, owners, assume_unique=True)
                place = np.searchsorted(owners, ids[there])
            found[(on - nights[run]).days, there] = bits[place]
        return found

    def bits_before(self, ids: Ints, on: date) -> Ints:
        """Those of the latest record of the month before a date (n), 0 without one. Queries as above."""
        return gathered(self.bits_by_day(ids, on - timedelta(days=1), LOOK_BACK_DAYS))[0]

    def _recorded(self, run: int) -> tuple[Ints, Ints]:
        """What the run says, with the customers of the night before where they are the same."""
        owners, bits = _recorded(run)
        same = (known for known, _ in reversed(self._nights.values()) if np.array_equal(known, owners))
        return next(same, owners), bits


def _nights(on: date, days: int) -> dict[int, date]:
    """The dates of the official runs of the days up to a date, by run."""
    since = on - timedelta(days=days - 1)
    runs = Run.objects.filter(purpose=Purpose.NIGHTLY, as_of__range=(since, on)).order_by("as_of")
    return dict(runs.values_list("pk", "as_of"))


def _recorded(run_id: int) -> tuple[Ints, Ints]:
    rows = np.array(list(records_in(run_id).values_list("customer_id", "indicators")), np.int64).reshape(-1, 2)
    return np.ascontiguousarray(rows[:, 0]), np.ascontiguousarray(rows[:, 1])


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


def with_earlier(latest: Ints, ids: Ints, on: date, by_day: ByDay = bits_by_day) -> Ints:
    """Nights of customers (ids ascending): the latest two (2 x n) up to a date, then earlier ones where they matter.

    Two queries, whatever the number of customers; none where no condition holds that takes several nights.
    """
    who = may_last(latest)
    if not who.any():
        return latest
    before = gathered(by_day(ids[who], on - timedelta(days=1), days_needed()))
    nights = np.zeros((1 + len(before), len(ids)), np.int64)
    nights[:2] = latest
    nights[1:, who] = before
    return nights
