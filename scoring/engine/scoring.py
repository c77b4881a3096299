"""The score: any number of customers against one version, with every reason that the number has."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from scoring.engine.banding import Bands, Places
from scoring.engine.capping import apply_caps
from scoring.engine.card import SCORE, Version
from scoring.engine.frame import Bools, Floats, Frame, States
from scoring.engine.measuring import Measured, ends, measure
from scoring.engine.weighing import settled, weigh

EXPANSION_COVERAGE = 0.5  # presets.md 0.5: nobody is offered more on half a picture


class Reason(IntEnum):
    """Why a customer has no score."""

    SCORED = 0
    LOW_COVERAGE = 1
    NO_EVIDENCE = 2  # quiet zeros alone say nothing about a customer


@dataclass(frozen=True, slots=True)
class Scored:
    """n customers, M measures, I inputs (measures, then metrics that only rules read), C components, K caps.

    contributions + cap_effects + clamp_effect + override_effect sum to the score within 1e-9. Without a score the four
    are 0 and score, automatic, uncapped, low and high NaN; points and component points stand all the same.
    """

    ids: npt.NDArray[np.int64]  # n
    score: Floats  # n, 0-100, NaN = no score; what a person set, where one did
    automatic: Floats  # n, what the scorecard says
    uncapped: Floats  # n, before caps and clamp
    band: npt.NDArray[np.int8]  # n, index into version.bands, -1 = no score
    coverage: Floats  # n, 0-1, share of weight with fresh data
    low: Floats  # n, the automatic score if all that is missing were worst
    high: Floats  # n, and best
    band_certain: Bools  # n, both ends lie in one band, and its bounds are known to hold
    points: Floats  # n x M, NaN = left out
    states: States  # n x I
    raw: Floats  # n x I, NaN = none
    weights: Floats  # n x M, as used: what is left out passed on
    contributions: Floats  # n x M
    component_points: Floats  # n x C, after caps, NaN = no measure has a value
    component_weights: Floats  # n x C, as used
    cap_effects: Floats  # n x K, 0 or below
    clamp_effect: Floats  # n
    override_effect: Floats  # n
    caps_untestable: Bools  # n x K
    flags: dict[str, Bools]  # n each; unknown counts as False
    reason: npt.NDArray[np.uint8]  # n, a Reason


def score(frame: Frame, version: Version, overrides: Floats | None = None, band_before: Places | None = None) -> Scored:
    """Score every customer of the frame; each result is the same to the last bit in any batch and any order.

    `overrides` (n, NaN = none) replace the scores of those who have one; the reasons stay, and the difference is a line
    of its own. `band_before` (n, -1 = none) is needed where the version has a hysteresis: who has none, has no memory.
    """
    data = measure(frame, version)
    weighed = weigh(version, data.points)
    metrics = data.fields(version)
    _, point, untestable = apply_caps(version, weighed, weighed, metrics)
    coverage = _coverage(version, data)
    reason = _reasons(version, coverage, _has_evidence(frame, version, data))
    scored = reason == Reason.SCORED
    automatic = np.where(scored, point.score, np.nan)
    final = automatic if overrides is None else np.where(scored & ~np.isnan(overrides), overrides, automatic)
    low, high = _range(version, data, metrics, automatic)
    bands = Bands(version, metrics, len(frame), band_before)
    low_band, high_band = bands.remembering(low), bands.remembering(high)
    contributions = np.where(scored[:, None], weighed.weights * np.nan_to_num(data.points), 0.0)
    return Scored(
        ids=frame.ids,
        score=final,
        automatic=automatic,
        uncapped=np.where(scored, _across(contributions), np.nan),
        band=bands.remembering(final),
        coverage=coverage,
        low=low,
        high=high,
        band_certain=scored & (low_band == high_band) & ~bands.unsure,
        points=data.points,
        states=data.states,
        raw=data.raw,
        weights=weighed.weights,
        contributions=contributions,
        component_points=point.components,
        component_weights=weighed.component_weights,
        cap_effects=np.where(scored[:, None], point.effects, 0.0),
        clamp_effect=np.where(scored, point.clamp_effect, 0.0),
        override_effect=np.nan_to_num(final - automatic),
        caps_untestable=untestable,
        flags=_flags(version, metrics, point.components, final, coverage),
        reason=reason,
    )


def _across(columns: Floats) -> Floats:
    total = np.zeros(len(columns))
    for j in range(columns.shape[1]):  # one after the other: a pairwise sum could depend on the memory's layout
        total += columns[:, j]
    return total


def _coverage(version: Version, data: Measured) -> Floats:
    # Stand-ins (worst, neutral, carried past the data) are not data: only fresh values cover.
    known, total, column = data.known, np.zeros(len(data.raw)), 0
    for component, share in zip(version.components, version.component_shares, strict=True):
        covered = np.zeros(len(data.raw))
        for one in component.measures:
            covered += one.weight * known[:, column]
            column += 1
        total += share * covered / sum(one.weight for one in component.measures)
    return settled(total)


def _has_evidence(frame: Frame, version: Version, data: Measured) -> Bools:
    known, found = data.known, np.zeros(len(frame), dtype=np.bool_)
    for j, (metric, share) in enumerate(zip(version.metric_keys, version.measure_shares, strict=True)):
        if share > 0:
            found |= known[:, j] & frame.evidence_of(metric)
    return found


def _reasons(version: Version, coverage: Floats, evidence: Bools) -> npt.NDArray[np.uint8]:
    reason = np.where(evidence, Reason.SCORED, Reason.NO_EVIDENCE)
    return np.where(coverage < version.min_coverage, Reason.LOW_COVERAGE, reason).astype(np.uint8)


def _range(version: Version, data: Measured, metrics: dict[str, Floats], final: Floats) -> tuple[Floats, Floats]:
    worst, best = (weigh(version, points) for points in ends(data, version))
    low, high, _ = apply_caps(version, worst, best, metrics)
    # The point lies between the ends by construction, but for the last digit that settling keeps.
    return np.minimum(low.score, final), np.maximum(high.score, final)


def _flags(
    version: Version, metrics: dict[str, Floats], components: Floats, final: Floats, coverage: Floats
) -> dict[str, Bools]:
    fields = {**metrics, **dict(zip(version.component_keys, components.T, strict=True)), SCORE: final}
    flags = {name: rule.evaluate(fields)[0] & ~np.isnan(final) for name, rule in version.flags.items()}
    flags["expansion"] &= coverage >= EXPANSION_COVERAGE
    return flags
