"""Registers the app with Django, and fills its library after every migration."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PlaybooksConfig(AppConfig):
    """What is done about a score."""

    name = "playbooks"

    def ready(self) -> None:
        """Have the library installed when the tables are there."""
        post_migrate.connect(_install, sender=self, dispatch_uid="playbooks.library")


def _install(**signal: Any) -> None:
    from playbooks.installing import install_library

    install_library(**signal)
