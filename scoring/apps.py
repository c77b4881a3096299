"""Registers the app with Django, and fills its vocabularies after every migration."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate, post_save


class ScoringConfig(AppConfig):
    """Scorecards, runs and scores."""

    name = "scoring"

    def ready(self) -> None:
        """Have the library installed when the tables are there, and edits seen at once in this process."""
        from scoring.definitions import forget

        post_migrate.connect(_install, sender=self, dispatch_uid="scoring.library")
        post_save.connect(forget, sender="scoring.Definition", dispatch_uid="scoring.definitions")


def _install(**signal: Any) -> None:
    from scoring.definitions import forget
    from scoring.definitions.installing import install_library

    install_library(**signal)
    forget()
