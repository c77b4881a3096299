"""Metrics made of other metrics: their ratio or difference, or how one has changed over a window."""

from __future__ import annotations

import numpy as np

from scoring.engine.frame import Floats, has_value
from scoring.metrics.block import Block
from scoring.metrics.custom.declared import OF_ONE, Derived
from scoring.metrics.evaluating import Column, evaluate
from scoring.metrics.metric import REGISTRY, Reading


def derive(source: Derived, block: Block, window: int) -> Reading:
    """The number of each customer; none where one of the two has none, or is divided by nought.

    It is evidence where either of the two is. Each is judged by its own rules of silence and age.
    """
    if source.how in OF_ONE:
        earlier, place = block.elsewhen(block.days - window)
        first, second = _column(source.of, block, 0), _column(source.of, earlier, 0).of(place)
    else:
        first, second = _column(source.of, block, window), _column(source.by, block, window)
    return Reading(_number(source, first, second), (first.evidence | second.evidence).astype(np.float64))


def _column(key: str, block: Block, window: int) -> Column:
    """A metric over the window it declares, or a longer one that a measure asks for."""
    metric = REGISTRY[key]
    return evaluate(metric, block, window if window and metric.window else metric.window)


def _number(source: Derived, first: Column, second: Column) -> Floats:
    now, then = _known(first), _known(second)
    if source.how in ("difference", "change"):
        return source.times * (now - then)
    ratio = np.divide(now, then, out=np.full(len(now), np.nan), where=then != 0)
    return source.times * (ratio - 1 if source.how == "growth" else ratio)


def _known(column: Column) -> Floats:
    return np.where(has_value(column.states), column.values, np.nan)
