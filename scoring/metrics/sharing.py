"""What blocks of the same customers share: rows that matter to several dates are read once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from django.db.models import Q

from accounts.history import stretch

Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Shared:
    """What was read for all dates from first to last, both included, of a stretch of customer ids.

    `only` names the customers where they are few of the stretch. `known_by` leaves out what was not known before that
    moment, None = all that is known now.
    """

    first: date
    last: date
    customers: tuple[int, int]
    only: tuple[int, ...] = ()
    known_by: datetime | None = None
    kept: dict[Hashable, Any] = field(default_factory=dict)

    def of_customers(self, owner: str = "customer_id") -> Q:
        """The condition that a row is theirs."""
        return Q(**{f"{owner}__in": self.only}) if self.only else stretch(self.customers, owner)

    def covers(self, other: Shared) -> bool:
        """Whether all that the other asks for was read here."""
        inside = self.first <= other.first and other.last <= self.last
        whole = self.customers[0] <= other.customers[0] and other.customers[1] <= self.customers[1]
        return inside and whole and (not self.only or (bool(other.only) and set(other.only) <= set(self.only)))

    def once(self, key: Hashable, load: Callable[[], Thing]) -> Thing:
        """What `load` gives, loaded the first time."""
        if key not in self.kept:
            self.kept[key] = load()
        found: Thing = self.kept[key]
        return found
