"""Reads one metric of one customer on a date, as a night would."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from accounts.models import Customer
from scoring.engine.frame import State
from scoring.metrics import METRICS
from scoring.metrics.block import Block
from scoring.metrics.evaluating import evaluate

D = date(2025, 9, 30)


def at(day: date, hour: int = 12) -> datetime:
    """A moment on a day."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def read(
    metric: str, customer: Customer, on: date = D, *, window: int | None = None, **parameters: Any
) -> tuple[Any, State]:
    """The value (a number, None = none) and state of a metric; Any, as tests compare it with `pytest.approx` too."""
    declared = METRICS[metric]
    block = Block(np.array([customer.pk]), on, parameters, longest=window or 0)
    column = evaluate(declared, block, declared.window if window is None else window)
    value = float(column.values[0])
    return (None if np.isnan(value) else value), State(int(column.states[0]))


def is_evidence(metric: str, customer: Customer, on: date = D) -> bool:
    """Whether the metric's value counts as evidence of the customer."""
    block = Block(np.array([customer.pk]), on)
    return bool(evaluate(METRICS[metric], block, METRICS[metric].window).evidence[0])
