"""Metrics that somebody declared without code: read, found among the others, made and retired."""

from __future__ import annotations
