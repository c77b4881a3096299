"""One customer scored again with other raw values, many tries at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scoring.engine.banding import Places
from scoring.engine.changes import Snapshot
from scoring.engine.frame import Floats, Frame
from scoring.engine.scoring import Scored, score


@dataclass(frozen=True, slots=True)
class Trial:
    """A customer as they are: the weights of the measures (M) as used, and the band (its place, -1 = no score)."""

    one: Snapshot
    before: int
    weights: Floats
    band: int

    @classmethod
    def of(cls, one: Snapshot, before: int) -> Trial:
        """The customer of a snapshot; `before` is the band that a hysteresis remembers, -1 = none."""
        now = _scored(one, _rows(one, [{}]), before)
        return cls(one, before, now.weights[0], int(now.band[0]))

    def rows(self, changes: Sequence[Mapping[int, float]]) -> Floats:
        """K x I raw values: of each try the columns that it changes, the others as they are."""
        return _rows(self.one, changes)

    def scores(self, rows: Floats) -> tuple[Floats, Places]:
        """The automatic score and the band of each try (K)."""
        scored = _scored(self.one, rows, self.before)
        return scored.automatic, scored.band


def _rows(one: Snapshot, changes: Sequence[Mapping[int, float]]) -> Floats:
    rows = np.tile(np.array([one.raw[metric] for metric in one.version.inputs]), (len(changes), 1))
    for row, change in zip(rows, changes, strict=True):
        for column, raw in change.items():
            row[column] = raw
    return rows


def _scored(one: Snapshot, rows: Floats, before: int) -> Scored:
    """Whether there is evidence was judged when the customer was scored."""
    inputs, n = one.version.inputs, len(rows)
    frame = Frame(
        ids=np.zeros(n, dtype=np.int64),
        values={metric: rows[:, i] for i, metric in enumerate(inputs)},
        states={metric: np.full(n, one.states[metric], dtype=np.uint8) for metric in inputs},
        evidence=dict.fromkeys(inputs, np.ones(n, dtype=np.bool_)),
    )
    return score(frame, one.version, band_before=np.full(n, before, dtype=np.int8))
