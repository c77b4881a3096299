"""Whom to look at first: signals about customers in one order. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Final

MOST: Final = 7
RENEWAL_DAYS: Final = 90
RULE: Final = (
    "Promises missed or running out within a day come first, by the clock; then emergencies; then red customers that "
    f"renew within {RENEWAL_DAYS} days; then alerts of the last week; then late tasks. Equals go by ARR, and where a "
    "renewal is near by ARR and how near it is."
)


class Reason(IntEnum):
    """Why a customer is on the list, the most pressing first."""

    PROMISE = 0
    EMERGENCY = 1
    RENEWAL = 2
    ALERT = 3
    LATE = 4


@dataclass(frozen=True, slots=True)
class Signal:
    """Something that speaks for looking at a customer. `weight`: the higher, the earlier among equals.

    `task` is the key of the task that it tells of.
    """

    customer: int
    reason: Reason
    clause: str
    weight: float
    task: int | None = None


@dataclass(frozen=True, slots=True)
class Ranked:
    """A customer of the list with its signals, the strongest first."""

    customer: int
    signals: tuple[Signal, ...]

    @property
    def why(self) -> str:
        """The strongest reason in a clause."""
        return self.signals[0].clause

    @property
    def task(self) -> int | None:
        """The task that the strongest reason tells of."""
        return self.signals[0].task

    @property
    def more(self) -> int:
        """How many other reasons there are."""
        return len(self.signals) - 1


def ranked(signals: Iterable[Signal], most: int = MOST) -> list[Ranked]:
    """The customers that come first, each once, by their strongest signal (see RULE)."""
    of_customer: dict[int, list[Signal]] = defaultdict(list)
    for signal in sorted(signals, key=_place):
        of_customer[signal.customer].append(signal)
    return [Ranked(customer, tuple(found)) for customer, found in of_customer.items()][:most]


def renewal_weight(arr: float, days: int) -> float:
    """ARR times how near the renewal is: all of it today, none of it at the edge."""
    return arr * max(RENEWAL_DAYS - days, 0) / RENEWAL_DAYS


def promise_weight(sla_at: datetime) -> float:
    """The sooner the promise runs out, the heavier."""
    return -sla_at.timestamp()


def _place(signal: Signal) -> tuple[int, float, int]:
    return signal.reason, -signal.weight, signal.customer
