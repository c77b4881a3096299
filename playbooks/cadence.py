"""How often somebody should have spoken with a customer, by colour, size and value (library 6). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from accounts.business_days import WorkingDays
from scoring.vocabulary.touching import HIGH_TOUCH, POOLED

Programme = Literal["enterprise", "mid_market", "small"]
Level = Literal["emergency", "red", "yellow", "green"]

ENTERPRISE_FROM: Final = 100  # employees (library 5, S001-35…37)
MID_MARKET_FROM: Final = 50
GRACE: Final = 0.2  # of the cadence (library 6)
DECLARED: Final[dict[str, Programme]] = {
    "enterprise": "enterprise",
    "large": "enterprise",  # X34: large counts as Enterprise for programmes
    "mid_market": "mid_market",
    "small": "small",
}
# What a value tier asks for by how it is touched: Strategic as Enterprise, High value as mid-market (library 6).
BY_TOUCH: Final[dict[str, Programme]] = {HIGH_TOUCH: "enterprise", POOLED: "mid_market"}
CLOSEST_LAST: Final[tuple[Programme, ...]] = ("small", "mid_market", "enterprise")
NAMES: Final[dict[Programme, str]] = {
    "enterprise": "enterprise or strategic",
    "mid_market": "mid-market or high value",
    "small": "small",
}


@dataclass(frozen=True, slots=True)
class Cadence:
    """So many days between two-way touches; in an emergency business days."""

    days: int
    business: bool = False

    def __str__(self) -> str:
        """In words: 7 days, 1 business day."""
        return f"{self.days} {'business ' if self.business else ''}day{'' if self.days == 1 else 's'}"


# Rows are bands, columns programmes, as in library 6 (S002-18…20, S001-35…37, S004-24, X11).
TABLE: Final[dict[Level, dict[Programme, Cadence]]] = {
    "emergency": {"enterprise": Cadence(1, True), "mid_market": Cadence(1, True), "small": Cadence(2, True)},
    "red": {"enterprise": Cadence(7), "mid_market": Cadence(7), "small": Cadence(14)},
    "yellow": {"enterprise": Cadence(30), "mid_market": Cadence(30), "small": Cadence(90)},
    "green": {"enterprise": Cadence(90), "mid_market": Cadence(90), "small": Cadence(180)},
}


def programme_of(size: str, employees: int | None, touch: str = "") -> Programme:
    """The closer of what the size asks for and how the value tier is touched; empty where there is no tier."""
    return max(_by_size(size, employees), BY_TOUCH.get(touch, "small"), key=CLOSEST_LAST.index)


def _by_size(size: str, employees: int | None) -> Programme:
    """By the declared size, else by employees; of whom nothing is known is treated as mid-market."""
    if size in DECLARED:
        return DECLARED[size]
    if employees is None:
        return "mid_market"
    if employees >= ENTERPRISE_FROM:
        return "enterprise"
    return "mid_market" if employees >= MID_MARKET_FROM else "small"


def cadence_of(level: Level, programme: Programme) -> Cadence:
    """The longest time that may pass between two touches."""
    return TABLE[level][programme]


def due_on(last: date, cadence: Cadence, calendar: WorkingDays) -> date:
    """The day by which the next touch is due: never a day on which nobody works, but the next one that is."""
    if cadence.business:
        return _worked(last + timedelta(days=1), cadence.days, calendar)
    return _worked(last + timedelta(days=cadence.days), 1, calendar)


def is_late(last: date | None, cadence: Cadence, on: date, calendar: WorkingDays) -> bool:
    """Whether the touch is overdue on a day, a fifth of the cadence in whole days given as grace; without any it is."""
    if last is None:
        return True
    grace = 0 if cadence.business else int(cadence.days * GRACE)
    return on > due_on(last, cadence, calendar) + timedelta(days=grace)


def _worked(first: date, nth: int, calendar: WorkingDays) -> date:
    """The nth working day from a day on; a calendar without enough of them in a year gives the day as it is."""
    left = nth
    for day in (first + timedelta(days=n) for n in range(365)):
        left -= calendar.is_working(day)
        if not left:
            return day
    return first
