"""Indicators: conditions over metrics that warn of a customer before the score does, as data (library 1)."""

from __future__ import annotations

from scoring.indicators.definitions import INDICATOR_METRICS, INDICATORS, Indicator
from scoring.indicators.opening import open_indicators

__all__ = ["INDICATORS", "INDICATOR_METRICS", "Indicator", "open_indicators"]
