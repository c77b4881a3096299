"""Packs the inputs of a score into bytes: doubles, then one byte of state each, in the order of `version.inputs`."""

from __future__ import annotations

import numpy as np

from scoring.engine.card import Version
from scoring.engine.changes import Snapshot
from scoring.engine.frame import Floats, Frame, States
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


def rescore(customer_id: int, packed: bytes | memoryview, version: Version) -> Scored:
    """Make one stored score again with all its reasons. Evidence was judged when it was stored."""
    found = unpack(packed, version)
    ones = np.ones(1, np.bool_)
    frame = Frame(
        ids=np.array([customer_id]),
        values={metric: np.array([value]) for metric, value in found.raw.items()},
        states={metric: np.array([state], np.uint8) for metric, state in found.states.items()},
        evidence=dict.fromkeys(version.inputs, ones),
    )
    return score(frame, version)
