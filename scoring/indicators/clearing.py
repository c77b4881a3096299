"""When an indicator is open: it clears only after two nights on which its condition does not hold (library 1)."""

from __future__ import annotations

from typing import Final

import numpy as np

from scoring.engine.frame import Floats
from scoring.indicators.definitions import COUNTED, INDICATORS, OPEN
from scoring.nights import Ints

LEADING: Final = sum(1 << number for number in COUNTED)


def leading(bits: Ints) -> Floats:
    """How many of I1 to I12 are among the bits of each customer (n)."""
    return np.bitwise_count(bits & LEADING).astype(np.float64)


def still_open(tonight: Ints, before: Ints) -> Ints:
    """The bits of what is open (n): the condition holds tonight, or held the night before.

    A night records its own conditions alone, so that it is the same whether or not the one before is there already.
    What counts open indicators is therefore asked again here, of those that are open.
    """
    bits = tonight | before
    fields = {OPEN: leading(bits)}
    for indicator in INDICATORS.values():
        if OPEN in indicator.rule.fields():
            bits = bits | indicator.rule.evaluate(fields)[0].astype(np.int64) << indicator.number
    return bits
