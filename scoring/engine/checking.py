"""What must hold across the parts of a scorecard version: weights, keys, bands, and what rules may read."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches
from itertools import pairwise

from scoring.engine.card import SCORE, Band, Cap, Measure, Version
from scoring.engine.reading import InvalidScorecard, refuse
from scoring.engine.rules import Rule


def check_version(version: Version, known_metrics: Collection[str] | None) -> None:
    """Raise InvalidScorecard for the first thing that does not fit; None lets any metric pass."""
    _check_weights(version)
    _check_metrics(version, known_metrics)
    _check_component_keys(version, known_metrics)
    _check_bands(version.bands)
    readable = None if known_metrics is None else {SCORE, *version.component_keys, *known_metrics}
    for name, rule in version.flags.items():
        _check_fields(rule, f"flags.{name}", readable)
    for i, cap in enumerate(version.caps):
        _check_cap(cap, f"caps[{i}]", version)
        _check_fields(cap.when, f"caps[{i}].when", readable)


def _check_weights(version: Version) -> None:
    if not any(component.weight for component in version.components):
        raise InvalidScorecard("components all have weight 0; give at least one a weight above 0")
    for c, component in enumerate(version.components):
        if not any(measure.weight for measure in component.measures):
            raise InvalidScorecard(f"components[{c}].measures all have weight 0; give at least one a weight above 0")


def _check_metrics(version: Version, known_metrics: Collection[str] | None) -> None:
    home: dict[str, str] = {}
    for place, measure in _placed_measures(version):
        if measure.metric == SCORE or (known_metrics is not None and measure.metric not in known_metrics):
            close = get_close_matches(measure.metric, known_metrics or (), n=1)
            raise refuse(f"{place}.metric", measure.metric, ", such as ".join(["give a known metric", *close]))
        if measure.metric in home:
            # X8: fed twice, one number would count double without anyone seeing it.
            raise refuse(f"{place}.metric", measure.metric, f"it already feeds {home[measure.metric]}; use it once")
        home[measure.metric] = place


def _placed_measures(version: Version) -> Iterable[tuple[str, Measure]]:
    for c, component in enumerate(version.components):
        for m, measure in enumerate(component.measures):
            yield f"components[{c}].measures[{m}]", measure


def _check_component_keys(version: Version, known_metrics: Collection[str] | None) -> None:
    # A rule reads components and metrics by bare name, so the names must not meet.
    taken = {SCORE, *version.metric_keys, *(known_metrics or ())}
    seen: set[str] = set()
    for c, key in enumerate(version.component_keys):
        if key in seen:
            raise refuse(f"components[{c}].key", key, "another component has this key")
        if key in taken:
            raise refuse(f"components[{c}].key", key, "a metric or the score has this name")
        seen.add(key)


def _check_bands(bands: tuple[Band, ...]) -> None:
    if bands[0].lower != 0:
        raise refuse("bands[0].lower", bands[0].lower, "the lowest band starts at 0")
    for i, (below, band) in enumerate(pairwise(bands), start=1):
        if band.lower <= below.lower:
            raise refuse(f"bands[{i}].lower", band.lower, f"give more than the band before it, {below.lower:g}")
        if band.key in {other.key for other in bands[:i]}:
            raise refuse(f"bands[{i}].label", band.label, "another band has this label")


def _check_cap(cap: Cap, place: str, version: Version) -> None:
    targets = (SCORE, *version.component_keys)
    if cap.target not in targets:
        raise refuse(f"{place}.target", cap.target, f"give one of {', '.join(targets)}")
    for field in sorted({SCORE, cap.target} & cap.when.fields()):
        raise refuse(f"{place}.when", field, "a cap must not read what it decides")


def _check_fields(rule: Rule, place: str, readable: Collection[str] | None) -> None:
    for field in sorted(rule.fields()):
        if readable is not None and field not in readable:
            raise refuse(place, field, "a rule reads metrics, components of this scorecard or score")
