"""Registers the app with Django."""

from __future__ import annotations

from django.apps import AppConfig


class ScoringConfig(AppConfig):
    """Scorecards, runs and scores."""

    name = "scoring"
