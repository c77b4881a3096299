"""What a row is on its way through: first cells with a line, then values with a fate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from accounts.ingestion.kinds.base import Party, Values
from accounts.ingestion.problems import Problem

CHUNK: Final = 10000  # rows of one transaction


@dataclass(slots=True)
class Cells:
    """A row as it was read: its first physical line, its cells, and how many rows it stands for.

    Where several rows become one record it holds the last row's line and cells, and the totals by column name.
    """

    line: int
    cells: list[str]
    count: int = 1
    totals: dict[str, Any] | None = None
    problem: Problem | None = None


@dataclass(slots=True, eq=False)
class Record:
    """One record that a row wants to make: values by attribute, and what became of it."""

    values: Values
    party: Party | None = None
    instance: Any = None  # of the kind's model
    state: str = ""


@dataclass(slots=True, eq=False)
class Row:
    """A row with its values. It ends in one of ROW_STATES; a row with a problem ends in quarantine."""

    read: Cells
    records: list[Record] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    problem: Problem | None = None
    state: str = ""
    notices: list[str] = field(default_factory=list)

    def settle(self) -> None:
        """Take the state from the records: created if any was, else updated, else unchanged."""
        if self.problem:
            self.state = "quarantined"
        if not self.state:
            states = {record.state for record in self.records}
            self.state = next((state for state in STRONGEST if state in states), "skipped")


STRONGEST = ("created", "updated", "unchanged", "stale")


@dataclass
class Tally:
    """How many physical rows ended how, how many records were written, and what was odd."""

    states: Counter[str] = field(default_factory=Counter)
    notices: Counter[str] = field(default_factory=Counter)
    records: int = 0

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Tally:
        """The tally of settled rows."""
        tally = cls()
        for row in rows:
            tally.states[row.state] += row.read.count
            for notice in row.notices:
                tally.notices[notice] += row.read.count
            tally.records += sum(record.state in ("created", "updated") for record in row.records)
        return tally
