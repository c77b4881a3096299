"""What earlier nights recorded, for indicators that open after several nights or look back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

import numpy as np

from accounts.history import EVERYBODY, stretch
from scoring.engine.frame import Bools, Floats
from scoring.indicators.definitions import indicators
from scoring.models import Purpose, Run, ScoreRecord
from scoring.nights import LOOK_BACK_DAYS, Ints

NONE = -1  # of a day without a record
NOTHING: Final = np.empty((0, 0))
ByDay = Callable[[Ints, date, int], Ints]


def bits_by_day(ids: Ints, on: date, days: int) -> Ints:
    """What official records of the days up to a date say (days x n, the date first), NONE without one. Two queries."""
    found, nights = np.full((days, len(ids)), NONE, np.int64), _nights(on, days)
    records = ScoreRecord.objects.filter(customer_id__in=ids.tolist(), run_id__in=list(nights))
    rows = np.array(list(records.values_list("run_id", "customer_id", "indicators")), np.int64).reshape(-1, 3)
    ago = {run: (on - night).days for run, night in nights.items()}
    found[[ago[run] for run in rows[:, 0].tolist()], np.searchsorted(ids, rows[:, 1])] = rows[:, 2]
    return found


class Told(NamedTuple):
    """What a night recorded of some customers (n, ids ascending): bits, and the points of measures by a version."""

    ids: Ints
    bits: Ints
    points: Floats = NOTHING  # n x M
    version: int = 0  # 0 = the points are not known


class Remembered:
    """What nights recorded of the customers first..last (ids): for who goes from one night to the next.

    What it is told of a night is all that night says of them; what it was not told it reads once. Records are never
    rewritten: one that is added later, of a customer who could not be scored before, is not seen.
    """

    def __init__(self, customers: tuple[int, int] = EVERYBODY) -> None:
        self._customers = customers
        self._nights: dict[date, list[Told]] = {}

    def tell(self, on: date, told: Sequence[Told]) -> None:
        """Keep what a night has recorded, and nothing that is out of reach by now."""
        oldest = on - timedelta(days=days_needed())
        self._nights = {day: known for day, known in self._nights.items() if day > oldest}
        self._nights[on] = [one._replace(ids=self._same(one.ids)) for one in told]

    def bits_by_day(self, ids: Ints, on: date, days: int) -> Ints:
        """The same as the function says of some of the customers. Two queries where it has not been told of all."""
        found, last = np.full((days, len(ids)), NONE, np.int64), None
        for ago, day in enumerate(self._known(on, days)):
            for owners, bits, *_ in self._nights[day]:
                if owners is not last:  # mostly they are those of the night before
                    last, there = owners, np.isin(ids, owners, assume_unique=True)
                    place = np.searchsorted(owners, ids[there])
                found[ago, there] = bits[place]
        return found

    def bits_before(self, ids: Ints, on: date) -> Ints:
        """Those of the latest record of the month before a date (n), 0 without one. Queries as above."""
        found, left = np.zeros(len(ids), np.int64), np.ones(len(ids), np.bool_)
        for day in self._known(on - timedelta(days=1), LOOK_BACK_DAYS):
            for owners, bits, *_ in self._nights[day]:
                there = left & np.isin(ids, owners, assume_unique=True)
                found[there] = bits[np.searchsorted(owners, ids[there])]
                left &= ~there
            if not left.any():  # mostly after the night before
                break
        return found

    def points_on(self, ids: Ints, on: date, version: int) -> tuple[Bools, Floats] | None:
        """Whom a version scored on a date (n), and their points; None where it was not told of the night."""
        told = [one for one in self._nights.get(on, []) if one.version]
        mine = [one for one in told if one.version == version]  # several where somebody could not be scored
        if not mine:
            return (np.zeros(len(ids), np.bool_), NOTHING) if told else None
        owners, points = np.concatenate([one.ids for one in mine]), np.concatenate([one.points for one in mine])
        there, order = np.isin(ids, owners, assume_unique=True), np.argsort(owners)
        return there, points[order[np.searchsorted(owners, ids[there], sorter=order)]]

    def _known(self, on: date, days: int) -> list[date]:
        """The days up to a date, the date first; what it was not told of any is read."""
        wanted = [on - timedelta(days=ago) for ago in range(days)]
        if missing := [day for day in wanted if day not in self._nights]:
            self._read(missing)
        return wanted

    def _read(self, days: Sequence[date]) -> None:
        runs = Run.objects.filter(purpose=Purpose.NIGHTLY, as_of__in=days)
        nights = dict(runs.values_list("pk", "as_of"))
        records = ScoreRecord.objects.filter(stretch(self._customers), run_id__in=list(nights)).order_by("customer_id")
        rows = np.array(list(records.values_list("run_id", "customer_id", "indicators")), np.int64).reshape(-1, 3)
        self._nights |= {day: [] for day in days}
        for run, night in nights.items():
            mine = rows[rows[:, 0] == run]
            self._nights[night] = [Told(self._same(mine[:, 1].copy()), mine[:, 2].copy())]

    def _same(self, ids: Ints) -> Ints:
        """The customers, as the array in which an earlier night has them."""
        known = (one.ids for told in reversed(self._nights.values()) for one in told)
        return next((owners for owners in known if np.array_equal(owners, ids)), ids)


def _nights(on: date, days: int) -> dict[int, date]:
    """The dates of the official runs of the days up to a date, by run."""
    since = on - timedelta(days=days - 1)
    runs = Run.objects.filter(purpose=Purpose.NIGHTLY, as_of__range=(since, on)).order_by("as_of")
    return dict(runs.values_list("pk", "as_of"))


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
