"""From cells to rows: skipped, with a problem, or with the values of the records they make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from accounts.ingestion.columns import Column
from accounts.ingestion.converting import LEAVE, Converter
from accounts.ingestion.kinds.base import Values
from accounts.ingestion.parsing import text
from accounts.ingestion.problems import Problem
from accounts.ingestion.rows import Cells, Record, Row
from accounts.ingestion.rules import Rule

ATTRIBUTE_TEXT: Final = Column("value", "value", text(1024), "")


@dataclass(frozen=True)
class Extractor(Converter):
    """Makes the rows of one section."""

    def rows(self, chunk: Sequence[Cells]) -> list[Row]:
        """Every row of a chunk in its order."""
        rows = [self.begin(read) for read in chunk]
        open_rows = [row for row in rows if not row.state and not row.problem]
        for row, values in zip(open_rows, self.records(open_rows), strict=True):
            self._complete(row, values)
            row.records = [Record(values)]
        if self.section.unpivot:
            self._unpivot([row for row in open_rows if not row.problem])
        if self.section.attributes:
            self._attach_attributes([row for row in open_rows if not row.problem])
        return rows

    def begin(self, read: Cells) -> Row:
        """A row without values yet: one that is not wanted is skipped, one of a wrong length has a problem."""
        row = Row(read, problem=read.problem)
        if not read.cells:
            row.state = "skipped"  # a blank line
        elif len(read.cells) != len(self.header):
            counts = f"{len(read.cells)} cells under a header of {len(self.header)}"
            row.problem = Problem("wrong_cell_count", "", counts)
        elif self.section.where and not self.is_wanted(read.cells):
            row.state = "skipped"
        return row

    def records(self, rows: Sequence[Row], *, totals: bool = True) -> list[Values]:
        """The values of each row by attribute; what does not fit becomes the row's problem."""
        column = self.section.kind.column
        rules = {name: rule for name, rule in self.section.rules.items() if totals or not rule.total}
        reads = [row.read for row in rows]
        columns = {column[name].attribute: self.values(column[name], rule, reads) for name, rule in rules.items()}
        for values in columns.values():
            note_problems(rows, values)
        several = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
        if any(rule.leaves for rule in rules.values()):
            several = [{name: value for name, value in one.items() if value is not LEAVE} for one in several]
        return several

    def _complete(self, row: Row, values: Values) -> None:
        kind = self.section.kind
        if kind.complete:
            kind.complete(values)
        if row.problem:
            return
        for attribute, name in kind.needed.items():
            if attribute in values and values[attribute] in (None, ""):
                row.problem = Problem("missing_required", self._shown(name), f"{name} is empty")
                return

    def _shown(self, name: str) -> str:
        """The name under which the user knows a field: their column's where there is one."""
        rule = self.section.rules.get(name)
        return (rule and rule.column) or name

    def _unpivot(self, rows: Sequence[Row]) -> None:
        """One record per filled cell; the values read so far are common to all of them."""
        assert self.section.kind.unpivots
        key, value = self.section.kind.unpivots
        column = self.section.kind.column[value]
        filled = self._wide(rows, self.section.unpivot, column)
        for row, cells in zip(rows, filled, strict=True):
            common = row.records[0].values
            row.records = [Record({**common, key: name, value: cell}) for name, cell in cells.items()]

    def _attach_attributes(self, rows: Sequence[Row]) -> None:
        for row, cells in zip(rows, self._wide(rows, self.section.attributes, ATTRIBUTE_TEXT), strict=True):
            row.attributes = cells

    def _wide(self, rows: Sequence[Row], headers: Mapping[str, str], column: Column) -> list[dict[str, Any]]:
        """Per row the cells of several columns by their key; an empty number is left out, an empty text clears."""
        leaves = column is not ATTRIBUTE_TEXT
        reads = [row.read for row in rows]
        columns = [self.values(column, Rule(column=header, leaves=leaves), reads) for header in headers.values()]
        for values in columns:
            note_problems(rows, values)
        return [
            {key: value for key, value in zip(headers, values, strict=True) if value is not LEAVE}
            for values in zip(*columns, strict=True)
        ]


def note_problems(rows: Sequence[Row], values: Sequence[Any]) -> None:
    """Give each row the problem that stands in the place of its value, if it has none yet."""
    for row, value in zip(rows, values, strict=True):
        if type(value) is Problem:
            row.problem = row.problem or value
