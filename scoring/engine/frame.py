"""The customer frame: raw metric values of many customers on one date, and how good each value is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
States = npt.NDArray[np.uint8]


class State(IntEnum):
    """How good a value is (one byte in stored history)."""

    FRESH = 0  # computed from facts
    LOWER_BOUND = 1  # computed from facts that can only show part of it
    CARRIED = 2  # last good value of a silent source, still valid (D11)
    SUPPLIED = 3  # a ready-made value within its validity
    MISSING = 4
    EXPIRED = 5  # older than its validity: as missing, but counted apart


LAST_WITH_VALUE: Final = int(State.SUPPLIED)  # a plain number: numpy would look an enumeration's up every time


def has_value(states: States) -> Bools:
    """True where the state comes with a value that counts as fresh data."""
    return states <= LAST_WITH_VALUE


@dataclass(frozen=True, slots=True)
class Frame:
    """n customers: ids (n), and per metric its raw values (n), states (n) and whether it is evidence (n).

    A value under MISSING is the last good one within its validity, used by measures that carry; otherwise NaN.
    Evidence = the value was fed by the customer's own dated facts, assets or subscriptions.
    """

    ids: npt.NDArray[np.int64]
    values: Mapping[str, Floats]
    states: Mapping[str, States]
    evidence: Mapping[str, Bools]

    def __len__(self) -> int:
        """The number of customers."""
        return len(self.ids)

    def column(self, metric: str) -> tuple[Floats, States]:
        """Raw values and states of a metric; all missing where the frame does not know it, or a value is not finite."""
        if metric not in self.values:
            return np.full(len(self), np.nan), np.full(len(self), State.MISSING, dtype=np.uint8)
        raw, states = self.values[metric], self.states[metric]
        finite = np.isfinite(raw)
        return (
            np.where(finite, raw, np.nan),
            np.where(has_value(states) & ~finite, np.uint8(State.MISSING), states),
        )

    def evidence_of(self, metric: str) -> Bools:
        """Whether a metric's value is evidence; a metric without an entry gives none."""
        return self.evidence.get(metric, np.zeros(len(self), dtype=np.bool_))
