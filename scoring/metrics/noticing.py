"""Metrics that exist to be noticed: a note that a change is expected silences them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from scoring.metrics.block import Block
from scoring.metrics.expectations import noted
from scoring.metrics.metric import Compute, Reading, declare


def declare_noticed(key: str, *, noted_under: tuple[str, ...] = (), **declaration: Any) -> Callable[[Compute], Compute]:
    """Declare a metric that is not possible while an expectation without a value mutes it (library 1).

    `noted_under` names further metrics whose notes mute it too: who expects less use need not name every figure of it.
    """

    def register(compute: Compute) -> Compute:
        def unless_muted(block: Block, window: int) -> Reading:
            reading, notes = compute(block, window), block.once(noted)
            quiet = [notes[metric] for metric in (key, *noted_under) if metric in notes]
            if not quiet:
                return reading
            heard = ~np.logical_or.reduce(quiet)
            return replace(reading, possible=heard if reading.possible is None else reading.possible & heard)

        declare(key, **declaration)(unless_muted)
        return compute

    return register
