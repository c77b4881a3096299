"""What the nights of a stretch share: rows that matter to several dates are read once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, TypeVar

Thing = TypeVar("Thing")
EVERYBODY: Final = (0, 2**62)  # in a stretch customers come and go


@dataclass(frozen=True)
class Shared:
    """What was read for all dates from first to last, both included, of a stretch of customer ids.

    `known_by` leaves out what was not known before that moment, None = all that is known now.
    """

    first: date
    last: date
    customers: tuple[int, int]
    known_by: datetime | None = None
    kept: dict[Hashable, Any] = field(default_factory=dict)

    def once(self, key: Hashable, load: Callable[[], Thing]) -> Thing:
        """What `load` gives, loaded the first time."""
        if key not in self.kept:
            self.kept[key] = load()
        found: Thing = self.kept[key]
        return found


_stretch: ContextVar[Shared | None] = ContextVar("stretch", default=None)


@contextmanager
def together(first: date, last: date) -> Iterator[None]:
    """Read as of one moment whatever the dates from first to last share. For no more customers than memory holds."""
    token = _stretch.set(Shared(first, last, EVERYBODY))
    try:
        yield
    finally:
        _stretch.reset(token)


def shared_on(on: date, customers: tuple[int, int], known_by: datetime | None = None) -> Shared:
    """What a date shares with others: with those read together with it, else with none.

    What was known by a moment is shared with none: the next date knows more.
    """
    if known_by:
        return Shared(on, on, customers, known_by)
    stretch = _stretch.get()
    return stretch if stretch and stretch.first <= on <= stretch.last else Shared(on, on, customers)
