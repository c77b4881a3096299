"""What somebody declared a metric to be: where its numbers come from, as frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from scoring.metrics.custom.tables import TABLES, Holds, Table
from scoring.metrics.metric import Quiet

# How many rows become one number, and which columns each takes; nothing = no column at all.
WHATS: Final[Mapping[str, tuple[Holds, ...]]] = {
    "count": (),
    "sum": (Holds.NUMBER, Holds.MONEY, Holds.YES_NO),
    "mean": (Holds.NUMBER, Holds.MONEY, Holds.YES_NO),
    "max": (Holds.NUMBER, Holds.MONEY),
    "min": (Holds.NUMBER, Holds.MONEY),
    "distinct": (Holds.WORD, Holds.THING, Holds.NUMBER),
    "latest": (Holds.NUMBER, Holds.MONEY, Holds.YES_NO),
    "days_since": (Holds.DAY,),
}
DATED_ONLY: Final = ("latest",)  # makes sense of facts alone
FROMS: Final = ("supplied", "rows", "ratio", "difference", "change", "growth")
OF_TWO: Final = ("ratio", "difference")
OF_ONE: Final = ("change", "growth")


@dataclass(frozen=True, slots=True)
class Condition:
    """A row counts where its column compares like this. An empty cell compares with nothing.

    The value of a date is in days from the day: -30 = thirty days before it.
    """

    column: str
    op: str
    value: float | bool | str | tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Supplied:
    """Ready-made values that arrive under the metric's key."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a kind for which all of `where` holds, made one number."""

    kind: str
    what: str
    column: str = ""
    where: tuple[Condition, ...] = ()

    @property
    def table(self) -> Table:
        """Where the rows lie."""
        return TABLES[self.kind]


@dataclass(frozen=True, slots=True)
class Derived:
    """A number made of other metrics: of / by x times, of - by, or `of` now against one window earlier."""

    how: Literal["ratio", "difference", "change", "growth"]
    of: str
    by: str = ""
    times: float = 1.0


Source = Supplied | Rows | Derived


@dataclass(frozen=True, slots=True)
class Declared:
    """A body that has been read; every number in the unit of `Metric`."""

    label: str
    unit: str
    better: Literal["up", "down", "between"]
    meaning: str
    validity: int
    window: int
    quiet: Quiet
    minimum: int
    source: Source
