"""Causes in words: what moved a score, and what holds it down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.conf import settings

from healthsite.pages import words
from scoring.engine.changes import NOTHING, Change
from scoring.engine.explaining import CLAMP, OVERRIDE
from scoring.engine.scoring import Scored
from scoring.engine.version import Version
from scoring.metrics import METRICS
from scoring.models import ScorecardVersion

CODES: Final = {"subscription_standing": ("cancelled", "unpaid", "past due", "trial", "active")}
DETAILS: Final = {
    "arrived": "data arrived",
    "expired": "data too old",
    "missing": "no data any more",
    "": "no data",
    "joined": "new with {}",
    "left": "no part of {}",
    "weighed": "weighed differently by {}",
    "scored": "scored along another curve by {}",
    "weighed and scored": "weighed differently and scored along another curve by {}",
    "stood in": "missing data taken differently by {}",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Customer i of a batch that was scored together."""

    scored: Scored
    i: int
    version: ScorecardVersion
    engine: Version


def name_of(metric: str) -> str:
    """A metric as pages call it."""
    return METRICS[metric].label if metric in METRICS else metric


def limit_name(label: str) -> str:
    """A cap as pages call it; the clamp is the scorecard's own end, and a person may override it all."""
    return {CLAMP: "End of the scale", OVERRIDE: "Override by hand"}.get(label, label)


def raw_of(metric: str, value: float | None) -> str:
    """A metric's value with its unit, or what its code means."""
    if value is not None and metric in CODES and value in range(len(CODES[metric])):
        return CODES[metric][int(value)]
    return words.raw(value, METRICS[metric].unit if metric in METRICS else "", settings.REPORTING_CURRENCY)


def changed(metric: str, was: float | None, now: float | None) -> str:
    """Both values, the unit said once: 3 tickets, was 1."""
    unit = METRICS[metric].unit if metric in METRICS else ""
    if was is None or now is None or metric in CODES or unit == "reporting currency":
        return f"{raw_of(metric, now)}, was {raw_of(metric, was)}"
    after = words.plain(now, unit) if unit.startswith("%") else raw_of(metric, now)
    return f"{after}, was {words.plain(was, unit)}"


def merged(changes: Sequence[Change]) -> list[Change]:
    """The changes as they are told: all that another scorecard moved is one, without component and measure.

    Measure by measure it tells nothing: every measure of the one goes, every one of the other comes.
    """
    switch = [change.points for change in changes if change.cause == "scorecard"]
    others = [change for change in changes if change.cause != "scorecard"]
    return [*others, Change("scorecard", "", None, sum(switch))] if switch else others


def switched(before: ScorecardVersion, after: ScorecardVersion) -> str:
    """Which scorecard took the place of which."""
    new, old = (f"{version.scorecard.title} v{version.number}" for version in (after, before))
    return f"Scored by {new} in place of {old}"


def told(change: Change, before: Place, after: Place) -> str:
    """One cause in a clause, without its points."""
    if change.measure is None:
        if change.cause == "scorecard":
            return switched(before.version, after.version)
        if change.cause == "override":
            return limit_name(OVERRIDE)
        return _limit_moved(change, _limit_effect(before, change.component), _limit_effect(after, change.component))
    name = name_of(change.measure)
    if change.cause != "value":
        return f"{name}: {DETAILS[change.detail].format(after.version)}"
    values = [raw_in(one.scored, one.i, change.measure, one.engine) for one in (before, after)]
    return f"{name} {changed(change.measure, *values)}"


def _limit_effect(place: Place, label: str) -> float:
    """What a cap or the clamp does to the score, in points; caps of one label together. 0 = nothing, or no such cap."""
    if label == CLAMP:
        return float(place.scored.clamp_effect[place.i])
    effects = zip(place.engine.caps, place.scored.cap_effects[place.i], strict=True)
    return sum(float(effect) for cap, effect in effects if cap.label == label)


def _limit_moved(change: Change, was: float, now: float) -> str:
    """What became of a cap or the clamp, by its effect on both days: an end of the scale may lift a score as well."""
    is_clamp = change.component == CLAMP
    if abs(was) <= NOTHING:
        return "Held at the end of the scale" if is_clamp else f"Capped: {change.component}"
    if abs(now) <= NOTHING:
        return "No longer held at the end of the scale" if is_clamp else f"No longer capped: {change.component}"
    more = "more" if abs(now) > abs(was) else "less"
    return f"The end of the scale moves {more}" if is_clamp else f"The cap costs {more}: {change.component}"


def raw_in(scored: Scored, i: int, metric: str, version: Version) -> float | None:
    """Customer i's raw value of a metric; None where there is none or the scorecard does not read it."""
    if metric not in version.inputs:
        return None
    value = float(scored.raw[i, version.inputs.index(metric)])
    return value if words.known(value) else None


def weakest(scored: Scored, i: int, version: Version) -> str:
    """The measure that costs customer i most points, in a clause; empty where nothing is lost."""
    lost = [
        (float(weight * (100 - points)), metric)
        for metric, weight, points in zip(version.metric_keys, scored.weights[i], scored.points[i], strict=True)
        if weight * (100 - points) > 0
    ]
    if not lost:
        return ""
    _, metric = max(lost)
    return f"Weakest: {name_of(metric)} {raw_of(metric, raw_in(scored, i, metric, version))}"
