"""Asks which conditions of indicators hold of one customer, from its facts."""

from __future__ import annotations

from datetime import date

import numpy as np

from accounts.models import Customer
from scoring.engine.conditions import code_of
from scoring.engine.frame import Floats
from scoring.indicators import indicator_metrics, indicators
from scoring.indicators.evaluating import holding as bits_of
from scoring.metrics import METRICS
from scoring.metrics.block import Block
from scoring.metrics.evaluating import evaluate
from tests.scoring.metrics.reading import D


def holding(customer: Customer, on: date = D, **said: float | str) -> set[str]:
    """The keys of the indicators whose conditions hold; `said` is what the night says: score, role, stage, points."""
    block = Block(np.array([customer.pk]), on)
    fields = {metric: evaluate(METRICS[metric], block, METRICS[metric].window).values for metric in indicator_metrics()}
    return holding_of(fields | {name: np.array([number(value)]) for name, value in said.items()})


def holding_of(fields: dict[str, Floats]) -> set[str]:
    """The keys of the indicators that hold of the one customer with these fields."""
    bits = int(bits_of(fields)[0])
    return {key for key, one in indicators().items() if bits & one.bit}


def holds(key: str, **fields: float | str) -> bool:
    """Whether the condition of an indicator holds with these fields alone known."""
    return key in holding_of({name: np.array([number(value)]) for name, value in fields.items()})


def number(value: float | str) -> float:
    """As columns hold it: a word by its code."""
    return code_of(value) if isinstance(value, str) else float(value)
