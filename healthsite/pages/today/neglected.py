"""Red customers that nobody works on: without an open plan, or not spoken with within the cadence (library 6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final

from django.db.models import Exists, F, OuterRef

from accounts.business_days import WorkingDays, date_of
from accounts.calendars import load_working_days
from accounts.models import Calendar, Customer
from accounts.wording import counted
from healthsite.pages.today.scope import Scope
from playbooks.cadence import NAMES, Cadence, cadence_of, is_late, programme_of
from playbooks.models import Play
from playbooks.touching import with_last_touch
from scoring.definitions import every_entry
from scoring.engine.version import Band

MOST: Final = 10
COLUMNS: Final = (
    *("pk", "size", "employees", "current_score__tier", "current_score__is_emergency", "has_plan", "last_touch"),
)


@dataclass(frozen=True, slots=True)
class Red:
    """A red customer with what is missing."""

    customer: Customer
    band: Band | None
    csm: str
    why: tuple[str, ...]


class Neglected:
    """The red customers of somebody's book that need a plan or a word.

    Four queries, two of them for calendars, and another where the vocabularies were not read just now.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    @cached_property
    def _lacks(self) -> dict[int, tuple[str, ...]]:
        """What each red customer lacks, empty where nothing: emergencies first, then by ARR."""
        calendar = load_working_days()[Calendar.SITE]
        red = with_last_touch(self._red, self.scope.now).annotate(
            has_plan=Exists(Play.objects.open().filter(customer=OuterRef("pk")))
        )
        order = ("-current_score__is_emergency", F("current_score__arr").desc(nulls_last=True), "pk")
        rows = red.order_by(*order).values_list(*COLUMNS)
        return {row[0]: missing(row, self.scope.today, calendar) for row in rows}

    @property
    def why(self) -> dict[int, tuple[str, ...]]:
        """What is missing, for those of whom something is."""
        return {pk: why for pk, why in self._lacks.items() if why}

    @cached_property
    def rows(self) -> list[Red]:
        """The first few of them."""
        first = list(self.why)[:MOST]
        found = Customer.objects.filter(pk__in=first).select_related("current_score").with_csm().in_bulk()
        return [
            Red(
                found[pk], self.scope.band_of(found[pk]), getattr(found[pk], "csm_name", None) or "nobody", self.why[pk]
            )
            for pk in first
        ]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.why)

    @property
    def red(self) -> int:
        """How many red customers there are."""
        return len(self._lacks)

    @property
    def _red(self) -> Any:
        return self.scope.visible.active_on(self.scope.today).filter(current_score__role="red")


def missing(row: tuple[Any, ...], on: date, calendar: WorkingDays) -> tuple[str, ...]:
    """What a red customer lacks, in clauses; empty where a plan runs and somebody has spoken with them in time."""
    _, size, employees, tier, is_emergency, has_plan, last_touch = row
    programme = programme_of(size, employees, touch_of(tier))
    cadence = cadence_of("emergency" if is_emergency else "red", programme)
    last = date_of(last_touch) if last_touch else None
    late = is_late(last, cadence, on, calendar)
    clauses = ["" if has_plan else "no open plan", _untouched(last, on, cadence, NAMES[programme]) if late else ""]
    return tuple(filter(None, clauses))


def touch_of(tier: int | None) -> str:
    """How customers of a value tier, by its number, are touched; empty where there is none."""
    found = next((one for one in every_entry("tier") if one.number == tier), None)
    return str(found.body.get("touch", "")) if found else ""


def _untouched(last: date | None, on: date, cadence: Cadence, programme: str) -> str:
    if last is None:
        return "nobody has spoken with them yet"
    return f"last two-way touch {counted((on - last).days, 'day')} ago, {cadence} for {programme}"
