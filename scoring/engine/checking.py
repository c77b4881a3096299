"""What must hold across the parts of a scorecard version: weights, keys, bands, and what rules may read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from itertools import pairwise
from typing import Final

from scoring.engine.card import SCORE, Band, Cap, Measure, Thresholds, Version
from scoring.engine.reading import InvalidScorecard, refuse
from scoring.engine.rules import Rule

NONE: Final[Mapping[str, bool]] = {}


def check_version(
    version: Version, known_metrics: Collection[str] | None, attributes: Mapping[str, bool] = NONE
) -> None:
    """Raise InvalidScorecard for the first thing that does not fit; None lets any metric pass."""
    _check_weights(version)
    _check_metrics(version, known_metrics)
    _check_component_keys(version, known_metrics)
    _check_bands(version.bands)
    numbers = dict.fromkeys([SCORE, *version.component_keys, *(known_metrics or ())], False)
    readable = None if known_metrics is None else {**numbers, **attributes}
    for name, rule in version.flags.items():
        _check_fields(rule, f"flags.{name}", readable)
    for i, cap in enumerate(version.caps):
        _check_cap(cap, f"caps[{i}]", version)
        _check_fields(cap.when, f"caps[{i}].when", readable)
    for i, one in enumerate(version.thresholds):
        _check_thresholds(one, f"thresholds[{i}]", version)
        _check_fields(one.when, f"thresholds[{i}].when", readable)


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


def _check_thresholds(one: Thresholds, place: str, version: Version) -> None:
    if len(one.lowers) != len(version.bands):
        raise refuse(
            f"{place}.lowers", list(one.lowers), f"give a lower bound for each of the {len(version.bands)} bands"
        )
    if one.lowers[0] != 0:
        raise refuse(f"{place}.lowers[0]", one.lowers[0], "the lowest band starts at 0")
    for i, (below, lower) in enumerate(pairwise(one.lowers), start=1):
        if lower <= below:
            raise refuse(f"{place}.lowers[{i}]", lower, f"give more than the band before it, {below:g}")
    for field in sorted({SCORE, *version.component_keys} & one.when.fields()):
        raise refuse(f"{place}.when", field, "bounds of bands must not read the score that they divide")


def _check_cap(cap: Cap, place: str, version: Version) -> None:
    targets = (SCORE, *version.component_keys)
    if cap.target not in targets:
        raise refuse(f"{place}.target", cap.target, f"give one of {', '.join(targets)}")
    for field in sorted({SCORE, cap.target} & cap.when.fields()):
        raise refuse(f"{place}.when", field, "a cap must not read what it decides")


def _check_fields(rule: Rule, place: str, readable: Mapping[str, bool] | None) -> None:
    if readable is None:
        return
    for one in rule.comparisons():
        if one.field not in readable:
            right = "a rule reads metrics, facts of the customer, components of this scorecard or score"
            raise refuse(place, one.field, right)
        for value in one.values:
            if isinstance(value, str) != readable[one.field]:
                right = f"{one.field} holds {'words' if readable[one.field] else 'numbers'}: compare it with one"
                raise refuse(place, value, right)
