"""From the cells of a column to values, by the rule that fills its field; each distinct text of a chunk only once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

from accounts.ingestion.columns import Column
from accounts.ingestion.formats import Format
from accounts.ingestion.numbers import number
from accounts.ingestion.problems import Bad, Problem
from accounts.ingestion.rows import Cells
from accounts.ingestion.rules import PLACE, Rule
from accounts.ingestion.sections import Section


class Leave:
    """What stands in the place of a value where the cell says nothing about the field."""


LEAVE: Final = Leave()


@dataclass(frozen=True)
class Converter:
    """Converts the columns of one section; `header` is the file's."""

    section: Section
    header: Sequence[str]
    format: Format

    @cached_property
    def position(self) -> dict[str, int]:
        """Where each column of the file stands."""
        return {name: place for place, name in enumerate(self.header)}

    def is_wanted(self, cells: Sequence[str]) -> bool:
        """Whether the row is one of those that the section is restricted to."""
        return all(
            self.format.clean(cells[self.position[column]]) in accepted
            for column, accepted in self.section.where.items()
        )

    def values(self, column: Column, rule: Rule, reads: Sequence[Cells]) -> list[Any]:
        """One value per row: LEAVE where the cell says nothing, a Problem where it does not fit."""
        if rule.total:
            return [(read.totals or {}).get(column.name, column.empty) for read in reads]
        return self._converted(column, rule, self._texts(rule, reads))

    def table(self, reads: Sequence[Cells]) -> dict[str, Sequence[Any]]:
        """The values of all fields by attribute, for rows that are all as long as the header."""
        turned = list(zip(*(read.cells for read in reads), strict=True))
        table: dict[str, Sequence[Any]] = {}
        for name, rule in self.section.rules.items():
            column = self.section.kind.column[name]
            plain = rule.column and not rule.total and turned
            texts = turned[self.position[rule.column]] if plain else None
            table[column.attribute] = (
                self.values(column, rule, reads) if texts is None else self._converted(column, rule, texts)
            )
        return table

    def _converted(self, column: Column, rule: Rule, texts: Sequence[str]) -> list[Any]:
        known = {text: self._value(text, column, rule) for text in set(texts)}
        return list(map(known.__getitem__, texts))

    def totalled(self, column: Column, rule: Rule, reads: Sequence[Cells]) -> list[Any]:
        """The cells that a total is made of: values to add or compare, texts to count."""
        if rule.total in ("sum", "max"):
            return self.values(column, replace(rule, total=""), reads)
        texts = (self.format.clean(text) for text in self._texts(rule, reads))
        return [rule.values.get(text, text) for text in texts]

    def _texts(self, rule: Rule, reads: Sequence[Cells]) -> list[str]:
        if rule.constant is not None:
            return [rule.constant] * len(reads)
        if rule.template:
            return [self._filled(rule.template, read) for read in reads]
        place = self.position[rule.column]
        return [read.cells[place] for read in reads]

    def _filled(self, template: str, read: Cells) -> str:
        def part(found: Any) -> str:
            if found[1] == "line":
                return str(read.line)
            return self.format.clean(read.cells[self.position[found[1]]])

        return PLACE.sub(part, template)

    def _value(self, text: str, column: Column, rule: Rule) -> Any:
        """A cell trimmed, missing or translated, scaled, and checked."""
        cell = self.format.clean(text)
        cell = rule.values.get(cell, cell)
        if not cell:
            return LEAVE if rule.leaves else column.empty
        try:
            return column.parse(self._scaled(cell, rule) if rule.scale else cell, self.format)
        except Bad as bad:
            return Problem(bad.code, rule.column or column.name, bad.reason)

    def _scaled(self, cell: str, rule: Rule) -> str:
        """The number on another straight scale, written as the source writes numbers."""
        (low, high), (to_low, to_high) = (map(Decimal, map(str, ends)) for ends in (rule.scale, rule.to))
        scaled = to_low + (number(cell, self.format) - low) * (to_high - to_low) / (high - low)
        return f"{scaled:f}".replace(".", self.format.decimal)
