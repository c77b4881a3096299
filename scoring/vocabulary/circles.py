"""Which vocabulary reads which, so that none is asked before what it reads, and none reads itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from scoring.definitions import RULES, entries
from scoring.engine.rules import InvalidRule, Rule, parse_rule

PLACES: Final = ("stage", "segment", "tier", "revenue_tier")  # rules read them by these names, as words


def fields_of(body: Mapping[str, Any]) -> frozenset[str]:
    """Every field that the rules of a body read; a rule that cannot be read reads nothing."""
    return frozenset().union(*(rule.fields() for key in RULES if (rule := _read(body.get(key)))))


def _read(rule: object) -> Rule | None:
    try:
        return None if rule is None else parse_rule(rule, "rule")
    except InvalidRule:
        return None


def read_by(kind: str) -> list[str]:
    """The vocabularies that the entries of one read."""
    read = frozenset().union(*(entry.fields() for entry in entries(kind)))
    return [place for place in PLACES if place in read]


def circle(kind: str, fields: Iterable[str]) -> list[str]:
    """The way from a kind whose rule reads these fields back to itself, both ends named; empty where there is none."""
    return _way_back([kind], [place for place in PLACES if place in set(fields)])


def _way_back(way: list[str], onward: Iterable[str]) -> list[str]:
    for place in onward:
        if place == way[0]:
            return [*way, place]
        if place not in way and (found := _way_back([*way, place], read_by(place))):
            return found
    return []


def in_order(kinds: Iterable[str]) -> list[str]:
    """The kinds, each after those it reads; a circle, which no editor lets through, is cut anywhere."""
    wanted, order = set(kinds), list[str]()

    def add(kind: str, way: frozenset[str]) -> None:
        for place in read_by(kind):
            if place in wanted and place not in way:
                add(place, way | {place})
        if kind not in order:
            order.append(kind)

    for kind in PLACES:
        if kind in wanted:
            add(kind, frozenset({kind}))
    return order
