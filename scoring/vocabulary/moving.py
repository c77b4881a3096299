"""One night of some customers in their stages: who is placed, who moves on, and whom a person holds where they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, TypeVar

import numpy as np
from django.db.models import Q

from accounts.history import states_on, stretch
from accounts.ingestion.inserting import insert
from accounts.models import Customer
from accounts.numbering import columned, selected
from scoring.definitions import entries
from scoring.engine.frame import Bools, Floats
from scoring.models import Stay
from scoring.nights import Ints
from scoring.vocabulary.stepping import GROWTH, ONBOARDING, RENEWAL, Stages, first_stage, step

ROWS_AT_ONCE: Final = 500
COLUMNS: Final = ("id", "customer_id", "stage", "from_on", "until_on", "expires_on", "reason")
FROM_FILE: Final = "From the customers file"  # the reason of a stage that was imported
BACK: Final = 0  # no stage has the number: where somebody goes whose renewal is settled, before it is looked up
Day = TypeVar("Day", date, float)


def is_held(reason: str, expires_on: Day | None, on: Day) -> bool:
    """Whether a person, or the customers file, holds a customer in a stage on a date, whatever the rules say."""
    return reason != "" and (expires_on is None or on < expires_on)


@dataclass(frozen=True, slots=True)
class Stays:
    """The n stays of customers as a night finds them: the open ones, and those that a later night has ended."""

    on: date
    customers: Ints  # n each, of a customer the earlier stay first
    pks: Ints
    stages: Ints
    since: Floats  # day numbers
    is_open: Bools
    is_held: Bools

    @classmethod
    def read(cls, customers: tuple[int, int], on: date) -> Stays:
        """Those of customers first..last (ids). One query."""
        stays = Stay.objects.filter(Q(until_on=None) | Q(until_on__gt=on), stretch(customers))
        rows = columned(stays.order_by("from_on", "pk").values_list(*selected(Stay, COLUMNS)), COLUMNS, Stay)
        expire, today = np.nan_to_num(rows["expires_on"], nan=np.inf).tolist(), float(on.toordinal())
        return cls(
            on=on,
            customers=rows["customer_id"],
            pks=rows["id"],
            stages=rows["stage"].astype(np.int64),
            since=rows["from_on"],
            is_open=np.isnan(rows["until_on"]),
            is_held=np.array([is_held(*one, today) for one in zip(rows["reason"], expire, strict=True)], np.bool_),
        )

    def stages_of(self, ids: Ints) -> Ints:
        """The number of each customer's stage (ids ascending) before the night decides it (n), 0 = none."""
        found, mine = np.zeros(len(ids), np.int64), np.isin(self.customers, ids) & (self.since <= self.on.toordinal())
        found[np.searchsorted(ids, self.customers[mine])] = self.stages[mine]  # of several the last one stays
        return found


class Night:
    """Customers (ids ascending) on a date: their stays, and what the rules of stages read of them (n each).

    Who has gone on, moved by a later night, is left alone: what it decided stands on what it found.
    """

    def __init__(self, ids: Ints, on: date, fields: Mapping[str, Floats], stays: Stays) -> None:
        n = len(ids)
        self.ids, self.on, self.fields = ids, on, fields
        self.stay = np.zeros(n, np.int64)  # the key of the open stay, 0 = none
        self.stage = np.zeros(n, np.int64)
        self.days = np.full(n, np.nan)  # in the stage
        self.is_held, self.gone_on = np.zeros(n, np.bool_), np.isin(ids, stays.customers[~stays.is_open])
        self._find(stays)

    def _find(self, stays: Stays) -> None:
        mine = np.isin(stays.customers, self.ids) & stays.is_open
        place = np.searchsorted(self.ids, stays.customers[mine])
        self.stay[place], self.stage[place] = stays.pks[mine], stays.stages[mine]
        self.days[place] = self.on.toordinal() - stays.since[mine]
        self.is_held[place] = stays.is_held[mine]

    def place(self, stages: Stages) -> Bools:
        """Place those who are in no stage, and say whom (n): who came back begins anew.

        A stage that the customers file names is taken for good where nobody was ever placed. By rule somebody who is
        still in Onboarding has been there since the period began; of the others it is not known since when.
        """
        homeless = self._held((self.stay == 0) & ~self.gone_on)
        if not homeless.any():
            return homeless
        tenure, named = self.fields["tenure_days"], self._named_by_file()
        there = np.full(len(self.ids), ONBOARDING, np.int64)
        by_rule = first_stage(self._with_stay(there, tenure, stages), stages)
        ago = np.where((by_rule == ONBOARDING) & (tenure > 0), tenure, 0.0)
        by_file = homeless & ~self._was_ever(homeless) & (named > 0)
        self._begin(by_file, named, reason=FROM_FILE)
        self._begin(homeless & ~by_file, by_rule, ago)
        return homeless

    def move(self, stages: Stages) -> Bools:
        """Let everybody whom nobody holds make the step that the rules say, and say who did (n).

        Whose stay began on the date, or after it, has made the step of this night already.
        """
        free = (self.stay > 0) & ~self.is_held & ~self.gone_on & (self.days > 0)
        back = np.full(len(self.ids), BACK, np.int64)
        after = step(self.stage, back, self._with_stay(self.stage, self.days, stages), stages)
        moving = self._held(free & (after != self.stage))
        settled = moving & (after == BACK)
        if settled.any():
            after[settled] = self._before_renewal(settled)
        left = self.stay[moving].tolist()
        for start in range(0, len(left), ROWS_AT_ONCE):
            Stay.objects.filter(pk__in=left[start : start + ROWS_AT_ONCE]).update(until_on=self.on)
        self._begin(moving, after)
        return moving

    def _held(self, who: Bools) -> Bools:
        """Those of them (n) who are still where they were when it was read; nobody sets their stages by hand meanwhile.

        Who does holds the customer too.
        """
        found = who.copy()
        if who.any():
            ids = self.ids[who].tolist()
            list(Customer.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk"))
            now = dict(Stay.objects.filter(customer__in=ids, until_on=None).values_list("customer_id", "pk"))
            found[who] = self.stay[who] == [now.get(pk, 0) for pk in ids]
        return found

    def _was_ever(self, who: Bools) -> Bools:
        """Which of them (n) were in a stage before."""
        stays = Stay.objects.filter(customer__in=self.ids[who].tolist())
        return np.isin(self.ids, list(stays.values_list("customer_id", flat=True)))

    def _before_renewal(self, who: Bools) -> list[int]:
        """The stage that each of them was in last before the renewal."""
        ids = self.ids[who].tolist()
        ended = Stay.objects.filter(customer__in=ids, until_on__isnull=False).exclude(stage=RENEWAL)
        found = dict(ended.order_by("from_on", "pk").values_list("customer_id", "stage"))  # of several the last stays
        return [found.get(pk, GROWTH) for pk in ids]

    def _begin(self, who: Bools, stage: Ints, ago: Floats | None = None, *, reason: str = "") -> None:
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
