"""A scorecard version as a person reads it: components, measures with their shares, curves and rules in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor

from scoring.engine.card import SCORE, Cap, Measure, Version
from scoring.engine.rules import sentence
from scoring.metrics.metric import Metric

MISSING = {
    "leave_out": "left out",
    "neutral": "50 points",
    "worst": "0 points",
    "carry": "last value, while valid",
}
FLAGS = {"churn_risk": "Churn risk", "expansion": "Room to expand", "emergency": "Emergency"}


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


def component_lines(version: Version, metrics: Mapping[str, Metric]) -> list[ComponentLine]:
    """Every component with its measures, in the order of the scorecard."""
    shares, lines = iter(version.measure_shares), []
    for c, (component, share) in enumerate(zip(version.components, version.component_shares, strict=True)):
        place, total = f"components[{c}]", sum(measure.weight for measure in component.measures)
        measures = tuple(
            _measure_line(f"{place}.measures[{m}].weight", measure, metrics, (measure.weight / total, next(shares)))
            for m, measure in enumerate(component.measures)
        )
        lines.append(ComponentLine(f"{place}.weight", component.label, component.weight, share, measures))
    return lines


def flag_lines(version: Version, metrics: Mapping[str, Metric]) -> list[tuple[str, str]]:
    """Each flag and the condition it is raised on."""
    labels = rule_labels(version, metrics)
    return [(FLAGS[name], sentence(rule, labels)) for name, rule in version.flags.items()]


def cap_lines(version: Version, metrics: Mapping[str, Metric]) -> list[tuple[str, str]]:
    """Each cap's label and what it does."""
    labels = rule_labels(version, metrics)
    return [(cap.label, _cap(cap, labels)) for cap in version.caps]


def place_labels(version: Version, metrics: Mapping[str, Metric]) -> dict[str, str]:
    """For every place that can be changed, or that a refusal may name, what a person calls it."""
    labels = {"components": "The components", "min_coverage": "Minimum coverage"}
    for line, component in zip(component_lines(version, metrics), version.components, strict=True):
        labels[line.place] = f"{component.label}, weight"
        labels[line.place.replace(".weight", ".measures")] = f"The measures of {component.label}"
        labels |= {measure.place: f"{component.label} › {measure.label}, weight" for measure in line.measures}
    for b, band in enumerate(version.bands):
        labels |= {
            f"bands[{b}].lower": f"Band {b + 1} ({band.label}), lower bound",
            f"bands[{b}].label": f"Band {b + 1} ({band.label}), name",
        }
    return labels


def rule_labels(version: Version, metrics: Mapping[str, Metric]) -> dict[str, str]:
    """What rules call metrics, components and the score."""
    components = {component.key: component.label for component in version.components}
    return {**{key: metric.label for key, metric in metrics.items()}, **components, SCORE: "the score"}


def percent(share: float) -> str:
    """A share of 1 in percent with one decimal, halves up, as static/js/weights.js writes it."""
    return f"{floor(1000 * share + 0.5) / 10:.1f}\u00a0%"


def curve_text(measure: Measure) -> str:
    """The breakpoints as value → points."""
    return ", ".join(f"{raw:,.10g} → {points:.10g}" for raw, points in measure.curve.breakpoints)


def _measure_line(
    place: str, measure: Measure, metrics: Mapping[str, Metric], shares: tuple[float, float]
) -> MeasureLine:
    metric = metrics.get(measure.metric)
    label = metric.label if metric else measure.metric.replace("_", " ")
    return MeasureLine(
        place=place,
        label=f"{label} ({metric.unit})" if metric else label,
        meaning=metric.meaning if metric else "",
        weight=measure.weight,
        within=shares[0],
        share=shares[1],
        curve=curve_text(measure),
        missing=MISSING[measure.missing],
        window=f"{measure.window} days" if measure.window else "",
    )


def _cap(cap: Cap, labels: Mapping[str, str]) -> str:
    held = f"{labels.get(cap.target, cap.target)} has at most {cap.at_most:g} points while {sentence(cap.when, labels)}"
    return held if cap.on else f"switched off: {held}"
