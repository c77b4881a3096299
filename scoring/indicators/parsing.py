"""Reads the body of an indicator's definition; whatever is wrong is named with place, value and remedy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from scoring.engine.conditions import Comparison, Group, Not
from scoring.engine.reading import InvalidScorecard, Node, open_node, refuse
from scoring.engine.rules import InvalidRule, Rule, parse_rule
from scoring.indicators.indicator import FALLEN, KINDS, OPEN, STAGE, Indicator
from scoring.metrics import METRICS
from scoring.presets import PRESET_KEYS, load_preset
from scoring.scorecards.publishing import live_versions

KEYS: Final = ("type", "rule", "nights", "meaning", "source", "counts")
MOST_NIGHTS: Final = 365
# What the score of the night says, beside the points of its components.
SAID: Final = ("score", "role", "coverage", "churn_risk", "expansion", "emergency")
# Control characters and halves of a pair are no text, and PostgreSQL takes neither.
LINE: Final = r"[^\x00-\x1f\ud800-\udfff]*[^\x00-\x20\ud800-\udfff][^\x00-\x1f\ud800-\udfff]*"
ONE_LINE: Final = "give a text on one line, 200 characters at most"


class InvalidIndicator(ValueError):
    """A definition that cannot be used; the message names the place, the value and what would be right."""


def is_field(name: str) -> bool:
    """Whether the rule of an indicator may read this name. One query at most."""
    return name in METRICS or name in (*SAID, STAGE, OPEN, FALLEN) or name in _components()


def check_indicator(body: object) -> None:
    """Raise InvalidIndicator unless a body can be saved."""
    parse_indicator(body)


def parse_indicator(body: object, place: str = "", is_field: Callable[[str], bool] = is_field) -> Indicator:
    """Read a body that stands at `place`; `is_field` tells what its rule may read. Raises InvalidIndicator."""
    try:
        return _indicator(open_node(body, place, KEYS), is_field)
    except (InvalidScorecard, InvalidRule) as error:
        raise InvalidIndicator(str(error)) from error


def _indicator(node: Node, is_field: Callable[[str], bool]) -> Indicator:
    found = Indicator(
        kind=node.choice("type", KINDS),
        rule=parse_rule(node.get("rule"), node.at("rule")),
        nights=node.whole("nights", MOST_NIGHTS, 1),
        meaning=node.text("meaning", LINE, ONE_LINE),
        source=node.text("source", LINE, ONE_LINE) if node.get("source", "") else "",
        counts=node.truth("counts", False),
    )
    for place, comparison in _comparisons(found.rule, node.at("rule")):
        _check(comparison, place, is_field)
    if found.counts and found.kind != "leading":
        raise refuse(node.at("counts"), True, "only a leading indicator counts: give false, or the type leading")
    if found.counts and found.counts_others:
        raise refuse(node.at("counts"), True, f"its rule reads {OPEN}, and none counts itself: give false")
    return found


def _comparisons(rule: Rule, place: str) -> Iterator[tuple[str, Comparison]]:
    """Every comparison with the place where it stands."""
    match rule:
        case Comparison():
            yield place, rule
        case Not():
            yield from _comparisons(rule.part, f"{place}.not")
        case Group():
            for i, part in enumerate(rule.parts):
                yield from _comparisons(part, f"{place}.{rule.kind}[{i}]")


def _check(one: Comparison, place: str, is_field: Callable[[str], bool]) -> None:
    if re.fullmatch(r"I[1-9]\d?", one.field):
        raise refuse(f"{place}.field", one.field, f"an indicator reads no other one; {OPEN} counts the open ones")
    if not is_field(one.field):
        known = f"{', '.join(SAID)}, {STAGE}, {FALLEN} or {OPEN}"
        raise refuse(f"{place}.field", one.field, f"name a metric, a component, {known}")
    words = all(isinstance(value, str) for value in one.values)
    if words != (one.field == STAGE):
        right = "give the key of a stage, such as onboarding" if one.field == STAGE else "give a number"
        raise refuse(f"{place}.value", one.values[0], right)


def _components() -> set[str]:
    """The keys of components in the scorecards that come with the product, and in the live ones."""
    engines = [version.engine for version in live_versions()]
    live = {key for engine in engines for key in engine.component_keys}
    return live.union(*({one["key"] for one in load_preset(key)["components"]} for key in PRESET_KEYS))
