"""Packs the inputs of a score into bytes: doubles, then one byte of state each, in the order of `version.inputs`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from scoring.engine.card import Version
from scoring.engine.changes import Snapshot
from scoring.engine.frame import Floats, Frame, States
from scoring.engine.measuring import measure
from scoring.engine.scoring import Scored, score

DOUBLE = np.dtype("<f8")


def pack(raw: Floats, states: States) -> list[bytes]:
    """n x I values and states as n byte strings of 9 x I bytes."""
    doubles = np.ascontiguousarray(raw, dtype=DOUBLE).view(np.uint8).reshape(len(raw), -1)
    return [row.tobytes() for row in np.hstack([doubles, states])]


def unpack(packed: bytes | memoryview, version: Version) -> Snapshot:
    """The raw values and states behind one stored score."""
    data, count = bytes(packed), len(version.inputs)
    raw = np.frombuffer(data, DOUBLE, count).tolist()
    states = list(data[count * DOUBLE.itemsize :])
    return Snapshot(
        version,
        dict(zip(version.inputs, raw, strict=True)),
        dict(zip(version.inputs, states, strict=True)),
    )


class Told(Protocol):
    """A stored score, as far as it is not made again."""

    @property
    def score(self) -> float | None:
        """What counts; None = no score."""

    @property
    def automatic(self) -> float | None:
        """What the scorecard says; only where the score is overridden."""

    @property
    def band(self) -> int:
        """The place of the band, -1 = none."""


@dataclass(frozen=True, slots=True)
class Said:
    """What scores were made with beside their inputs (n each): overrides, NaN = none, and the bands they came to."""

    overrides: Floats
    bands: npt.NDArray[np.int8]

    @classmethod
    def of(cls, stored: Sequence[Told]) -> Said:
        """As it was stored."""
        set_by_hand = [np.nan if one.automatic is None else one.score for one in stored]
        return cls(np.array(set_by_hand, np.float64), np.array([one.band for one in stored], np.int8))


def rescore_all(
    ids: Sequence[int], packed: Sequence[bytes | memoryview], version: Version, said: Said | None = None
) -> Scored:
    """Make stored scores of one version again with all their reasons, all at once: 50 cost little more than one.

    Evidence was judged when they were stored. `said` is what else was: without it nobody has an override, and a band is
    not left late.
    """
    frame = _frame(ids, packed, version)
    return score(frame, version, said.overrides, said.bands) if said else score(frame, version)


def points_of(ids: Sequence[int], packed: Sequence[bytes | memoryview], version: Version) -> Floats:
    """The points alone of the measures behind stored scores of one version (n x M, NaN = left out)."""
    return measure(_frame(ids, packed, version), version).points


def _frame(ids: Sequence[int], packed: Sequence[bytes | memoryview], version: Version) -> Frame:
    rows = np.frombuffer(b"".join(packed), np.uint8).reshape(len(ids), -1)
    inputs, split = version.inputs, len(version.inputs) * DOUBLE.itemsize
    raw, states = np.ascontiguousarray(rows[:, :split]).view(DOUBLE), rows[:, split:]
    return Frame(
        ids=np.array(ids, dtype=np.int64),
        values={metric: raw[:, i] for i, metric in enumerate(inputs)},
        states={metric: states[:, i] for i, metric in enumerate(inputs)},
        evidence=dict.fromkeys(inputs, np.ones(len(ids), np.bool_)),
    )
