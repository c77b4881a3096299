"""Registers the app with Django."""

from __future__ import annotations

from django.apps import AppConfig


class PlaybooksConfig(AppConfig):
    """What is done about a score."""

    name = "playbooks"
