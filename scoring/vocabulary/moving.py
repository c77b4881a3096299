"""One night of some customers in their stages: who is placed, who moves on, and whom a person holds where they are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt
from django.db.models import QuerySet

from accounts.history import states_on, stretch
from accounts.ingestion.inserting import insert
from scoring.definitions import entries
from scoring.engine.frame import Floats
from scoring.models import Stay
from scoring.nights import Ints
from scoring.vocabulary.stepping import GROWTH, ONBOARDING, RENEWAL, Stages, first_stage, step

ROWS_AT_ONCE: Final = 500
FROM_FILE: Final = "From the customers file"  # the reason of a stage that was imported


def is_held(reason: str, expires_on: date | None, on: date) -> bool:
    """Whether a person, or the customers file, holds a customer in a stage on a date, whatever the rules say."""
    return reason != "" and (expires_on is None or on < expires_on)


class Night:
    """Customers (ids ascending) on a date: their stays, and what the rules of stages read of them (n each)."""

    def __init__(self, ids: Ints, on: date, fields: Mapping[str, Floats]) -> None:
        n = len(ids)
        self.ids, self.on, self.fields = ids, on, fields
        self.stay = np.zeros(n, np.int64)  # the key of the open stay, 0 = none
        self.stage = np.zeros(n, np.int64)
        self.days = np.full(n, np.nan)  # in the stage
        self.before = np.full(n, GROWTH, np.int64)  # where somebody goes back whose renewal is settled
        self.is_held, self.was_ever = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
        self._read()

    def _read(self) -> None:
        mine = stretch((int(self.ids[0]), int(self.ids[-1])))
        stays = Stay.objects.filter(mine).order_by("customer_id", "from_on", "pk")
        self._read_ended(stays.exclude(until_on=None))
        columns = ("customer_id", "pk", "stage", "from_on", "reason", "expires_on")
        place = {pk: i for i, pk in enumerate(self.ids.tolist())}
        for customer, pk, stage, since, reason, expires in stays.filter(until_on=None).values_list(*columns):
            if (i := place.get(customer)) is not None:
                self.was_ever[i] = True
                self.stay[i], self.stage[i], self.days[i] = pk, stage, (self.on - since).days
                self.is_held[i] = is_held(reason, expires, self.on)

    def _read_ended(self, stays: QuerySet[Stay]) -> None:
        rows = np.array(list(stays.values_list("customer_id", "stage")), np.int64).reshape(-1, 2)
        rows = rows[np.isin(rows[:, 0], self.ids)]
        place, stage = np.searchsorted(self.ids, rows[:, 0]), rows[:, 1]
        self.was_ever[place] = True
        other = stage != RENEWAL
        self.before[place[other]] = stage[other]  # of several the last one stays

    def place(self, stages: Stages) -> int:
        """Place those who are in no stage, and return how many: who came back begins anew.

        A stage that the customers file names is taken for good where nobody was ever placed. By rule somebody who is
        still in Onboarding has been there since the period began; of the others it is not known since when.
        """
        homeless = self.stay == 0
        if not homeless.any():
            return 0
        tenure, named = self.fields["tenure_days"], self._named_by_file()
        there = np.full(len(self.ids), ONBOARDING, np.int64)
        by_rule = first_stage(self._with_stay(there, tenure, stages), stages)
        ago = np.where((by_rule == ONBOARDING) & (tenure > 0), tenure, 0.0)
        by_file = homeless & ~self.was_ever & (named > 0)
        self._begin(by_file, named, reason=FROM_FILE)
        self._begin(homeless & ~by_file, by_rule, ago)
        return int(homeless.sum())

    def move(self, stages: Stages) -> int:
        """Let everybody whom nobody holds make the step that the rules say, and return how many did.

        Whose stay began on the date, or after it, has made the step of this night already.
        """
        free = (self.stay > 0) & ~self.is_held & (self.days > 0)
        after = step(self.stage, self.before, self._with_stay(self.stage, self.days, stages), stages)
        moving = free & (after != self.stage)
        left = self.stay[moving].tolist()
        for start in range(0, len(left), ROWS_AT_ONCE):
            Stay.objects.filter(pk__in=left[start : start + ROWS_AT_ONCE]).update(until_on=self.on)
        self._begin(moving, after)
        return int(moving.sum())

    def _begin(self, who: npt.NDArray[np.bool_], stage: Ints, ago: Floats | None = None, *, reason: str = "") -> None:
        days = np.zeros(len(self.ids)) if ago is None else ago
        columns = {
            "customer_id": self.ids[who].tolist(),
            "stage": stage[who].tolist(),
            "from_on": [self.on - timedelta(days=int(past)) for past in days[who].tolist()],
            "reason": [reason] * int(who.sum()),
        }
        insert(Stay, columns, int(who.sum()))

    def _with_stay(self, stage: Ints, days: Floats, stages: Stages) -> dict[str, Floats]:
        return {**self.fields, **stages.of_stay(stage, days, self.fields["size"])}

    def _named_by_file(self) -> Ints:
        """The stage that the customers file named on the date (n), 0 = none."""
        numbers = {entry.key: entry.number for entry in entries("stage")}
        rows = states_on("customers", ["lifecycle_stage"], (int(self.ids[0]), int(self.ids[-1])), self.on)
        named = {
            pk: numbers.get(word, 0) for pk, word in zip(rows["customer_id"], rows["lifecycle_stage"], strict=True)
        }
        return np.array([named.get(pk, 0) for pk in self.ids.tolist()], np.int64)
