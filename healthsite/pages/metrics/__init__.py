"""The catalogue of metrics, one metric, and how one is made without code."""

from __future__ import annotations
