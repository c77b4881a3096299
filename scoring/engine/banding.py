"""Bands: where a score lies between the lower bounds that hold for a customer, and how a band is left."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from scoring.engine.card import Version
from scoring.engine.frame import Bools, Floats

Places = npt.NDArray[np.int8]


class Bands:
    """The bands of n customers. `before` is the place of each customer's last band, -1 = none."""

    def __init__(self, version: Version, metrics: Mapping[str, Floats], n: int, before: Places | None = None) -> None:
        self.lowers, self.unsure = _lowers(version, metrics, n)  # n x B; n, whether other bounds might hold
        self.hysteresis = version.hysteresis
        self.before = before

    def of(self, scores: Floats) -> Places:
        """The half-open band of each score (n), -1 where there is none (X4)."""
        places = (scores[:, np.newaxis] >= self.lowers).sum(axis=1) - 1
        return np.where(np.isnan(scores), -1, places).astype(np.int8)

    def remembering(self, scores: Floats) -> Places:
        """As `of`, but whoever lies within the hysteresis of the bounds of the band before stays in it."""
        places = self.of(scores)
        if self.before is None or not self.hysteresis:
            return places
        rows, top = np.arange(len(scores)), np.full((len(scores), 1), np.inf)
        bounds = np.hstack([self.lowers, top])
        there = np.clip(self.before, 0, self.lowers.shape[1] - 1)
        near = (scores >= bounds[rows, there] - self.hysteresis) & (scores < bounds[rows, there + 1] + self.hysteresis)
        stays = (self.before >= 0) & (self.before < self.lowers.shape[1]) & (places >= 0) & near
        return np.where(stays, self.before, places).astype(np.int8)


def _lowers(version: Version, metrics: Mapping[str, Floats], n: int) -> tuple[Floats, Bools]:
    """The lower bounds that hold for each customer (n x B): those of the first rule that holds, else the version's.

    And where (n) a rule before that one cannot be told.
    """
    usual = np.array([band.lower for band in version.bands])
    lowers = np.broadcast_to(usual, (n, len(usual)))
    unsure = np.zeros(n, dtype=np.bool_)
    for one in reversed(version.thresholds):  # the first last: of several that fit it holds
        holds, unknown = one.when.evaluate(metrics)
        lowers = np.where(holds[:, np.newaxis], np.array(one.lowers), lowers)
        unsure = unknown | unsure & ~holds
    return lowers, unsure
