"""A scorecard version from its JSON definition; `writing` is the way back."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from scoring.engine.card import SCORE, Age, Band, Cap, Component, Flags, Measure, Thresholds, Version
from scoring.engine.checking import NONE, check_version
from scoring.engine.curve import Curve
from scoring.engine.reading import InvalidScorecard, Node, number, open_node, refuse
from scoring.engine.rules import InvalidRule, Rule, parse_rule
from scoring.engine.writing import canonical_json, definition_of, digest

__all__ = [
    "SCORE", "Age", "Band", "Cap", "Component", "Curve", "Flags", "InvalidScorecard", "Measure", "Thresholds",
    "Version", "canonical_json", "definition_of", "digest", "parse_version",
]  # fmt: skip

VERSION_KEYS = (
    "key", "title", "components", "bands", "flags", "caps", "min_coverage", "clamp", "analysis_days", "parameters",
    "thresholds", "hysteresis", "rollup",
)  # fmt: skip
COMPONENT_KEYS = ("key", "label", "weight", "measures")
MEASURE_KEYS = ("metric", "weight", "curve", "missing", "window", "par", "steps", "ages")
AGE_KEYS = ("below_days", "curve")
THRESHOLD_KEYS = ("label", "when", "lowers")
BAND_KEYS = ("label", "role", "lower")
CAP_KEYS = ("target", "when", "at_most", "label", "on")
FLAG_KEYS = ("churn_risk", "expansion", "emergency")
MISSING_RULES = ("leave_out", "neutral", "worst", "carry")
ROLES = ("red", "yellow", "green")
ROLLUPS = ("arr_weighted", "mean", "worst", "own")
# Beyond these a double no longer carries nine digits through the weighted means.
LEAST_WEIGHT, MOST_WEIGHT = 1e-6, 1e6
MOST_RAW = 1e15
TEN_YEARS = 3650  # days
KEY = r"[a-z][a-z0-9_]*"
KEY_RIGHT = "give a key of small letters, digits and _, a letter first"


def parse_version(
    definition: object, known_metrics: Collection[str] | None = None, attributes: Mapping[str, bool] = NONE
) -> Version:
    """Read a definition; without `known_metrics` any metric key goes. Raises InvalidScorecard with one message.

    `attributes` are facts of a customer that are no metrics, true = they hold words: rules may read them, measures not.
    """
    root = open_node(definition, "", VERSION_KEYS)
    version = Version(
        key=root.text("key", r"[a-z0-9][a-z0-9_-]*", "give a key of small letters, digits, - and _"),
        title=root.text("title"),
        components=tuple(_component(node) for node in root.nodes("components", COMPONENT_KEYS)),
        bands=tuple(_band(node) for node in root.nodes("bands", BAND_KEYS)),
        flags=_flags(open_node(root.get("flags"), "flags", FLAG_KEYS)),
        caps=tuple(_cap(node) for node in root.nodes("caps", CAP_KEYS, least=0)),
        min_coverage=root.number("min_coverage", 0, 1),
        clamp=_clamp(root),
        analysis_days=root.whole("analysis_days", TEN_YEARS, 30),
        parameters=_parameters(root),
        thresholds=tuple(_thresholds(node) for node in root.nodes("thresholds", THRESHOLD_KEYS, least=0)),
        hysteresis=root.number("hysteresis", 0, 20, 0.0),
        rollup=root.choice("rollup", ROLLUPS, "arr_weighted"),
    )
    check_version(version, known_metrics, attributes)
    return version


def _component(node: Node) -> Component:
    return Component(
        key=node.text("key", KEY, KEY_RIGHT),
        label=node.text("label"),
        weight=_weight(node),
        measures=tuple(_measure(measure) for measure in node.nodes("measures", MEASURE_KEYS)),
    )


def _measure(node: Node) -> Measure:
    return Measure(
        metric=node.text("metric", KEY, KEY_RIGHT),
        weight=_weight(node),
        curve=_curve(node, node.truth("steps", False)),
        missing=node.choice("missing", MISSING_RULES, "leave_out"),
        window=None if node.get("window", None) is None else node.whole("window", TEN_YEARS),
        par=node.number("par", 0, 100, 0.0),
        ages=_ages(node),
    )


def _ages(measure: Node) -> tuple[Age, ...]:
    ages: list[Age] = []
    for node in measure.nodes("ages", AGE_KEYS, least=0):
        below = node.whole("below_days", TEN_YEARS)
        if ages and below <= ages[-1].below_days:
            right = f"give more days than the age before it, {ages[-1].below_days}"
            raise refuse(node.at("below_days"), below, right)
        ages.append(Age(below, _curve(node, measure.truth("steps", False))))
    return tuple(ages)


def _weight(node: Node) -> float:
    weight = node.number("weight", 0, MOST_WEIGHT)
    if 0 < weight < LEAST_WEIGHT:
        raise refuse(node.at("weight"), weight, f"give 0 or at least {LEAST_WEIGHT:f}")
    return weight


def _curve(node: Node, steps: bool) -> Curve:
    place, breakpoints = node.at("curve"), []
    for i, pair in enumerate(node.entries("curve", 2)):
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise refuse(f"{place}[{i}]", pair, "give a pair [raw value, points]")
        raw = number(pair[0], f"{place}[{i}][0]", -MOST_RAW, MOST_RAW)
        breakpoints.append((raw, number(pair[1], f"{place}[{i}][1]", 0, 100)))
        if i and not breakpoints[i - 1][0] < raw:
            raise refuse(f"{place}[{i}][0]", raw, f"give more than the breakpoint before it, {breakpoints[i - 1][0]:g}")
    return Curve(tuple(breakpoints), steps)


def _band(node: Node) -> Band:
    label = node.text("label", r".*\w.*", "give a text with at least one letter or digit")
    slug = re.sub(r"[\W_]+", "-", label.lower()).strip("-")
    return Band(slug, label, node.choice("role", ROLES), node.number("lower", 0, 100))


def _thresholds(node: Node) -> Thresholds:
    place, lowers = node.at("lowers"), node.entries("lowers", 1)
    found = tuple(number(lower, f"{place}[{i}]", 0, 100) for i, lower in enumerate(lowers))
    return Thresholds(node.text("label"), _rule(node, "when"), found)


def _flags(node: Node) -> Flags:
    return Flags(*(_rule(node, name) for name in FLAG_KEYS))


def _cap(node: Node) -> Cap:
    return Cap(
        target=node.text("target"),
        when=_rule(node, "when"),
        at_most=node.number("at_most", 0, 100),
        label=node.text("label"),
        on=node.truth("on", True),
    )


def _rule(node: Node, key: str) -> Rule:
    try:
        return parse_rule(node.get(key), node.at(key))
    except InvalidRule as error:
        raise InvalidScorecard(str(error)) from error


def _clamp(root: Node) -> tuple[float, float]:
    ends = root.get("clamp", (0, 100))
    if not isinstance(ends, list | tuple) or len(ends) != 2:
        raise refuse("clamp", ends, "give a pair [lowest, highest]")
    low, high = (number(end, f"clamp[{i}]", 0, 100) for i, end in enumerate(ends))
    if low >= high:
        raise refuse("clamp", list(ends), "give the lower end first")
    return low, high


def _parameters(root: Node) -> dict[str, float]:
    given = root.get("parameters", {})
    if not isinstance(given, Mapping):
        raise refuse("parameters", given, "give an object of names and numbers")
    return {str(name): number(value, f"parameters.{name}", -MOST_RAW, MOST_RAW) for name, value in given.items()}
