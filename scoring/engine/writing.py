"""A scorecard version written out as JSON, with one canonical text and digest for equal definitions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from scoring.engine.card import Age, Cap, Component, Version


def definition_of(version: Version) -> dict[str, Any]:
    """The full JSON form, defaults written out; parse_version gives the same version back."""
    return {
        "key": version.key,
        "title": version.title,
        "components": [_component_definition(component) for component in version.components],
        "bands": [{"label": band.label, "role": band.role, "lower": band.lower} for band in version.bands],
        "flags": {name: rule.definition() for name, rule in version.flags.items()},
        "caps": [_cap_definition(cap) for cap in version.caps],
        "min_coverage": version.min_coverage,
        "clamp": list(version.clamp),
        "analysis_days": version.analysis_days,
        "parameters": dict(version.parameters),
        **_unusual(version),
    }


def _unusual(version: Version) -> dict[str, Any]:
    """What most versions do not say: only what differs, so that older versions keep their text and digest."""
    thresholds = [
        {"label": one.label, "when": one.when.definition(), "lowers": list(one.lowers)} for one in version.thresholds
    ]
    said = {"thresholds": thresholds, "hysteresis": version.hysteresis, "rollup": version.rollup}
    return {key: value for key, value in said.items() if value not in ([], 0.0, "arr_weighted")}


def canonical_json(definition: object) -> str:
    """One text for equal definitions: sorted keys, no spaces, 30 and 30.0 alike; NaN and infinity raise ValueError."""
    return json.dumps(_plain(definition), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(definition: object) -> str:
    """SHA-256 of the canonical text, in hex."""
    return hashlib.sha256(canonical_json(definition).encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _component_definition(component: Component) -> dict[str, Any]:
    return {
        "key": component.key,
        "label": component.label,
        "weight": component.weight,
        "measures": [
            {
                "metric": measure.metric,
                "weight": measure.weight,
                "curve": [list(pair) for pair in measure.curve.breakpoints],
                "missing": measure.missing,
                "window": measure.window,
                "par": measure.par,
                **({"steps": True} if measure.curve.steps else {}),
                **({"ages": [_age_definition(age) for age in measure.ages]} if measure.ages else {}),
            }
            for measure in component.measures
        ],
    }


def _age_definition(age: Age) -> dict[str, Any]:
    return {"below_days": age.below_days, "curve": [list(pair) for pair in age.curve.breakpoints]}


def _cap_definition(cap: Cap) -> dict[str, Any]:
    return {
        "target": cap.target,
        "when": cap.when.definition(),
        "at_most": cap.at_most,
        "label": cap.label,
        "on": cap.on,
    }
