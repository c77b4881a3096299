"""Caps on components and on the score, each with its own effect, for a point or for both ends of a range."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from scoring.engine.card import SCORE, Version
from scoring.engine.conditions import Column
from scoring.engine.frame import Bools, Floats
from scoring.engine.weighing import Weighed, mean_of_components


@dataclass(frozen=True, slots=True)
class Capped:
    """n customers after caps and clamp; effects are points of the score and never above 0."""

    components: Floats  # n x C
    score: Floats  # n, NaN = nothing to score
    effects: Floats  # n x K, one column for each cap of the version
    clamp_effect: Floats  # n


@dataclass(frozen=True, slots=True)
class Answers:
    """n x K: whether each cap's condition holds, and whether it cannot be told."""

    true: Bools
    unknown: Bools


def apply_caps(
    version: Version, low: Weighed, high: Weighed, metrics: Mapping[str, Floats]
) -> tuple[Capped, Capped, Bools]:
    """Cap both ends of a range and tell which caps could not be tested (n x K); for a point give it as both ends.

    The low end takes every cap that may hold, the high end only those that surely hold: so the high end of a point is
    the point itself, for an untestable cap does not apply to the score. Caps on components read components as they are
    before caps, caps on the score as they are after; neither depends on the order of the others.
    """
    answers = _no_answers(version, len(low.components))
    _answer(version, answers, {**metrics, **_between(version, low.components, high.components)}, of_score=False)
    at_low = _cap_components(version, low, answers.true | answers.unknown)
    at_high = _cap_components(version, high, answers.true)
    _answer(version, answers, {**metrics, **_between(version, at_low.components, at_high.components)}, of_score=True)
    _cap_score(version, at_low, answers.true | answers.unknown)
    _cap_score(version, at_high, answers.true)
    return at_low, at_high, answers.unknown


def _no_answers(version: Version, n: int) -> Answers:
    shape = (n, len(version.caps))
    return Answers(np.zeros(shape, dtype=np.bool_), np.zeros(shape, dtype=np.bool_))


def _between(version: Version, low: Floats, high: Floats) -> dict[str, Column]:
    return {key: (low[:, c], high[:, c]) for c, key in enumerate(version.component_keys)}


def _answer(version: Version, answers: Answers, fields: Mapping[str, Column], *, of_score: bool) -> None:
    for k, cap in enumerate(version.caps):
        if cap.on and (cap.target == SCORE) == of_score:
            answers.true[:, k], answers.unknown[:, k] = cap.when.evaluate(fields)


def _cap_components(version: Version, weighed: Weighed, bites: Bools) -> Capped:
    components = weighed.components.copy(order="F")
    effects = np.zeros(bites.shape, order="F")
    for k, cap in enumerate(version.caps):
        if cap.target != SCORE:
            c = version.component_keys.index(cap.target)
            lost = _loss(components[:, c], cap.at_most, bites[:, k])
            components[:, c] = np.where(lost < 0, cap.at_most, components[:, c])
            effects[:, k] = weighed.component_weights[:, c] * lost
    n = len(components)
    return Capped(components, mean_of_components(version, components), effects, np.zeros(n))


def _cap_score(version: Version, capped: Capped, bites: Bools) -> None:
    for k, cap in enumerate(version.caps):
        if cap.target == SCORE:
            lost = _loss(capped.score, cap.at_most, bites[:, k])
            capped.effects[:, k] = lost
            capped.score[lost < 0] = cap.at_most
    clamped = np.clip(capped.score, *version.clamp)
    capped.clamp_effect[:] = np.nan_to_num(clamped - capped.score)
    capped.score[:] = clamped


def _loss(points: Floats, at_most: float, bites: Bools) -> Floats:
    return np.where(bites & (points > at_most), at_most - points, 0.0)
