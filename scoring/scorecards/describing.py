"""A scorecard version as a person reads it: components, measures with their shares, curves and rules in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor
from typing import Final

from scoring.engine.card import SCORE, Cap, Measure, Thresholds, Version
from scoring.engine.curve import Curve
from scoring.metrics import METRICS
from scoring.wording import rule_words

MISSING: Final = {
    "leave_out": "left out",
    "neutral": "50 points",
    "worst": "0 points",
    "carry": "last value, while valid",
}
FLAGS: Final = {"churn_risk": "Churn risk", "expansion": "Room to expand", "emergency": "Emergency"}
ROLLUPS: Final = {
    "arr_weighted": "mean of parent and children, weighted by ARR",
    "mean": "plain mean of parent and children",
    "worst": "the lowest of parent and children",
    "own": "the parent's own score",
}
PARAMETERS: Final = {"features_available": "Features there are", "plan_ranks": "Plans there are"}


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """A measure; shares are of 1, `within` of its component and `share` of the whole score when nothing is missing."""

    place: str
    label: str
    meaning: str
    weight: float
    within: float
    share: float
    curve: str
    missing: str
    window: str

    @property
    def shown(self) -> tuple[str, str]:
        """Both shares in percent: of the component, of the score."""
        return percent(self.within), percent(self.share)


@dataclass(frozen=True, slots=True)
class ComponentLine:
    """A component with its share of the score and its measures."""

    place: str
    label: str
    weight: float
    share: float
    measures: tuple[MeasureLine, ...]

    @property
    def shown(self) -> str:
        """The share in percent."""
        return percent(self.share)


def component_lines(version: Version) -> list[ComponentLine]:
    """Every component with its measures, in the order of the scorecard."""
    shares, lines = iter(version.measure_shares), []
    for c, (component, share) in enumerate(zip(version.components, version.component_shares, strict=True)):
        place, total = f"components[{c}]", sum(measure.weight for measure in component.measures)
        measures = tuple(
            _measure_line(f"{place}.measures[{m}].weight", measure, measure.weight / total, next(shares))
            for m, measure in enumerate(component.measures)
        )
        lines.append(ComponentLine(f"{place}.weight", component.label, component.weight, share, measures))
    return lines


def flag_lines(version: Version) -> list[tuple[str, str]]:
    """Each flag and the condition it is raised on."""
    labels = rule_labels(version)
    return [(FLAGS[name], rule_words(rule, labels)) for name, rule in version.flags.items()]


def cap_lines(version: Version) -> list[tuple[str, str]]:
    """Each cap's label and what it does."""
    labels = rule_labels(version)
    return [(cap.label, cap_words(cap, labels)) for cap in version.caps]


def threshold_lines(version: Version) -> list[tuple[str, str, str]]:
    """Other bounds of the bands: the label, for whom they hold, and the bounds."""
    labels = rule_labels(version)
    return [(one.label, rule_words(one.when, labels), lowers_text(version, one)) for one in version.thresholds]


def lowers_text(version: Version, one: Thresholds) -> str:
    """The lower bounds with the bands they belong to."""
    return ", ".join(f"{band.label} from {number(low)}" for band, low in zip(version.bands, one.lowers, strict=True))


def rule_labels(version: Version) -> dict[str, str]:
    """What rules call components and the score; the other fields have their names from `scoring.wording`."""
    return {**{component.key: component.label for component in version.components}, SCORE: "the score"}


def percent(share: float) -> str:
    """A share of 1 in percent with one decimal, halves up, as static/js/weights.js writes it."""
    return f"{floor(1000 * share + 0.5) / 10:.1f}\u00a0%"


def curve_text(curve: Curve) -> str:
    """The breakpoints as value → points."""
    return ", ".join(f"{raw:,.10g} → {points:.10g}" for raw, points in curve.breakpoints)


def number(value: float) -> str:
    """A number as it was typed: 30, 0.25."""
    return f"{value:.10g}"


def metric_label(key: str) -> str:
    """What pages call a metric; one that is gone reads as its key."""
    return METRICS[key].label if key in METRICS else key.replace("_", " ")


def metric_title(key: str) -> str:
    """A metric with its unit."""
    return f"{METRICS[key].label} ({METRICS[key].unit})" if key in METRICS else metric_label(key)


def cap_words(cap: Cap, labels: Mapping[str, str]) -> str:
    """What a cap does."""
    held = (
        f"{labels.get(cap.target, cap.target)} has at most {cap.at_most:g} points while {rule_words(cap.when, labels)}"
    )
    return held if cap.on else f"switched off: {held}"


def _measure_line(place: str, measure: Measure, within: float, share: float) -> MeasureLine:
    metric = METRICS.get(measure.metric)
    return MeasureLine(
        place=place,
        label=metric_title(measure.metric),
        meaning=metric.meaning if metric else "",
        weight=measure.weight,
        within=within,
        share=share,
        curve=curve_text(measure.curve),
        missing=MISSING[measure.missing],
        window=f"{measure.window} days" if measure.window else "",
    )
