"""Rules as a person says them, the same on every page: names of fields, coded numbers by their words, and units."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from accounts.wording import MINUS
from scoring.engine.rules import WORDS, Comparison, Group, Rule
from scoring.fields import label_of
from scoring.indicators import indicators
from scoring.metrics import METRICS

COLOURS: Final = {0: "red", 1: "yellow", 2: "green"}
SIZES: Final = {1: "small", 2: "mid-market", 3: "enterprise"}
CODED: Final = {"role": COLOURS, "role_before": COLOURS, "size": SIZES}  # numbers that stand for words
YES_NO: Final = re.compile(r"churn_risk|expansion|emergency|renewal_decided|I\d+")
YES_OR_NO: Final = {0: "no", 1: "yes"}
PLAIN: Final = {
    "days_in_stage": "Days in the stage",
    "days_over": "Days beyond the expected stay",
    "share_over": "Share beyond the expected stay (%)",
    "leading_open": "Leading indicators open",
    "measures_fallen_28": "Measures that fell by 10 points in 28 days",
}
SAID_UNITS: Final = ("days", "hours", "minutes")  # the others are told by the label
NO_BREAK: Final = "\u00a0"
NOTHING: Final[Mapping[str, str]] = {}


def field_label(name: str) -> str:
    """What a page calls a field that rules may read: a metric, a fact of the customer, a component, the score."""
    return PLAIN.get(name) or label_of(name)


def codes_of(name: str) -> Mapping[int, str]:
    """The words that a field's numbers stand for, such as 0 for red; empty where a number is a number."""
    if name in CODED:
        return CODED[name]
    if name.endswith(".role"):
        return COLOURS
    yes_no = YES_NO.fullmatch(name) or (name in METRICS and METRICS[name].unit in ("0 or 1", "code 0-1"))
    return YES_OR_NO if yes_no or (name not in METRICS and name in indicators()) else {}


def unit_of(name: str) -> str:
    """The unit of a field's numbers, where a page says it after them: %, % of plan, days; else empty."""
    unit = METRICS[name].unit if name in METRICS else ""
    return unit if unit.startswith("%") or unit in SAID_UNITS else ""


def rule_words(rule: Rule, labels: Mapping[str, str] = NOTHING) -> str:
    """A condition in words; `labels` name the fields of a scorecard that is not live, and go before all others."""
    if isinstance(rule, Group):
        return (" and " if rule.kind == "all" else " or ").join(_parts(rule, labels))
    if isinstance(rule, Comparison):
        return _compared(rule, labels, WORDS[rule.op])
    match rule.part:
        case Comparison(op="in") as listed:
            return _compared(listed, labels, "is none of")
        case Comparison(field, "==" | "!=" as op, values):
            return rule_words(Comparison(field, "!=" if op == "==" else "==", values), labels)
    return f"not ({rule_words(rule.part, labels)})"


def value_said(name: str, value: float | str) -> str:
    """A value of a field without its unit: green, enterprise, 1,000, −20, and words as they are."""
    if isinstance(value, str):
        return value.replace("_", " ")
    return codes_of(name).get(int(value), "") if value in codes_of(name) else _number(value)


def _parts(group: Group, labels: Mapping[str, str]) -> Iterator[str]:
    """The parts in words, in brackets where they are joined in the other way; two ends of one field become one."""
    parts = list(group.parts)
    while parts:
        ends = _ends(Group(group.kind, tuple(parts[:2])), labels)
        part = parts.pop(0)
        if ends:
            parts.pop(0)
            yield ends
        else:
            mixed = isinstance(part, Group) and part.kind != group.kind and not _ends(part, labels)
            yield f"({rule_words(part, labels)})" if mixed else rule_words(part, labels)


def _ends(group: Group, labels: Mapping[str, str]) -> str:
    """At least so much and at most so much of one field in one clause; empty where the group is something else."""
    match group:
        case Group(
            "all",
            (Comparison(low, ">=", (int() | float() as first,)), Comparison(high, "<=", (int() | float() as last,))),
        ) if low == high:
            return f"{_label(low, labels)} is from {_number(first)} to {_measured(low, last)}"
    return ""


def _compared(rule: Comparison, labels: Mapping[str, str], words: str) -> str:
    """A comparison; a code is said by its word only where it is equalled, for codes have no order that words would."""
    label, value = _label(rule.field, labels), rule.values[0]
    codes = codes_of(rule.field)
    if codes is YES_OR_NO and rule.op in ("==", "!=") and value in (0, 1):
        return f"{label}: {'yes' if (value == 1) == (rule.op == '==') else 'no'}"
    if codes and rule.op in ("==", "!=", "in") and all(one in codes for one in rule.values):
        words = WORDS["=="] if words == WORDS["in"] else words
        return f"{label} {words} {_either([value_said(rule.field, one) for one in rule.values])}"
    said = [*(_plain(one) for one in rule.values[:-1]), _measured(rule.field, rule.values[-1])]
    return f"{label} {words} {_either(said)}"


def _either(said: list[str]) -> str:
    return " or ".join(filter(None, [", ".join(said[:-1]), said[-1]]))


def _label(name: str, labels: Mapping[str, str]) -> str:
    return labels.get(name) or field_label(name)


def _measured(name: str, value: float | str) -> str:
    """A value with its unit."""
    unit = "" if isinstance(value, str) else unit_of(name)
    if value == 1 and unit in SAID_UNITS:
        unit = unit.removesuffix("s")
    return NO_BREAK.join(filter(None, [_plain(value), unit]))


def _plain(value: float | str) -> str:
    return value.replace("_", " ") if isinstance(value, str) else _number(value)


def _number(value: float) -> str:
    return f"{value or 0:,.10g}".replace("-", MINUS)
