"""A rule laid out on two levels, as a form can show it: groups of comparisons under one joiner."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby, product
from math import prod
from typing import Any, Final, Literal

from healthsite.pages.rules.values import can_be_typed
from scoring.engine.rules import MAX_PARTS, Comparison, Group, Not, Rule

Joiner = Literal["all", "any"]
OTHER: Final[dict[str, Joiner]] = {"all": "any", "any": "all"}
OPPOSITE: Final = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
MOST_MULTIPLIED: Final = 30  # rows of a rule that is multiplied out: a longer one is read more easily as it stands
NONE_OF: Final = "none"  # stands for "not in", which the language says by a not around it


@dataclass(frozen=True, slots=True)
class Laid:
    """Rules side by side: `parts` hold comparisons, "not in" among them, and groups of these."""

    joiner: Joiner
    parts: tuple[Rule, ...]


def laid_out(rule: Rule) -> Laid | None:
    """The rule on two levels, which answers alike for every customer; None where it does not fit.

    A `not` is pushed down to the comparisons (De Morgan; Kleene's unknown stays unknown), groups in groups of their
    own kind are dissolved, and a group of one is its part. What is nested deeper is multiplied out, where that stays
    short: "a and (b or c)" is "a and b, or a and c" (unknowns are distributive too).
    """
    flat = _flat(_pushed(rule, negated=False))
    if laid := _laid(flat):
        return laid
    found = [laid for kind in OTHER.values() if (laid := _multiplied(flat, kind))]
    return min(found, key=_rows, default=None)


def _laid(rule: Rule) -> Laid | None:
    laid = Laid(rule.kind, rule.parts) if isinstance(rule, Group) else Laid("all", (rule,))
    return laid if all(_fits(part) for part in laid.parts) and len(laid.parts) <= MAX_PARTS else None


def _multiplied(rule: Rule, kind: Joiner) -> Laid | None:
    """Groups of the other kind under this one; None where they are too many to be read."""
    if _ways(rule, kind) > MOST_MULTIPLIED:
        return None
    parts = [side[0] if len(side) == 1 else Group(OTHER[kind], side) for side in _sides(rule, kind)]
    laid = _laid(Group(kind, tuple(dict.fromkeys(parts))))
    return laid if laid and _rows(laid) <= MOST_MULTIPLIED else None


def _ways(rule: Rule, kind: str) -> int:
    """How many groups come of it."""
    if not isinstance(rule, Group):
        return 1
    ways = [_ways(part, kind) for part in rule.parts]
    return sum(ways) if rule.kind == kind else prod(ways)


def _sides(rule: Rule, kind: str) -> list[tuple[Rule, ...]]:
    """The comparisons of each group that comes of it, none twice."""
    if not isinstance(rule, Group):
        return [(rule,)]
    sides = [_sides(part, kind) for part in rule.parts]
    if rule.kind == kind:
        return [*chain.from_iterable(sides)]
    return [tuple(dict.fromkeys(chain.from_iterable(choice))) for choice in product(*sides)]


def _rows(laid: Laid) -> int:
    return sum(len(part.parts) if isinstance(part, Group) else 1 for part in laid.parts)


def joined(joiner: str, parts: Sequence[Any]) -> Any:
    """JSON rules under a joiner; one alone stands for itself."""
    return parts[0] if len(parts) == 1 else {joiner: list(parts)}


def negated_list(rule: Rule) -> Comparison | None:
    """The comparison in a "not in"; None for any other rule."""
    inner = rule.part if isinstance(rule, Not) else None
    return inner if isinstance(inner, Comparison) and inner.op == "in" else None


def together(keys: Sequence[str]) -> list[list[int]]:
    """Places of rows by what is one part: rows of one group in the order in which the group begins, others alone."""
    first = {key: place for place, key in reversed(list(enumerate(keys))) if key}
    begins = [first.get(key, place) for place, key in enumerate(keys)]
    order = sorted(range(len(keys)), key=lambda place: (begins[place], place))
    return [list(places) for _, places in groupby(order, key=lambda place: begins[place])]


def _pushed(rule: Rule, *, negated: bool) -> Rule:
    if isinstance(rule, Not):
        return _pushed(rule.part, negated=not negated)
    if isinstance(rule, Group):
        kind = OTHER[rule.kind] if negated else rule.kind
        return Group(kind, tuple(_pushed(part, negated=negated) for part in rule.parts))
    if not negated:
        return rule
    return Not(rule) if rule.op == "in" else Comparison(rule.field, OPPOSITE[rule.op], rule.values)


def _flat(rule: Rule) -> Rule:
    if not isinstance(rule, Group):
        return rule
    parts = tuple(inner for part in rule.parts for inner in _unwrapped(_flat(part), rule.kind))
    return parts[0] if len(parts) == 1 else Group(rule.kind, parts)


def _unwrapped(part: Rule, kind: str) -> Iterator[Rule]:
    if isinstance(part, Group) and part.kind == kind:
        yield from part.parts
    else:
        yield part


def _fits(part: Rule) -> bool:
    rows = part.parts if isinstance(part, Group) else (part,)
    plain = all(not isinstance(row, Group) for row in rows)
    return plain and len(rows) <= MAX_PARTS and all(can_be_typed(one.values) for one in part.comparisons())
