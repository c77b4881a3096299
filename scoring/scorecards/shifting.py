"""Who would be in another band, in arrays: the moves, the totals of each band, and the ARR that moves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from scoring.engine.frame import Bools, Floats

Ints = npt.NDArray[np.int64]
SHIFT: Final = 5.0  # points: who moves more within a band is worth a look too
STEPS: Final = (-100.0, -20.0, -10.0, -5.0, -1.0, 1.0, 5.0, 10.0, 20.0, 100.0)  # of the histogram of changes
NOISE: Final = 1e-9  # of the difference of two scores


@dataclass(frozen=True, slots=True)
class Name:
    """A band as people call it; without a role there is no score."""

    label: str
    role: str = ""


NOT_SCORED = Name("Not scored")


@dataclass(frozen=True, slots=True)
class Move:
    """A customer before and after; scores None = none, ARR in the reporting currency, None = unknown."""

    customer_id: int
    before: float | None
    after: float | None
    was: Name
    will: Name
    arr: float | None

    @property
    def change(self) -> float | None:
        """Points gained; None where there is no score before or after."""
        return None if self.before is None or self.after is None else self.after - self.before


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
class Step:
    """Customers whose score would change by `low` to `high` points; the middle one holds both its ends."""

    low: float
    high: float
    customers: int
    share: float  # of the fullest step, 0-1

    @property
    def bar(self) -> str:
        """How long its bar is, of 100, as SVG writes it."""
        return f"{100 * self.share:.2f}"


@dataclass(frozen=True, slots=True)
class Portfolio:
    """n customers, ids ascending: their scores (NaN = none), bands and ARR (NaN = unknown) before and after.

    `was` and `will` point into `names`, 0 = not scored. Places say where a band stands among the bands, from 0 for the
    lowest, -1 = not scored; a customer moves when the place differs: another name for a band is no move. Segments and
    tiers are numbers of definitions, 0 = none; overridden = a person has set the score, and it stays.
    """

    ids: Ints
    before: Floats
    after: Floats
    was: Ints
    will: Ints
    was_place: Ints
    will_place: Ints
    arr: Floats
    segment: Ints
    tier: Ints
    overridden: Bools
    names: tuple[Name, ...]
    places: tuple[Name, ...]

    @property
    def moved(self) -> Bools:
        """Who would change band."""
        return self.was_place != self.will_place

    @property
    def shifted(self) -> Bools:
        """Whose score would change by more than 5 points within its band."""
        return ~self.moved & (np.abs(np.nan_to_num(self.after - self.before)) > SHIFT + NOISE)

    @property
    def moved_share(self) -> float:
        """Who moves, as a share of those with a score before or after."""
        there = int(((self.was_place >= 0) | (self.will_place >= 0)).sum())
        return int(self.moved.sum()) / there if there else 0.0

    @property
    def kept(self) -> int:
        """How many have a score that a person has set: no version changes it."""
        return int(self.overridden.sum())

    def order(self, who: Bools | None = None) -> Ints:
        """The rows of those who would move, or of others, the largest ARR first."""
        rows = np.flatnonzero(self.moved if who is None else who)
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

    def matrix(self) -> list[tuple[Name, list[int]]]:
        """For each band before, how many are in each band after; both from the lowest, those without a score last."""
        ends = [*enumerate(self.places), (-1, NOT_SCORED)]
        return [
            (name, [int(((self.was_place == was) & (self.will_place == will)).sum()) for will, _ in ends])
            for was, name in ends
        ]

    def histogram(self) -> list[Step]:
        """How far the scores of those with one before and after would change, from the deepest fall."""
        change = self.after - self.before
        known = np.round(change[~np.isnan(change)], 9)
        inside = [(known >= low) & (known < high) if low < 0 else (known > low) & (known <= high) for low, high in ENDS]
        inside[len(ENDS) // 2] = (known >= -1) & (known <= 1)
        counts = [int(held.sum()) for held in inside]
        most = max(counts) or 1
        return [Step(low, high, count, count / most) for (low, high), count in zip(ENDS, counts, strict=True)]

    def by_owner(self, owners: Mapping[int, str]) -> list[tuple[str, int, int, float]]:
        """For each owner of customers who move: name, how many down, how many up, ARR; the most ARR first."""
        return self._by(lambda row: owners.get(int(self.ids[row]), "Nobody"))

    def by_segment(self, titles: Mapping[int, str]) -> list[tuple[str, int, int, float]]:
        """For each segment, as of now, as `by_owner`."""
        return self._by(lambda row: titles.get(int(self.segment[row]), "No segment"))

    def by_tier(self, titles: Mapping[int, str]) -> list[tuple[str, int, int, float]]:
        """For each value tier as `by_owner`."""
        return self._by(lambda row: titles.get(int(self.tier[row]), "No tier"))

    def _by(self, name_of: Callable[[int], str]) -> list[tuple[str, int, int, float]]:
        rows, found = np.flatnonzero(self.moved), dict[str, tuple[int, int, float]]()
        worse, arrs = self.will_place[rows] < self.was_place[rows], np.nan_to_num(self.arr[rows])
        for row, down, arr in zip(rows.tolist(), worse.tolist(), arrs.tolist(), strict=True):
            name = name_of(row)
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


ENDS: Final = tuple(pairwise(STEPS))


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
