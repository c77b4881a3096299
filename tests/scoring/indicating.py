"""Asks which conditions of indicators hold of one customer, from its facts."""

from __future__ import annotations

from datetime import date

import numpy as np

from accounts.models import Customer
from scoring.indicators import INDICATOR_METRICS, INDICATORS
from scoring.metrics import METRICS
from scoring.metrics.block import Block
from scoring.metrics.evaluating import evaluate
from tests.scoring.metrics.reading import D


def holding(customer: Customer, on: date = D) -> set[str]:
    """The keys of the indicators whose conditions hold; I19 apart, which looks at other nights."""
    block = Block(np.array([customer.pk]), on)
    fields = {metric: evaluate(METRICS[metric], block, METRICS[metric].window).values for metric in INDICATOR_METRICS}
    return {key for key, one in INDICATORS.items() if one.rule.evaluate(fields)[0][0]}
