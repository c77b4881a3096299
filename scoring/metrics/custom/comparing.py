"""Which rows count: conditions on columns of a kind, read from JSON and held against rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Final

import numpy as np

from scoring.engine.frame import Bools
from scoring.engine.reading import Node, refuse
from scoring.metrics.custom.declared import Condition
from scoring.metrics.custom.tables import Holds, Table, day_of, words_of
from scoring.metrics.rows import Column, Rows

COMPARE: Final[Mapping[str, Callable[[Any, Any], Any]]] = {"==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
EMPTINESS: Final = ("empty", "not_empty")
OPS: Final[Mapping[Holds, tuple[str, ...]]] = {
    Holds.NUMBER: (*COMPARE, *EMPTINESS),
    Holds.MONEY: (*COMPARE, *EMPTINESS),
    Holds.YES_NO: ("==", *EMPTINESS),
    Holds.WORD: ("==", "!=", "in", *EMPTINESS),
    Holds.DAY: ("<", "<=", ">", ">=", *EMPTINESS),
    Holds.THING: EMPTINESS,
}
MOST_CONDITIONS: Final = 10
MOST_WORDS: Final = 50
MOST_NUMBER: Final = 1e15
MOST_WORD: Final = 255  # characters


def parse_where(source: Node, table: Table) -> tuple[Condition, ...]:
    """The conditions of a source, all of which must hold. Raises InvalidScorecard."""
    nodes = source.nodes("where", ("column", "op", "value"), least=0)
    if len(nodes) > MOST_CONDITIONS:
        raise refuse(source.at("where"), len(nodes), f"give at most {MOST_CONDITIONS} conditions")
    return tuple(_condition(node, table) for node in nodes)


def _condition(node: Node, table: Table) -> Condition:
    column = node.choice("column", table.columns)
    holds = table.columns[column]
    op = node.choice("op", OPS[holds])
    if op in EMPTINESS:
        if node.get("value", None) is not None:
            raise refuse(node.at("value"), node.get("value"), f"{op} takes no value; leave it out")
        return Condition(column, op)
    return Condition(column, op, _value(node, holds, op, words_of(table, column)))


def _value(node: Node, holds: Holds, op: str, words: tuple[str, ...]) -> Any:
    given = node.get("value")
    if holds is Holds.YES_NO:
        if not isinstance(given, bool):
            raise refuse(node.at("value"), given, "give true or false")
        return given
    if holds is Holds.WORD:
        if op != "in":
            return _word(given, node.at("value"), words)
        several = node.entries("value", 1)
        if len(several) > MOST_WORDS:
            raise refuse(node.at("value"), len(several), f"give at most {MOST_WORDS} words")
        return tuple(_word(one, f"{node.at('value')}[{i}]", words) for i, one in enumerate(several))
    most = 36_500 if holds is Holds.DAY else MOST_NUMBER
    return node.number("value", -most, most)


def _word(given: object, place: str, words: tuple[str, ...]) -> str:
    if words and given not in words:
        raise refuse(place, given, f"give one of {', '.join(words)}")
    if not isinstance(given, str) or not given.strip() or len(given) > MOST_WORD or not given.isprintable():
        raise refuse(place, given, f"give a word of at most {MOST_WORD} characters")
    return given


def holding(rows: Rows, where: tuple[Condition, ...], table: Table) -> Bools:
    """Which rows count (one entry per row)."""
    found = np.ones(len(rows), np.bool_)
    for one in where:
        found &= _holds(rows, one, table)
    return found


def _holds(rows: Rows, one: Condition, table: Table) -> Bools:
    holds = table.columns[one.column]
    cells: Column = rows[day_of(table, one.column) if holds is Holds.DAY else one.column]
    there = known(cells)
    if one.op in EMPTINESS:
        return there if one.op == "not_empty" else ~there
    if isinstance(one.value, tuple):
        return rows.has(one.column, *one.value)
    against: Any = one.value
    if holds is Holds.DAY:
        against = rows.day + against
    return there & np.asarray(COMPARE[one.op](cells, against), np.bool_)


def known(cells: Column) -> Bools:
    """Which cells say something: an empty text does not."""
    return cells.astype(np.bool_) if cells.dtype == object else ~np.isnan(cells)
