"""What differs between two scorecard versions, in words and as a diff of their canonical JSON (D3)."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scoring.engine.card import Component, Measure, Version
from scoring.engine.curve import Curve
from scoring.engine.version import canonical_json
from scoring.scorecards.describing import (
    FLAGS,
    MISSING,
    ROLLUPS,
    cap_words,
    curve_text,
    lowers_text,
    metric_label,
    number,
    rule_labels,
)
from scoring.wording import rule_words


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that two versions say differently. `place` is where the later one has it (the earlier one, if gone).

    Nothing before = it is new, nothing after = it is gone.
    """

    place: str
    label: str
    before: str
    after: str

    @property
    def said(self) -> str:
        """The difference in a clause: Product usage › Active days: weight 30 → 35."""
        if self.before and self.after:
            return f"{self.label} {self.before} → {self.after}"
        return f"{self.label} added: {self.after}" if self.after else f"{self.label} removed: {self.before}"


Said = dict[str, tuple[str, str]]  # by what it is: its place and what it says
Homes = set[tuple[str, str]]  # component and metric


def differences(before: Version, after: Version) -> list[Difference]:
    """What differs, in the order of the later version; components are told by their keys, measures by their metrics."""
    names = {component.key: component.label for component in after.components}
    both = _homes(before) & _homes(after)
    was, now = _said_by(before, names, both), _said_by(after, names, both)
    found = [
        Difference(place, label, was.get(label, ("", ""))[1], words)
        for label, (place, words) in now.items()
        if was.get(label, ("", ""))[1] != words
    ]
    found += [Difference(place, label, words, "") for label, (place, words) in was.items() if label not in now]
    return found or _order(before, after)


def _order(before: Version, after: Version) -> list[Difference]:
    """Where all is the same but the order, that."""
    was, now = (", ".join([*one.component_keys, *one.metric_keys]) for one in (before, after))
    return [Difference("components", "Order:", was, now)] if was != now else []


def _homes(version: Version) -> Homes:
    return {(component.key, measure.metric) for component in version.components for measure in component.measures}


def _said_by(version: Version, names: Mapping[str, str], both: Homes) -> Said:
    """Everything a version says, as label → (place, words). Equal versions say the same."""
    said: Said = {"Title:": ("title", version.title)}
    for c, component in enumerate(version.components):
        said |= _component(component, names.get(component.key, component.label), f"components[{c}]", both)
    for b, band in enumerate(version.bands):
        said[f"Band {b + 1}:"] = (f"bands[{b}]", f"{band.label} ({band.role}) from {number(band.lower)}")
    return {**said, **_rules(version), **_numbers(version)}


def unified(before: Mapping[str, Any], after: Mapping[str, Any], names: tuple[str, str]) -> list[str]:
    """The lines of a unified diff of both canonical texts, indented; empty where they are equal."""
    old, new = (
        json.dumps(json.loads(canonical_json(one)), indent=2, ensure_ascii=False).splitlines()
        for one in (before, after)
    )
    return list(difflib.unified_diff(old, new, *names, lineterm=""))


def _component(component: Component, name: str, place: str, both: Homes) -> Said:
    said = {
        f"{name}: name": (f"{place}.label", component.label),
        f"{name}: weight": (f"{place}.weight", number(component.weight)),
    }
    for m, measure in enumerate(component.measures):
        home, label = f"{place}.measures[{m}]", f"{name} › {metric_label(measure.metric)}"
        if (component.key, measure.metric) in both:
            said |= _measure(measure, label, home)
        else:
            said[label] = (home, f"weight {number(measure.weight)}, {curve_text(measure.curve)}")
    return said


def _measure(measure: Measure, label: str, place: str) -> Said:
    window = f"{measure.window} days" if measure.window else "as the metric has it"
    said = {
        "weight": ("weight", number(measure.weight)),
        "when missing": ("missing", MISSING[measure.missing]),
        "window": ("window", window),
        "par": ("par", number(measure.par)),
        **_curve(measure.curve, "curve"),
    }
    for a, age in enumerate(measure.ages):
        curve = _curve(age.curve, f"ages[{a}].curve")
        said |= {f"under {age.below_days} days, {what}": words for what, words in curve.items()}
    return {f"{label}: {what}": (f"{place}.{home}", words) for what, (home, words) in said.items()}


def _curve(curve: Curve, place: str) -> Said:
    points = {
        f"points at {number(raw)}": (f"{place}[{i}]", number(points))
        for i, (raw, points) in enumerate(curve.breakpoints)
    }
    return {"curve drawn in": (place, "steps" if curve.steps else "lines"), **points}


def _rules(version: Version) -> Said:
    labels = rule_labels(version)
    said: Said = {}
    for i, cap in enumerate(version.caps):
        said[f"Cap {cap.label}:"] = (f"caps[{i}]", cap_words(cap, labels))
    for name, rule in version.flags.items():
        said[f"Flag {FLAGS[name]}:"] = (f"flags.{name}", rule_words(rule, labels))
    for i, one in enumerate(version.thresholds):
        said[f"Bounds for {one.label}:"] = (
            f"thresholds[{i}]",
            f"{lowers_text(version, one)} while {rule_words(one.when, labels)}",
        )
    return said


def _numbers(version: Version) -> Said:
    parameters = {f"Parameter {name}:": ("parameters", number(value)) for name, value in version.parameters.items()}
    return {
        "Minimum coverage": ("min_coverage", number(version.min_coverage)),
        "Lowest score": ("clamp[0]", number(version.clamp[0])),
        "Highest score": ("clamp[1]", number(version.clamp[1])),
        "Analysis period, days:": ("analysis_days", str(version.analysis_days)),
        "Points before a band is left:": ("hysteresis", number(version.hysteresis)),
        "A family's score:": ("rollup", ROLLUPS[version.rollup]),
        **parameters,
    }
