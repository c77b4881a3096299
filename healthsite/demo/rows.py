"""A row of the demo: what a source said first, and what it said later of the same record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace
from typing import Any, NamedTuple

from django.db.models import Model

from accounts.models import Contact


@dataclass(frozen=True, slots=True)
class Step:
    """New values of a record, as observed on a day."""

    on: date
    values: dict[str, Any]


class Told(NamedTuple):
    """One value of a record that gave way to another."""

    on: date
    name: str
    before: Any
    after: Any


class Draft(SimpleNamespace):
    """The values of a record to which no other refers; an instance of the model for each of so many is slow."""


@dataclass(slots=True)
class Row:
    """A record as it was on the day it became known, and the steps since, oldest first."""

    model: type[Model]
    record: Any
    day: date
    steps: list[Step] = field(default_factory=list)
    attendees: tuple[Contact, ...] = ()

    def settle(self, until: date) -> list[Told]:
        """Bring the record to a day and return what that changed, in order."""
        taken = (step for step in self.steps if step.on <= until)
        return [told for step in taken for told in self._take(step)]

    def _take(self, step: Step) -> Iterator[Told]:
        for name, after in step.values.items():
            yield Told(step.on, name, getattr(self.record, name, None), after)
            setattr(self.record, name, after)
        if hasattr(self.record, "observed_on"):
            self.record.observed_on = step.on
