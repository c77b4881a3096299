"""Why a score moved: the difference of two scores of one customer, split into causes that sum to it.

Stages, in this order:

1. `weight` (a newer version of the scorecard) or `scorecard` (another one): the data of before under the version of
   after, per metric the difference of its contributions. A metric that before did not have is read from after.
2. `data`: measures that arrived, expired or went missing, one at a time, arrivals first, in the version's order. The
   others stand at the middle of their points before and after, so what a re-weighting moves belongs to the measure that
   caused it.
3. `value`: measures with data on both sides, their change of points at the middle of their weights before and after.
4. `cap`: the change of each cap's and the clamp's effect.
5. `override`: how far the score that a person set lies from the automatic one, after against before.

By hand: A (weight 1) is worth 40, then 60; B (weight 1) is missing, then worth 90. The score goes from 40 to 75.
Value of A: (1 + 0.5) / 2 x 20 = 15. Data of B: with A at 50, from 50 to (50 + 90) / 2 = 70, so 20. 15 + 20 = 35.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from scoring.engine.capping import Capped, apply_caps
from scoring.engine.card import Version
from scoring.engine.explaining import CLAMP, OVERRIDE
from scoring.engine.frame import Floats, Frame, State
from scoring.engine.measuring import Measured, measure
from scoring.engine.scoring import Scored
from scoring.engine.weighing import weigh

Cause = Literal["value", "data", "weight", "scorecard", "cap", "override"]
# What happened to the data of a measure, or what another version does with it.
Detail = Literal[
    "", "arrived", "expired", "missing", "joined", "left", "weighed", "scored", "weighed and scored", "stood in"
]
BEHAVIOUR = ("value", "cap")
NOTHING = 1e-12  # points; below lies only the noise of adding


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One customer on one day: the version, the raw values and states of all its inputs, and the score set by hand."""

    version: Version
    raw: Mapping[str, float]
    states: Mapping[str, int]
    override: float = np.nan  # NaN = none


@dataclass(frozen=True, slots=True)
class Change:
    """Points that one cause moved; a cap, the clamp or an override has no measure, and its name as component."""

    cause: Cause
    component: str
    measure: str | None
    points: float
    detail: Detail = ""


@dataclass(frozen=True, slots=True)
class _Reckoned:
    """A snapshot scored, without asking whether coverage and evidence suffice."""

    version: Version
    data: Measured
    weights: Floats  # M
    capped: Capped
    override: float

    @property
    def points(self) -> Floats:
        points: Floats = self.data.points[0]
        return points

    @property
    def scorable(self) -> bool:
        return not np.isnan(self.capped.score[0])

    def contributions(self) -> dict[str, float]:
        parts = self.weights * np.nan_to_num(self.points)
        return dict(zip(self.version.metric_keys, parts.tolist(), strict=True))

    @property
    def override_effect(self) -> float:
        return 0.0 if np.isnan(self.override) else self.override - float(self.capped.score[0])

    def limits(self) -> dict[str, float]:
        effects = {CLAMP: float(self.capped.clamp_effect[0])}
        for cap, effect in zip(self.version.caps, self.capped.effects[0].tolist(), strict=True):
            effects[cap.label] = effects.get(cap.label, 0.0) + effect
        return effects


def snapshot(scored: Scored, i: int, version: Version) -> Snapshot:
    """Customer i of a scored batch."""
    return Snapshot(
        version,
        dict(zip(version.inputs, scored.raw[i].tolist(), strict=True)),
        dict(zip(version.inputs, scored.states[i].tolist(), strict=True)),
        float(scored.score[i]) if scored.override_effect[i] else np.nan,
    )


def split_change(before: Snapshot, after: Snapshot) -> list[Change]:
    """The causes of after's score minus before's; they sum to it within 1e-9.

    Empty where one side has nothing to score. Ask only when the customer has a score on both days: a snapshot does not
    know about minimum coverage and evidence.
    """
    start, end = _reckon(before), _reckon(after)
    if not (start.scorable and end.scorable):
        return []
    bridge = _reckon(_bridge(before, after))
    # The new version may read nothing that was known before: then all of the change is the version's.
    bridge = bridge if bridge.scorable else end
    found = [*_version_changes(start, bridge), *_data_changes(bridge, end), *_value_changes(bridge, end)]
    found += _limit_changes(start, end)
    found.append(Change("override", OVERRIDE, None, end.override_effect - start.override_effect))
    return [change for change in found if abs(change.points) > NOTHING]


def _reckon(one: Snapshot) -> _Reckoned:
    frame = Frame(
        ids=np.zeros(1, dtype=np.int64),
        values={metric: np.array([value], dtype=np.float64) for metric, value in one.raw.items()},
        states={metric: np.array([state], dtype=np.uint8) for metric, state in one.states.items()},
        evidence={},
    )
    data = measure(frame, one.version)
    weighed = weigh(one.version, data.points)
    _, capped, _ = apply_caps(one.version, weighed, weighed, data.fields(one.version))
    return _Reckoned(one.version, data, weighed.weights[0], capped, one.override)


def _bridge(before: Snapshot, after: Snapshot) -> Snapshot:
    return Snapshot(after.version, {**after.raw, **before.raw}, {**after.states, **before.states})


def _version_changes(start: _Reckoned, bridge: _Reckoned) -> Iterator[Change]:
    cause: Cause = "weight" if start.version.key == bridge.version.key else "scorecard"
    old, new = start.contributions(), bridge.contributions()
    homes = {**_homes(start.version), **_homes(bridge.version)}
    for metric, home in homes.items():
        detail = _version_detail(start, bridge, metric)
        yield Change(cause, home, metric, new.get(metric, 0.0) - old.get(metric, 0.0), detail)


def _version_detail(start: _Reckoned, bridge: _Reckoned, metric: str) -> Detail:
    """What the new version does with a measure's same data: another weight as used, other points, or both."""
    if metric not in bridge.version.metric_keys:
        return "left"
    if metric not in start.version.metric_keys:
        return "joined"
    i, j = (one.version.metric_keys.index(metric) for one in (start, bridge))
    is_scored = _differs(start.points[i], bridge.points[j])
    if is_scored and not start.data.known[0, i]:
        return "arrived" if bridge.data.known[0, j] else "stood in"
    if not is_scored:
        return "weighed"
    return "weighed and scored" if _differs(start.weights[i], bridge.weights[j]) else "scored"


def _differs(one: float, other: float) -> bool:
    return bool(abs(np.nan_to_num(one) - np.nan_to_num(other)) > NOTHING)


def _data_changes(bridge: _Reckoned, end: _Reckoned) -> Iterator[Change]:
    steady = bridge.data.known[0] & end.data.known[0]
    points = np.where(steady, (bridge.points + end.points) / 2, bridge.points)
    homes = _homes(end.version)
    # Arrivals first: the measures in use never run out on the way.
    moving = sorted(np.flatnonzero(~steady).tolist(), key=lambda j: bool(np.isnan(end.points[j])))
    reached = _uncapped(end.version, points)
    for j in moving:
        points[j] = end.points[j]
        left, reached = reached, _uncapped(end.version, points)
        metric = end.version.metric_keys[j]
        yield Change("data", homes[metric], metric, reached - left, _detail(end, j))


def _value_changes(bridge: _Reckoned, end: _Reckoned) -> Iterator[Change]:
    steady = bridge.data.known[0] & end.data.known[0]
    moved = (bridge.weights + end.weights) / 2 * (end.points - bridge.points)
    homes = _homes(end.version)
    for j in np.flatnonzero(steady).tolist():
        metric = end.version.metric_keys[j]
        yield Change("value", homes[metric], metric, float(moved[j]))


def _limit_changes(start: _Reckoned, end: _Reckoned) -> Iterator[Change]:
    old, new = start.limits(), end.limits()
    for label in {**old, **new}:
        yield Change("cap", label, None, new.get(label, 0.0) - old.get(label, 0.0))


def _homes(version: Version) -> dict[str, str]:
    return {one.metric: component.key for component in version.components for one in component.measures}


def _uncapped(version: Version, points: Floats) -> float:
    return float(np.sum(weigh(version, points[None, :]).weights[0] * np.nan_to_num(points)))


def _detail(end: _Reckoned, j: int) -> Detail:
    if end.data.known[0, j]:
        return "arrived"
    return "expired" if end.data.states[0, j] == State.EXPIRED else "missing"
