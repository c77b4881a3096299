"""Vocabularies as data: indicators, segments, stages and tiers, read from the database and kept for a moment."""

from __future__ import annotations

from scoring.definitions.entries import RULES, Entry, entries, every_entry, forget, title_of

__all__ = ["RULES", "Entry", "entries", "every_entry", "forget", "title_of"]
