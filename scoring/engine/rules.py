"""The one rule language: JSON in, a tree of conditions out, and the sentence that a person reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scoring.engine.conditions import Comparison, Group, Not, Rule

__all__ = ["Comparison", "Group", "InvalidRule", "Not", "Rule", "parse_rule", "sentence"]

MAX_DEPTH = 8
MAX_PARTS = 50
MAX_WORD = 100
MOST = 1e15
EQUAL = ("==", "!=", "in")  # what words can be compared by
WORDS = {
    "<": "is below",
    "<=": "is at most",
    ">": "is above",
    ">=": "is at least",
    "==": "is",
    "!=": "is not",
    "in": "is one of",
}
FORMS = 'give {"field", "op", "value"}, {"all": [...]}, {"any": [...]} or {"not": {...}}'


class InvalidRule(ValueError):
    """A rule that cannot be read; the message names the place, the value and what would be right."""


def parse_rule(data: object, place: str, depth: int = 1) -> Rule:
    """Read the JSON form of a rule that stands at `place`; raises InvalidRule."""
    if depth > MAX_DEPTH:
        raise InvalidRule(f"{place} is nested too deep; at most {MAX_DEPTH} levels")
    match data:
        case {"not": part, **rest} if not rest:
            return Not(parse_rule(part, f"{place}.not", depth + 1))
        case {"all": parts, **rest} if not rest:
            return Group("all", _parts(parts, f"{place}.all", depth + 1))
        case {"any": parts, **rest} if not rest:
            return Group("any", _parts(parts, f"{place}.any", depth + 1))
        case {"field": field, "op": op, "value": value, **rest} if not rest:
            return _comparison(field, op, value, place)
    raise InvalidRule(f"{place} is {_brief(data)}, which is no rule; {FORMS}")


def sentence(rule: Rule, labels: Mapping[str, str]) -> str:
    """The rule in plain English; a field without a label reads as its key with spaces."""
    if isinstance(rule, Not):
        return f"not ({sentence(rule.part, labels)})"
    if isinstance(rule, Group):
        joint = " and " if rule.kind == "all" else " or "
        return joint.join(_clause(part, rule, labels) for part in rule.parts)
    said = [value.replace("_", " ") if isinstance(value, str) else f"{value:,.10g}" for value in rule.values]
    listed = " or ".join(filter(None, [", ".join(said[:-1]), said[-1]]))
    return f"{labels.get(rule.field, rule.field.replace('_', ' '))} {WORDS[rule.op]} {listed}"


def _parts(parts: object, place: str, depth: int) -> tuple[Rule, ...]:
    if not isinstance(parts, list) or not 1 <= len(parts) <= MAX_PARTS:
        raise InvalidRule(f"{place} is {_brief(parts)}; give a list of 1 to {MAX_PARTS} rules")
    return tuple(parse_rule(part, f"{place}[{i}]", depth) for i, part in enumerate(parts))


def _comparison(field: object, op: object, value: object, place: str) -> Comparison:
    if not isinstance(field, str) or not field:
        raise InvalidRule(f"{place}.field is {_brief(field)}; name a metric, a component or score")
    if not isinstance(op, str) or op not in WORDS:
        raise InvalidRule(f"{place}.op is {_brief(op)}; give one of {' '.join(WORDS)}")
    if op == "in" and not (isinstance(value, list) and 1 <= len(value) <= MAX_PARTS):
        raise InvalidRule(f"{place}.value is {_brief(value)}; give a list of 1 to {MAX_PARTS} numbers or words")
    values = value if isinstance(value, list) and op == "in" else [value]
    return Comparison(field, op, tuple(_value(one, op, f"{place}.value") for one in values))


def _value(value: object, op: str, place: str) -> float | str:
    if not isinstance(value, str):
        return _number(value, place)
    if op not in EQUAL:
        raise InvalidRule(f"{place} is {_brief(value)}; words have no order: compare them with {' '.join(EQUAL)}")
    if not 1 <= len(value.strip()) <= MAX_WORD or "\x00" in value:
        raise InvalidRule(f"{place} is {_brief(value)}; give a word of 1 to {MAX_WORD} letters")
    return value.strip()


def _number(value: object, place: str) -> float:
    # NaN and infinity fail the comparison too.
    if isinstance(value, bool) or not isinstance(value, int | float) or not -MOST <= value <= MOST:
        raise InvalidRule(f"{place} is {_brief(value)}; give a number from {-MOST:g} to {MOST:g}, or a word")
    return float(value)


def _clause(part: Rule, group: Group, labels: Mapping[str, str]) -> str:
    mixed = isinstance(part, Group) and part.kind != group.kind
    return f"({sentence(part, labels)})" if mixed else sentence(part, labels)


def _brief(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
