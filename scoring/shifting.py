"""Who would be in another band, in arrays: the moves, the totals of each band, and the ARR that moves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scoring.engine.frame import Bools, Floats

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Name:
    """A band as people call it; without a role there is no score."""

    label: str
    role: str = ""


NOT_SCORED = Name("Not scored")


@dataclass(frozen=True, slots=True)
class Move:
    """A customer who would change band; scores None = none, ARR in the reporting currency, None = unknown."""

    customer_id: int
    before: float | None
    after: float | None
    was: Name
    will: Name
    arr: float | None


@dataclass(frozen=True, slots=True)
class Total:
    """A band: customers and ARR before and after."""

    name: Name
    before: int
    after: int
    arr_before: float
    arr_after: float


@dataclass(frozen=True, slots=True)
class Flow:
    """Customers who would move in one direction, and their ARR as far as it is known."""

    label: str
    customers: int
    arr: float


@dataclass(frozen=True, slots=True)
class Portfolio:
    """n customers, ids ascending: their scores (NaN = none), bands and ARR (NaN = unknown) before and after.

    `was` and `will` point into `names`, 0 = not scored. Places say where a band stands among the bands, from 0 for the
    lowest, -1 = not scored; a customer moves when the place differs: another name for a band is no move.
    """

    ids: Ints
    before: Floats
    after: Floats
    was: Ints
    will: Ints
    was_place: Ints
    will_place: Ints
    arr: Floats
    names: tuple[Name, ...]
    places: tuple[Name, ...]

    @property
    def moved(self) -> Bools:
        """Who would change band."""
        return self.was_place != self.will_place

    def order(self) -> Ints:
        """The rows of those who would move, the largest ARR first."""
        rows = np.flatnonzero(self.moved)
        return rows[np.lexsort((self.ids[rows], -np.nan_to_num(self.arr[rows])))]

    def moves(self, rows: Iterable[int]) -> Iterator[Move]:
        """These rows, one by one."""
        return map(self._move, rows)

    def totals(self) -> list[Total]:
        """Every band from the lowest, and last those without a score where there are any."""
        named = [*enumerate(self.places), (-1, NOT_SCORED)]
        totals = [self._total(place, name) for place, name in named]
        return [total for total in totals if total.name.role or total.before or total.after]

    def flows(self) -> list[Flow]:
        """Down, up, and to or from no score at all."""
        scored = (self.was_place >= 0) & (self.will_place >= 0)
        return [
            self._flow("To a lower band", scored & (self.will_place < self.was_place)),
            self._flow("To a higher band", scored & (self.will_place > self.was_place)),
            self._flow("Lose their score", self.moved & (self.will_place < 0)),
            self._flow("Get a score", self.moved & (self.was_place < 0)),
        ]

    def by_owner(self, owners: Mapping[int, str]) -> list[tuple[str, int, int, float]]:
        """For each owner of customers who move: name, how many down, how many up, ARR; the most ARR first."""
        rows, found = np.flatnonzero(self.moved), dict[str, tuple[int, int, float]]()
        worse, arrs = self.will_place[rows] < self.was_place[rows], np.nan_to_num(self.arr[rows])
        for customer_id, down, arr in zip(self.ids[rows].tolist(), worse.tolist(), arrs.tolist(), strict=True):
            name = owners.get(customer_id, "Nobody")
            downs, ups, moved = found.get(name, (0, 0, 0.0))
            found[name] = (downs + down, ups + (not down), moved + arr)
        return sorted(((name, *counts) for name, counts in found.items()), key=lambda one: (-one[3], one[0]))

    def _move(self, row: int) -> Move:
        before, after, arr = (_known(column[row]) for column in (self.before, self.after, self.arr))
        was, will = self.names[self.was[row]], self.names[self.will[row]]
        return Move(int(self.ids[row]), before, after, was, will, arr)

    def _total(self, place: int, name: Name) -> Total:
        before, after = self.was_place == place, self.will_place == place
        return Total(name, int(before.sum()), int(after.sum()), self._arr(before), self._arr(after))

    def _flow(self, label: str, who: Bools) -> Flow:
        return Flow(label, int(who.sum()), self._arr(who))

    def _arr(self, who: Bools) -> float:
        return float(np.nansum(self.arr[who]))


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
