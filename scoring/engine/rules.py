"""The one rule language: JSON conditions over a frame, evaluated for all customers at once, read as a sentence."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from scoring.engine.frame import Bools, Floats

MAX_DEPTH = 8
MAX_CONDITIONS = 100

# A column is one value per customer, or the two ends between which it lies; NaN = not known.
Column = Floats | tuple[Floats, Floats]
Fields = Mapping[str, Column]
# Where the rule holds, and where it cannot be told; nowhere both.
Answer = tuple[Bools, Bools]

ORDER: dict[str, Callable[[Floats, float], Bools]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
WORDS = {
    "<": "is below",
    "<=": "is at most",
    ">": "is above",
    ">=": "is at least",
    "==": "is",
    "!=": "is not",
    "in": "is one of",
}


class InvalidRule(ValueError):
    """A rule that cannot be read; the message names place, value and what would be right."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A field against one value, or several for "in"."""

    field: str
    op: str
    values: tuple[float, ...]

    def fields(self) -> frozenset[str]:
        """The one field that is read."""
        return frozenset({self.field})

    def evaluate(self, fields: Fields) -> Answer:
        """Compare; unknown where the field is NaN or absent, or where its two ends would answer differently."""
        low, high = _ends(fields, self.field)
        known = ~(np.isnan(low) | np.isnan(high))
        if self.op in ORDER:
            compare = ORDER[self.op]
            at_low, at_high = compare(low, self.values[0]), compare(high, self.values[0])
            return known & at_low & at_high, ~known | (at_low != at_high)
        possible = np.zeros(len(low), dtype=np.bool_)
        for value in self.values:
            possible |= (low <= value) & (value <= high)
        unknown = ~known | (possible & (low != high))
        return ((~possible if self.op == "!=" else possible) & ~unknown), unknown

    def definition(self) -> dict[str, Any]:
        """The JSON form."""
        value = list(self.values) if self.op == "in" else self.values[0]
        return {"field": self.field, "op": self.op, "value": value}


@dataclass(frozen=True, slots=True)
class Every:
    """True when all parts are true, false as soon as one is false, else unknown (Kleene)."""

    parts: tuple[Rule, ...]

    def fields(self) -> frozenset[str]:
        """The fields that the parts read."""
        return frozenset().union(*(part.fields() for part in self.parts))

    def evaluate(self, fields: Fields) -> Answer:
        """Kleene's and."""
        answers = [part.evaluate(fields) for part in self.parts]
        true = np.logical_and.reduce([true for true, _ in answers])
        possible = np.logical_and.reduce([true | unknown for true, unknown in answers])
        return true, possible & ~true

    def definition(self) -> dict[str, Any]:
        """The JSON form."""
        return {"all": [part.definition() for part in self.parts]}


@dataclass(frozen=True, slots=True)
class Some:
    """True as soon as one part is true, false when all are false, else unknown (Kleene)."""

    parts: tuple[Rule, ...]

    def fields(self) -> frozenset[str]:
        """The fields that the parts read."""
        return frozenset().union(*(part.fields() for part in self.parts))

    def evaluate(self, fields: Fields) -> Answer:
        """Kleene's or."""
        answers = [part.evaluate(fields) for part in self.parts]
        true = np.logical_or.reduce([true for true, _ in answers])
        possible = np.logical_or.reduce([true | unknown for true, unknown in answers])
        return true, possible & ~true

    def definition(self) -> dict[str, Any]:
        """The JSON form."""
        return {"any": [part.definition() for part in self.parts]}


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of its part; unknown stays unknown."""

    part: Rule

    def fields(self) -> frozenset[str]:
        """The fields that the part reads."""
        return self.part.fields()

    def evaluate(self, fields: Fields) -> Answer:
        """Kleene's not."""
        true, unknown = self.part.evaluate(fields)
        return ~(true | unknown), unknown

    def definition(self) -> dict[str, Any]:
        """The JSON form."""
        return {"not": self.part.definition()}


Rule = Comparison | Every | Some | Not
