"""Reads the facts of many past nights at once: one query and one array for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cached_property
from typing import Final

import numpy as np

from accounts.history import EVERYBODY, stretch
from accounts.models import CustomerPeriod
from scoring.engine.frame import Floats
from scoring.facts import Facts
from scoring.indicators.remembering import Remembered
from scoring.judgements.overriding import Overrides
from scoring.loading import Ids, Loaded, Read, finished, longest, names_asked, read
from scoring.metrics.block import SLACK_DAYS, Block
from scoring.metrics.rows import DAY_BITS, Ints
from scoring.metrics.sharing import Shared
from scoring.models import ScorecardVersion
from scoring.vocabulary.moving import Stays
from scoring.vocabulary.placing import codes

PAIRS: Final = 15_000  # of customers and nights computed at once: more take more memory and no less time


class Ahead(Facts):
    """Loads customers first..last (ids) as `loading.load` does, for nights (ascending) asked for in their order.

    What is read is kept for the nights to come; it says the same as the nights one by one. For no more customers and
    nights than memory holds.
    """

    def __init__(
        self, nights: Sequence[date], first_last: tuple[int, int] = EVERYBODY, earlier: Remembered | None = None
    ) -> None:
        self.nights = nights
        self.earlier: Remembered = earlier or Remembered(first_last)
        self._first_last = first_last
        # By version: what is asked, and customers and nights as keys, ascending.
        self._kept: dict[int, tuple[Sequence[str], Ids, Read]] = {}
        self._stays: Stays | None = None  # as the latest night found them
        slack = timedelta(days=SLACK_DAYS)
        self._shared = Shared(nights[0] - slack, nights[-1], first_last)

    @cached_property
    def _active(self) -> dict[date, Ints]:
        """Who is a customer on each night (ids ascending). One query."""
        periods = CustomerPeriod.objects.filter(stretch(self._first_last))
        rows = periods.order_by("customer_id").values_list("customer_id", "started_on", "ended_on")
        customers, started, ended = zip(*rows, strict=True) if rows else [()] * 3
        ids = np.array(customers, np.int64)
        first = np.array([day.toordinal() if day else 0 for day in started])
        after = np.array([day.toordinal() if day else date.max.toordinal() for day in ended])
        days = {night: night.toordinal() for night in self.nights}
        return {night: np.unique(ids[(first <= day) & (day < after)]) for night, day in days.items()}

    def customers(self, first_last: tuple[int, int], on: date) -> Ints:
        """Who is a customer on a date, as it was when they were read."""
        known = self._active.get(on) if first_last == self._first_last else None
        return super().customers(first_last, on) if known is None else known

    def load(self, ids: Ids, on: date, version: ScorecardVersion) -> Loaded:
        """Every input of customers (ids ascending) as of a date; of any date that is none of the nights by itself."""
        place = self._places(ids, on, version)
        if place is None and on in self.nights:
            self._read(on, version)
            place = self._places(ids, on, version)
        if place is None:
            return super().load(ids, on, version)
        asked, _, found = self._kept[version.pk]
        return finished(found.of(place), Block(ids, on), version.engine, asked)

    @cached_property
    def _overrides(self) -> Overrides:
        return Overrides(self._first_last, self.nights[0], self.nights[-1])

    def overrides_on(self, ids: Ints, on: date) -> Floats:
        """What persons have set, as it was when it was read: nobody sets anything for a past night any more."""
        return self._overrides.on(ids, on) if on in self._active else super().overrides_on(ids, on)

    def stays(self, first_last: tuple[int, int], on: date) -> Stays:
        """The stays as they are now."""
        found = super().stays(first_last, on)
        self._stays = found if first_last == self._first_last else None
        return found

    def stage_on(self, ids: Ints, on: date) -> Floats:
        """The stage of each customer, as in the stays of the night where they were read."""
        known = self._stays if self._stays and self._stays.on == on else None
        return codes("stage", known.stages_of(ids)) if known else super().stage_on(ids, on)

    def _places(self, ids: Ids, on: date, version: ScorecardVersion) -> Ids | None:
        """Where customers stand on a date among those that were read; None where any of them does not."""
        if version.pk not in self._kept:
            return None
        known, wanted = self._kept[version.pk][1], ids << DAY_BITS | on.toordinal()
        place = np.searchsorted(known, wanted).clip(max=len(known) - 1)
        return place if np.array_equal(known[place], wanted) else None

    def _read(self, on: date, version: ScorecardVersion) -> None:
        self._kept.pop(version.pk, None)  # make room
        engine, asked, pairs = version.engine, names_asked(version.engine), self._pairs(on)
        days = pairs & (1 << DAY_BITS) - 1
        block = Block(pairs >> DAY_BITS, days, engine.parameters, longest(engine, asked), within=self._shared)
        self._kept[version.pk] = asked, pairs, read(block, engine, asked)
        if block.dates[-1] == self.nights[-1]:
            self._shared.kept.clear()  # nothing is left to be read

    def _pairs(self, on: date) -> Ids:
        """The customers of the nights from a date on, as many nights as are computed at once; as keys, ascending."""
        found = list[Ids]()
        for night in (one for one in self.nights if one >= on):
            found.append(self._active[night] << DAY_BITS | night.toordinal())
            if sum(map(len, found)) + len(found[-1]) > PAIRS:
                break
        return np.sort(np.concatenate(found))
