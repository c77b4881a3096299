"""What counts of a score and nothing beside it: for asking of a whole book what another version would make of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.engine.banding import Bands, Places
from scoring.engine.capping import apply_caps
from scoring.engine.card import Version
from scoring.engine.frame import Floats, has_value
from scoring.engine.measuring import Measured
from scoring.engine.weighing import Weighed, mean_of_components, quotient, settled


@dataclass(frozen=True, slots=True)
class Outcome:
    """n customers: score (NaN = none) and place of the band (-1 = none), to the last bit as `score` makes them."""

    score: Floats
    band: Places


def reweigh(
    data: Measured, version: Version, overrides: Floats | None = None, band_before: Places | None = None
) -> Outcome:
    """The scores of measured customers, each with evidence of its own; overrides and bands before as in `score`."""
    components, coverage = _components(data, version)
    automatic, metrics = _capped(data, version, components), _fields(data, version)
    scored = (coverage >= version.min_coverage) & (coverage > 0)
    final = np.where(scored, automatic, np.nan)
    if overrides is not None:
        final = np.where(scored & ~np.isnan(overrides), overrides, final)
    return Outcome(final, Bands(version, metrics, len(final), band_before).remembering(final))


def _components(data: Measured, version: Version) -> tuple[Floats, Floats]:
    """The points of each component (n x C), and the share of the weight that has fresh data (n)."""
    n, known, column = len(data.points), data.known, 0
    there = ~np.isnan(data.points)
    points, coverage = np.where(there, data.points, 0.0), np.zeros(n)
    components = np.empty((n, len(version.components)), order="F")
    for c, (component, share) in enumerate(zip(version.components, version.component_shares, strict=True)):
        total, used, covered = np.zeros(n), np.zeros(n), np.zeros(n)
        for one in component.measures:
            used += one.weight * there[:, column]
            total += one.weight * points[:, column]
            covered += one.weight * known[:, column]
            column += 1
        components[:, c] = settled(quotient(total, used, np.nan))
        coverage += share * covered / sum(one.weight for one in component.measures)
    return components, settled(coverage)


def _capped(data: Measured, version: Version, components: Floats) -> Floats:
    if not any(cap.on for cap in version.caps):
        return np.clip(mean_of_components(version, components), *version.clamp)
    nothing = np.zeros_like(components)  # the weights only say how many points a cap takes, and nobody asks
    weighed = Weighed(components, nothing, nothing)
    return apply_caps(version, weighed, weighed, _fields(data, version))[1].score


def _fields(data: Measured, version: Version) -> dict[str, Floats]:
    """What the rules of caps and bounds read of the metrics."""
    rules = [cap.when for cap in version.caps if cap.on] + [one.when for one in version.thresholds]
    read = set().union(*(rule.fields() for rule in rules))
    return {
        name: np.where(has_value(data.states[:, i]), data.raw[:, i], np.nan)
        for i, name in enumerate(version.inputs)
        if name in read
    }
