"""The places of a draft that can be changed, by the names with which the engine refuses them, and in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from scoring.engine.version import definition_of, parse_version
from scoring.scorecards.describing import FLAGS, metric_title

PLACES: Final = {
    "title": "Title",
    "components": "The components",
    "bands": "The bands",
    "min_coverage": "Minimum coverage",
    "clamp": "The ends of the scale",
    "clamp[0]": "Lowest score",
    "clamp[1]": "Highest score",
    "analysis_days": "Analysis period",
    "hysteresis": "Points before a band is left",
    "rollup": "Score of a family",
    **{f"flags.{key}": f"Flag {label}" for key, label in FLAGS.items()},
}
LEAVES: Final = {
    "weight": "weight",
    "metric": "metric",
    "curve": "curve",
    "steps": "steps",
    "missing": "when missing",
    "window": "window",
    "par": "par",
    "below_days": "younger than",
    "label": "name",
    "role": "colour",
    "lower": "lower bound",
    "lowers": "lower bounds",
    "target": "what it limits",
    "at_most": "at most",
    "on": "switched on",
    "when": "rule",
}


def full(definition: Mapping[str, Any]) -> dict[str, Any]:
    """A definition with everything written out that may be left out, so that all of it has a place."""
    version = parse_version(definition)
    unsaid = {"thresholds": [], "hysteresis": 0.0, "rollup": "arr_weighted"}
    whole = {**unsaid, **definition_of(version)}
    for component in whole["components"]:
        component["measures"] = [{"steps": False, "ages": [], **measure} for measure in component["measures"]]
    return whole


def editable(definition: Mapping[str, Any]) -> dict[str, Any]:
    """What a draft says at each place, as the engine would name it: components[0].weight, bands[1].lower, …

    Rules are no places of this kind, and neither are the scorecard's key and the parameters that publishing freezes.
    """
    return {place: home[key] for place, home, key in leaves(definition)}


def leaves(node: Any, place: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Each editable place with the object that holds it and under which key; the lists of a definition as they are."""
    parts = node.items() if isinstance(node, dict) else enumerate(node)
    for key, part in parts:
        here = f"{place}[{key}]" if isinstance(key, int) else f"{place}.{key}" if place else key
        if key in ("flags", "when", "parameters") or here == "key":
            continue
        if isinstance(part, dict | list | tuple):
            yield from leaves(part, here)
        else:
            yield here, node, key


def place_labels(definition: Mapping[str, Any]) -> dict[str, str]:
    """For every place that can be changed, or that a refusal may name, what a person calls it.

    The definition may be half typed: only its lists have to be there.
    """
    labels = dict(PLACES)
    for c, component in enumerate(definition["components"]):
        name = str(component["label"]).strip() or f"Component {c + 1}"
        labels |= _labelled(component, f"components[{c}]", name)
        labels[f"components[{c}].measures"] = f"The measures of {name}"
        for m, measure in enumerate(component["measures"]):
            labels |= dict(_measure_labels(measure, f"components[{c}].measures[{m}]", name))
    for kind, name in (("bands", "Band"), ("caps", "Cap"), ("thresholds", "Bounds")):
        for i, one in enumerate(definition.get(kind, ())):
            title = f"{name} {i + 1}" + (f" ({one['label']})" if one["label"] else "")
            labels |= _labelled(one, f"{kind}[{i}]", title)
            labels[f"{kind}[{i}].when"] = f"{title}, rule"
            bands = enumerate(one.get("lowers", ()), 1)
            labels |= {f"{kind}[{i}].lowers[{b - 1}]": f"{title}, lower bound of band {b}" for b, _ in bands}
    return labels


def _measure_labels(measure: Mapping[str, Any], place: str, component: str) -> Iterator[tuple[str, str]]:
    name = f"{component} › {metric_title(str(measure['metric']))}"
    yield from _labelled(measure, place, name).items()
    curves = {f"{place}.curve": (measure["curve"], f"{name}, curve")}
    for a, age in enumerate(measure.get("ages", ())):
        home, title = f"{place}.ages[{a}]", f"{name}, curve of age {a + 1}"
        yield f"{home}.below_days", f"{title}, younger than"
        curves[f"{home}.curve"] = age["curve"], title
    for home, (points, title) in curves.items():
        yield home, title
        for i, _ in enumerate(points):
            yield f"{home}[{i}]", f"{title}, point {i + 1}"
            yield f"{home}[{i}][0]", f"{title}, point {i + 1}, value"
            yield f"{home}[{i}][1]", f"{title}, point {i + 1}, points"


def _labelled(one: Mapping[str, Any], place: str, name: str) -> dict[str, str]:
    return {f"{place}.{key}": f"{name}, {LEAVES[key]}" for key in one if key in LEAVES}
