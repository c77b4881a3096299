"""Places customers by the rules of a vocabulary: their segment with its tags, their value tier, their revenue tier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from scoring.definitions import Entry, entries, every_entry
from scoring.engine.conditions import Column, Fields, code_of
from scoring.engine.frame import Bools, Floats
from scoring.engine.rules import Rule
from scoring.nights import Ints
from scoring.vocabulary.circles import in_order
from scoring.vocabulary.revenue import PIPELINE, REVENUE, WON, six_month_revenue

KINDS: Final = ("segment", "tier", "revenue_tier")


@dataclass(frozen=True, slots=True)
class Placed:
    """Numbers of definitions for n customers, 0 = none; `tags` has a bit for each secondary segment."""

    segment: Ints
    tags: Ints
    tier: Ints
    revenue_tier: Ints


def place(fields: Fields) -> Placed:
    """Segment, tags and tiers of n customers, each vocabulary after those that its rules read.

    Give the columns of `placing_fields`, unknown ones as NaN; `score`, `role` and `stage` among them.
    """
    known: dict[str, Column] = {**fields, REVENUE: six_month_revenue(fields)}
    found: dict[str, Ints] = {}
    for kind in in_order(KINDS):
        found[kind] = first_match(known, entries(kind))
        known[kind] = codes(kind, found[kind])
    segment, tags = classify(known, entries("segment"))
    return Placed(segment, tags, found["tier"], found["revenue_tier"])


def placing_fields() -> frozenset[str]:
    """The names of all fields that `place` reads, apart from what it finds itself."""
    read = frozenset().union(*(entry.fields() for kind in KINDS for entry in entries(kind)))
    revenue = {WON, PIPELINE, "score"} if REVENUE in read else set()
    return read - {REVENUE, *KINDS} | revenue


def segment_fields() -> frozenset[str]:
    """The names of the fields that the rules of segments read."""
    return frozenset().union(*(entry.fields() for entry in entries("segment")))


def classify(fields: Fields, entries: Sequence[Entry]) -> tuple[Ints, Ints]:
    """The segment of each customer (n), 0 = none, and the bits of its tags (n); library 3, X17.

    The first entry whose rule holds is the segment, every other one whose rule holds a tag: where it says `tag_when`,
    only where that holds too. One with `always_tag` is a tag even of itself, so that its bit finds all of them.
    """
    segment = first_match(fields, entries)
    tags = np.zeros(len(segment), np.int64)
    for entry in entries:
        also = (segment != entry.number) | bool(entry.body.get("always_tag"))
        if narrower := entry.rules.get("tag_when"):
            also &= holds(narrower, fields)
        tags[also & holds(entry.rule, fields)] |= entry.bit
    return segment, tags


def first_match(fields: Fields, entries: Sequence[Entry]) -> Ints:
    """The number of the first entry whose rule holds (n), 0 where none does."""
    found = np.zeros(count_of(fields), np.int64)
    for entry in reversed(entries):
        found[holds(entry.rule, fields)] = entry.number
    return found


def holds(rule: Rule | None, fields: Fields) -> Bools:
    """Where a rule holds for sure (n); nowhere where there is none."""
    return np.zeros(count_of(fields), np.bool_) if rule is None else rule.evaluate(fields)[0]


def count_of(fields: Fields) -> int:
    """How many customers the columns are of."""
    column = next(iter(fields.values()), np.empty(0))
    return len(column[0] if isinstance(column, tuple) else column)


def codes(kind: str, numbers: Ints) -> Floats:
    """What rules read for the numbers of entries (n): the codes of their keys, NaN where there is none."""
    by_number = {entry.number: code_of(entry.key) for entry in every_entry(kind)}
    highest = max([*by_number, int(numbers.max(initial=0))], default=0)
    table = np.array([by_number.get(number, np.nan) for number in range(highest + 1)])
    return table[numbers]
