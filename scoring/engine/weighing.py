"""Weighted means: measures into components, components into shares of the score, missing weight passed on pro rata."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.engine.card import Version
from scoring.engine.frame import Floats

# Decimals kept of a mean. Noise of adding doubles stays far below, so that 70 is 70 and lies in the band from 70.
DECIMALS = 10


@dataclass(frozen=True, slots=True)
class Weighed:
    """n customers: points and effective weight of each component, and the effective weight of each measure."""

    components: Floats  # n x C, before caps, NaN = no measure has a value
    component_weights: Floats  # n x C, summing to 1 where any component has points
    weights: Floats  # n x M, likewise


def settled(values: Floats) -> Floats:
    """Values without the noise of the last bits."""
    return np.round(values, DECIMALS)


def weigh(version: Version, points: Floats) -> Weighed:
    """Weigh n x M points; a NaN is left out and its weight goes to the rest of its component, then to the others.

    Sums run column by column in a fixed order: a customer's result does not depend on who else is in the batch.
    """
    n, there = len(points), ~np.isnan(points)
    within = np.asfortranarray(there * np.array([measure.weight for measure in version.measures]))
    weighted, components = within * np.where(there, points, 0.0), np.empty((n, len(version.components)), order="F")
    after = 0
    for c, component in enumerate(version.components):
        total, used_weight = np.zeros(n), np.zeros(n)
        first, after = after, after + len(component.measures)
        for j in range(first, after):
            used_weight += within[:, j]
            total += weighted[:, j]
        components[:, c] = settled(quotient(total, used_weight, np.nan))
        within[:, first:after] = quotient(within[:, first:after], used_weight[:, None], 0.0)
    shares = _shares(version, components)
    for j, c in enumerate(version.component_of):
        within[:, j] *= shares[:, c]
    return Weighed(components, shares, within)


def mean_of_components(version: Version, components: Floats) -> Floats:
    """The score (n) of n x C component points; NaN where no component with a weight has points."""
    total, used_weight, there = np.zeros(len(components)), np.zeros(len(components)), ~np.isnan(components)
    for c, component in enumerate(version.components):
        used_weight += there[:, c] * component.weight
        total += component.weight * np.where(there[:, c], components[:, c], 0.0)
    return settled(quotient(total, used_weight, np.nan))


def _shares(version: Version, components: Floats) -> Floats:
    raw = np.asfortranarray(~np.isnan(components) * np.array([component.weight for component in version.components]))
    used_weight = np.zeros(len(components))
    for c in range(len(version.components)):
        used_weight += raw[:, c]
    return quotient(raw, used_weight[:, None], 0.0)


def quotient(dividend: Floats, divisor: Floats, otherwise: float) -> Floats:
    """dividend / divisor, and `otherwise` where the divisor is 0."""
    result = np.full_like(dividend, otherwise)
    np.divide(dividend, divisor, out=result, where=divisor > 0)
    return result
