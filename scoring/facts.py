"""Where a night finds what it needs to know of its customers."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np

from accounts.history import stretch
from accounts.models import Customer
from scoring.engine.frame import Floats
from scoring.indicators.remembering import Remembered
from scoring.judgements.overriding import overrides_on
from scoring.loading import Loaded, load
from scoring.models import ScorecardVersion
from scoring.nights import Ints
from scoring.vocabulary.moving import Stays
from scoring.vocabulary.stays import stage_on


class Facts:
    """What a night asks for, asked of the database. Who scores many nights has read ahead."""

    earlier: Remembered | None = None  # what is remembered of earlier nights

    def customers(self, first_last: tuple[int, int], on: date) -> Ints:
        """The ids of a stretch who are customers on a date, ascending."""
        active = Customer.objects.active_on(on).filter(stretch(first_last, "pk")).order_by("pk")
        return np.fromiter(active.values_list("pk", flat=True), dtype=np.int64)

    def load(self, ids: Ints, on: date, version: ScorecardVersion) -> Loaded:
        """Every input of customers (ids ascending) as of a date."""
        return load(ids, on, version.engine)

    def overrides_on(self, ids: Ints, on: date) -> Floats:
        """The score that a person has set for each customer (n, ids ascending) on a date, NaN = none."""
        return overrides_on(ids, on)

    def stays(self, first_last: tuple[int, int], on: date) -> Stays:
        """The stays of a stretch of customers, in which a night finds them."""
        return Stays.read(first_last, on)

    def stage_on(self, ids: Ints, on: date) -> Floats:
        """The code of the stage of each customer (n) before the night decides it, NaN = none."""
        return stage_on(ids, on)


ASKED: Final = Facts()
