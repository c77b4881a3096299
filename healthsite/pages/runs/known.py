"""A past date as known then beside as now known, for the deep dive of that date (D4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from accounts.models import Customer
from healthsite.pages.moving import Move, move
from scoring.engine.display import shown
from scoring.explaining import Explained, NotScored
from scoring.past.recalling import compare_known


@dataclass(frozen=True, slots=True)
class KnownThenAndNow:
    """The two scores of a date as they are printed, and what makes the difference; None where one lacks."""

    on: date
    then: str
    now: str
    move: Move | None

    @property
    def is_same(self) -> bool:
        """Whether nothing that was learned later moves the score."""
        return self.then == self.now and not (self.move and self.move.lines)


def known_of(customer: Customer, on: date) -> KnownThenAndNow | None:
    """Both scores of a date, made anew; None for somebody who was no customer then. For pages with `as_of` only."""
    try:
        then, now, changes = compare_known(customer, on)
    except NotScored:
        return None
    return KnownThenAndNow(on, _printed(then), _printed(now), move(then, now) if changes else None)


def _printed(explained: Explained) -> str:
    return shown(explained.stored.score) if explained.stored.score is not None else "no score"
