"""A version as its page shows it: components and measures with their shares, their curves drawn, and their fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.forms import BoundField

from healthsite.pages.scorecards.editing import Editor
from healthsite.pages.scorecards.histograms import Drawing, Drawn, Point, draw
from scoring.engine.card import Band, Measure, Version
from scoring.metrics import METRICS
from scoring.scorecards.describing import ComponentLine, MeasureLine, component_lines, curve_text, metric_label, percent
from scoring.scorecards.distributing import Distribution

Values = Mapping[str, Distribution]
NO_SHARE = "–"


@dataclass(frozen=True, slots=True)
class Shown:
    """A measure to read: its line, its picture, and the measure itself."""

    line: MeasureLine
    measure: Measure
    drawing: Drawing

    @property
    def ages(self) -> list[tuple[int, str]]:
        """The curves of young accounts: younger than so many days, and the curve in words."""
        return [(age.below_days, curve_text(age.curve)) for age in self.measure.ages]


def shown(version: Version, values: Values) -> list[tuple[ComponentLine, list[Shown]]]:
    """Every component with its measures, to read."""
    found = []
    for line, component in zip(component_lines(version), version.components, strict=True):
        measures = [
            Shown(one, measure, draw(_drawn(measure), version.bands, values.get(measure.metric)))
            for one, measure in zip(line.measures, component.measures, strict=True)
        ]
        found.append((line, measures))
    return found


def _drawn(measure: Measure) -> list[Drawn]:
    ages = [Drawn(age.curve.breakpoints, age.curve.steps, f"Under {age.below_days} days") for age in measure.ages]
    return [Drawn(measure.curve.breakpoints, measure.curve.steps), *ages]


@dataclass(frozen=True, slots=True)
class Points:
    """The breakpoints of a curve to write: where the list stands, and for each its place, value and points."""

    place: str
    rows: tuple[tuple[str, BoundField, BoundField], ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure to write; shares are as they stand now, a dash where they cannot be told."""

    place: str
    label: str
    unit: str
    meaning: str
    fields: Mapping[str, BoundField]
    within: str
    share: str
    points: Points
    ages: tuple[tuple[str, BoundField, Points], ...]
    drawing: Drawing


@dataclass(frozen=True, slots=True)
class Component:
    """A component to write."""

    place: str
    label: str
    fields: Mapping[str, BoundField]
    share: str
    measures: tuple[Measured, ...]


@dataclass(frozen=True)
class Sheet:
    """What the editor's page lays out beside the plain fields of the form."""

    editor: Editor
    values: Values
    bands: Sequence[Band]

    @property
    def components(self) -> Iterator[Component]:
        """Every component with its measures."""
        parts = self.editor.copy["components"]
        wholes = _shares([one["weight"] for one in parts])
        for c, (one, whole) in enumerate(zip(parts, wholes, strict=True)):
            place, within = f"components[{c}]", _shares([measure["weight"] for measure in one["measures"]])
            measures = tuple(
                self._measured(measure, f"{place}.measures[{m}]", (part, whole))
                for m, (measure, part) in enumerate(zip(one["measures"], within, strict=True))
            )
            fields = self._fields(place, ("key", "label", "weight"))
            yield Component(place, str(one["label"]), fields, _percent(whole), measures)

    @property
    def lists(self) -> dict[str, list[tuple[str, dict[str, Any]]]]:
        """Bands, caps and bounds: the place of each entry and its fields by key."""
        bands = [(place, self._fields(place, ("label", "role", "lower"))) for place in self._places("bands")]
        caps = [
            (place, {**self._fields(place, ("label", "target", "at_most", "on")), "rule": self._rule(place)})
            for place in self._places("caps")
        ]
        bounds = []
        for i, place in enumerate(self._places("thresholds")):
            lowers = self.editor.copy["thresholds"][i]["lowers"]
            fields = [self.editor.form[f"{place}.lowers[{b}]"] for b in range(len(lowers))]
            names = [one["label"] for one in self.editor.copy["bands"]]
            label = self._fields(place, ("label",))
            bounds.append(
                (place, {**label, "lowers": list(zip(names, fields, strict=False)), "rule": self._rule(place)})
            )
        return {"bands": bands, "caps": caps, "thresholds": bounds}

    @property
    def flags(self) -> list[Any]:
        """The rules of the flags."""
        return [rule for place, rule in self.editor.rules.items() if place.startswith("flags.")]

    @property
    def numbers(self) -> list[tuple[BoundField, str]]:
        """The plain fields of the whole version, each with what it means."""
        return [(self.editor.form[place], help_text) for place, help_text in NUMBERS.items()]

    def _measured(self, one: Mapping[str, Any], place: str, shares: tuple[float | None, float | None]) -> Measured:
        metric = METRICS.get(one["metric"])
        within, whole = shares
        return Measured(
            place=place,
            label=metric_label(one["metric"]),
            unit=metric.unit if metric else "",
            meaning=metric.meaning if metric else "",
            fields=self._fields(place, ("metric", "weight", "missing", "window", "par", "steps")),
            within=_percent(within),
            share=_percent(None if within is None or whole is None else within * whole),
            points=self._points(one["curve"], f"{place}.curve"),
            ages=tuple(self._age(age, f"{place}.ages[{a}]") for a, age in enumerate(one["ages"])),
            drawing=draw(_typed_curves(one), self.bands, self.values.get(one["metric"])),
        )

    def _age(self, age: Mapping[str, Any], place: str) -> tuple[str, BoundField, Points]:
        return place, self.editor.form[f"{place}.below_days"], self._points(age["curve"], f"{place}.curve")

    def _points(self, curve: Sequence[Any], place: str) -> Points:
        form, homes = self.editor.form, [f"{place}[{i}]" for i in range(len(curve))]
        return Points(place, tuple((home, form[f"{home}[0]"], form[f"{home}[1]"]) for home in homes))

    def _fields(self, place: str, keys: tuple[str, ...]) -> dict[str, Any]:
        return {key: self.editor.form[f"{place}.{key}"] for key in keys}

    def _places(self, kind: str) -> list[str]:
        return [f"{kind}[{i}]" for i in range(len(self.editor.copy[kind]))]

    def _rule(self, place: str) -> Any:
        return self.editor.rules[f"{place}.when"]


NUMBERS = {
    "min_coverage": "share of the weight with fresh data, from 0 to 1, below which there is no score",
    "hysteresis": "a band is left only when the score lies so many points beyond its bound; 0 = at once",
    "clamp[0]": "no score lies below",
    "clamp[1]": "no score lies above",
    "analysis_days": "days, for the metrics that look back over a month unless a measure says otherwise",
    "rollup": "how the scores of parent and children become one on the parent's page",
}


def _typed_curves(one: Mapping[str, Any]) -> list[Drawn]:
    steps = bool(one["steps"])
    ages = [Drawn(_numbers(age["curve"]), steps, f"Under {age['below_days']} days") for age in one["ages"]]
    return [Drawn(_numbers(one["curve"]), steps), *ages]


def _numbers(curve: Sequence[Any]) -> list[Point]:
    """The points that are numbers already; values that go back are left out, for there is no such line."""
    found: list[Point] = []
    for raw, points in curve:
        x, y = _number(raw), _number(points)
        if x is not None and y is not None and 0 <= y <= 100 and (not found or x > found[-1][0]):
            found.append((x, y))
    return found


def _shares(weights: Sequence[Any]) -> list[float | None]:
    """Each weight's share; nothing where one of them is no weight, or all are nought."""
    numbers = [number for number in map(_number, weights) if number is not None and number >= 0]
    total = sum(numbers)
    if len(numbers) < len(weights) or not total:
        return [None] * len(weights)
    return [number / total for number in numbers]


def _percent(share: float | None) -> str:
    return NO_SHARE if share is None else percent(share)


def _number(value: Any) -> float | None:
    """A finite number of a sane size, None for everything else that somebody may type."""
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if abs(found) <= 1e15 else None
