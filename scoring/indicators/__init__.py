"""Indicators: conditions that warn of a customer, or show a chance, before the score does; data (library 1)."""

from __future__ import annotations

from scoring.indicators.definitions import counted_keys, indicator_metrics, indicators
from scoring.indicators.indicator import Indicator
from scoring.indicators.opening import open_indicators

__all__ = ["Indicator", "counted_keys", "indicator_metrics", "indicators", "open_indicators"]
