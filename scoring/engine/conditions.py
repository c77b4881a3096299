"""Conditions of the rule language: a small tree that answers yes, no or unknown for all customers at once."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any, Literal

import numpy as np

from scoring.engine.frame import Bools, Floats

# One value per customer, or the two ends between which each customer's value lies; NaN = not known.
Column = Floats | tuple[Floats, Floats]
Fields = Mapping[str, Column]
# Where the rule holds, and where it cannot be told; never both.
Answer = tuple[Bools, Bools]


def code_of(word: str) -> float:
    """The number that stands for a word in columns and stored inputs; capitals and outer spaces make no difference.

    The first 52 bits of a hash, which a double holds exactly.
    """
    return _code(word.strip().casefold())


@lru_cache(maxsize=4096)
def _code(word: str) -> float:
    return float(int.from_bytes(sha256(word.encode()).digest()[:7], "big") >> 4)


ORDER: dict[str, Callable[[Floats, float], Bools]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """A field against one value, or several for "in"; a word stands for its code."""

    field: str
    op: str
    values: tuple[float | str, ...]

    @property
    def numbers(self) -> tuple[float, ...]:
        """The values as columns hold them."""
        return tuple(code_of(value) if isinstance(value, str) else value for value in self.values)

    def fields(self) -> frozenset[str]:
        """The one field that is read."""
        return frozenset({self.field})

    def comparisons(self) -> Iterator[Comparison]:
        """Itself."""
        yield self

    def evaluate(self, fields: Fields) -> Answer:
        """Compare; unknown where the field is NaN or absent, or where its two ends leave the answer open."""
        low, high = _ends(fields, self.field)
        if low is high:
            return self._holds(low), np.isnan(low)
        if self.op in ORDER:
            compare = ORDER[self.op]
            at_low, at_high = compare(low, self.numbers[0]), compare(high, self.numbers[0])
            true, unknown = at_low & at_high, at_low != at_high
        else:
            possible = np.logical_or.reduce([(low <= value) & (value <= high) for value in self.numbers])
            unknown = possible & (low != high)
            true = (~possible if self.op == "!=" else possible) & ~unknown
        absent = np.isnan(low) | np.isnan(high)
        return true & ~absent, unknown | absent

    def _holds(self, column: Floats) -> Bools:
        """Where the comparison is true of values; of NaN it is not."""
        if self.op in ORDER:
            return ORDER[self.op](column, self.numbers[0])
        if self.op == "!=":
            return (column != self.numbers[0]) & ~np.isnan(column)
        return np.logical_or.reduce([column == value for value in self.numbers])

    def definition(self) -> dict[str, Any]:
        """The JSON form."""
        return {"field": self.field, "op": self.op, "value": list(self.values) if self.op == "in" else self.values[0]}


@dataclass(frozen=True, slots=True)
class Group:
    """All or any of its parts; unknown as in Kleene's logic: only where the known parts do not decide."""

    kind: Literal["all", "any"]
    parts: tuple[Rule, ...]

    def fields(self) -> frozenset[str]:
        """The fields that the parts read."""
        return frozenset().union(*(part.fields() for part in self.parts))

    def comparisons(self) -> Iterator[Comparison]:
        """Those of the parts."""
        for part in self.parts:
            yield from part.comparisons()

    def evaluate(self, fields: Fields) -> Answer:
        """Join the answers of the parts."""
        join = np.logical_and if self.kind == "all" else np.logical_or
        answers = [part.evaluate(fields) for part in self.parts]
        true = join.reduce([true for true, _ in answers])
        possible = join.reduce([true | unknown for true, unknown in answers])
        return true, possible & ~true

    def definition(self) -> dict[str, Any]:
        """The JSON form."""
        return {self.kind: [part.definition() for part in self.parts]}


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of its part; unknown stays unknown."""

    part: Rule

    def fields(self) -> frozenset[str]:
        """The fields that the part reads."""
        return self.part.fields()

    def comparisons(self) -> Iterator[Comparison]:
        """Those of the part."""
        return self.part.comparisons()

    def evaluate(self, fields: Fields) -> Answer:
        """Turn the answer round."""
        true, unknown = self.part.evaluate(fields)
        return ~(true | unknown), unknown

    def definition(self) -> dict[str, Any]:
        """The JSON form."""
        return {"not": self.part.definition()}


Rule = Comparison | Group | Not


def _ends(fields: Fields, name: str) -> tuple[Floats, Floats]:
    column = fields.get(name)
    if isinstance(column, tuple):
        return column
    if column is None:
        other = next(iter(fields.values()), np.empty(0))
        column = np.full(len(other[0] if isinstance(other, tuple) else other), np.nan)
    return column, column
