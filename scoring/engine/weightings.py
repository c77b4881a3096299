"""Plausible weightings: random weights around those of a version, and what they come to when measures are missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from scoring.engine.card import Version
from scoring.engine.frame import Bools, Floats

Singles = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Plausible:
    """How weights are drawn: how many times, from which seed, and how far from the live ones.

    `spread` is the standard deviation of a weight of average size as a share of it: by a third, for nobody who weighs
    five components would swear that one of them deserves 20 and not 15 or 25. Smaller weights move relatively more.
    """

    draws: int = 1000
    seed: int = 1
    spread: float = 1 / 3


@dataclass(frozen=True, slots=True)
class Weightings:
    """D draws: weights of the components (C x D), and of the measures within each component (its measures x D)."""

    components: Floats
    within: tuple[Floats, ...]
    _inside: dict[tuple[int, bytes], Floats] = field(default_factory=dict)
    _effective: dict[bytes, Singles] = field(default_factory=dict)

    def __len__(self) -> int:
        """How many draws there are."""
        return self.components.shape[1]

    def shares(self, used: Bools) -> Floats:
        """C x D weights of the components that are used (C), summing to 1; what the others weigh is passed on."""
        return _passed_on(self.components, used)

    def inside(self, component: int, used: Bools) -> Floats:
        """Weights (m x D) of the used measures (m) of a component, summing to 1; kept, for few patterns are many."""
        key = (component, used.tobytes())
        if key not in self._inside:
            self._inside[key] = _passed_on(self.within[component], used)
        return self._inside[key]

    def effective(self, used: Bools) -> Singles:
        """Weights of all measures in the score (M x D), 0 of those that are not used (M); kept likewise."""
        key = used.tobytes()
        if key not in self._effective:
            there = self.split(used)
            shares = self.shares(np.array([mine.any() for mine in there]))
            parts = [shares[c] * self.inside(c, mine) for c, mine in enumerate(there)]
            self._effective[key] = np.vstack(parts).astype(np.float32)
        return self._effective[key]

    def split(self, used: Bools) -> list[Bools]:
        """What is told of each measure (M) by component."""
        return np.split(used, np.cumsum([len(weights) for weights in self.within])[:-1])


def draw_weightings(version: Version, plausible: Plausible) -> Weightings:
    """Dirichlet draws around the live weights, of the components and within each of them; the same for one seed.

    A weight of 0 stays 0: what counts for nothing is no matter of taste.
    """
    chance = np.random.default_rng(plausible.seed)
    components = _around([one.weight for one in version.components], plausible, chance)
    within = [_around([one.weight for one in each.measures], plausible, chance) for each in version.components]
    return Weightings(components, tuple(within))


def _around(weights: Sequence[float], plausible: Plausible, chance: np.random.Generator) -> Floats:
    shares = np.array(weights, dtype=np.float64) / sum(weights)
    some = np.flatnonzero(shares)
    drawn = np.tile(shares[:, np.newaxis], plausible.draws)
    if len(some) > 1 and plausible.spread:
        # Of a Dirichlet, the relative variance of a share of 1/m is (m - 1) / (concentration + 1).
        concentration = max((len(some) - 1) / plausible.spread**2 - 1, 1e-3)
        drawn[some] = chance.dirichlet(concentration * shares[some], plausible.draws).T
    # None of them exactly nought: it may be all that is left where the others are missing.
    return np.where(shares[:, np.newaxis] > 0, np.maximum(drawn, 1e-12 * shares[:, np.newaxis]), 0.0)


def _passed_on(weights: Floats, used: Bools) -> Floats:
    kept = np.where(used[:, np.newaxis], weights, 0.0)
    total = kept.sum(axis=0)
    return np.divide(kept, total, out=np.zeros_like(kept), where=total > 0)
