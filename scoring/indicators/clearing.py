"""When an indicator is open: it opens after so many nights, and clears after two without its condition (library 1)."""

from __future__ import annotations

from typing import Final

import numpy as np

from scoring.engine.frame import Bools, Floats
from scoring.indicators.definitions import indicators
from scoring.indicators.indicator import OPEN
from scoring.nights import Ints

CLEARS_AFTER: Final = 2  # nights in a row without the condition


def leading(bits: Ints) -> Floats:
    """How many of the indicators that count are among the bits of each customer (n)."""
    counted = sum(one.bit for one in indicators().values() if one.counts)
    return np.bitwise_count(bits & counted).astype(np.float64)


def still_open(nights: Ints) -> Ints:
    """The bits of what is open (n), from the bits of each customer's nights (two or more x n, the latest first).

    A night records its own conditions alone, so that it is the same whether or not the one before is there already.
    What counts open indicators is therefore asked again here, of those that are open. A customer with fewer nights
    has none set in the others.
    """
    every, bits = indicators().values(), np.zeros(nights.shape[1], np.int64)
    at_once = sum(one.bit for one in every if one.nights == 1)
    bits |= (nights[0] | nights[1]) & at_once
    lasting = [one for one in every if one.nights > 1]
    held = (nights[:, None] & np.array([one.bit for one in lasting], np.int64)[:, None]) > 0  # nights x indicators x n
    ever = held.any(axis=0)
    is_open = np.zeros(ever.shape, np.bool_)
    is_open[ever] = _lasting(held[:, ever], np.array([one.nights for one in lasting], np.int64)[np.nonzero(ever)[0]])
    for one, now in zip(lasting, is_open, strict=True):
        bits |= now.astype(np.int64) << one.number
    fields = {OPEN: leading(bits)}
    for one in every:
        if one.counts_others and one.nights == 1:
            bits |= one.rule.evaluate(fields)[0].astype(np.int64) << one.number
    return bits


def _lasting(held: Bools, needed: Ints) -> Bools:
    """Whether conditions (nights x m, the latest first) have held so often (m) and were not away for two since."""
    order, held = np.arange(1, len(held) + 1)[:, np.newaxis], held[::-1]
    held_for = order - np.maximum.accumulate(np.where(held, 0, order))  # nights in a row, up to each
    away_for = order - np.maximum.accumulate(np.where(held, order, 0))
    opened = np.where(held_for >= needed, order, 0).max(axis=0)  # the last night on which it would have
    cleared = np.where(away_for >= CLEARS_AFTER, order, 0).max(axis=0)
    is_open: Bools = opened > cleared
    return is_open
