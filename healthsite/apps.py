"""Registers the site with Django."""

from __future__ import annotations

from django.apps import AppConfig


class HealthsiteConfig(AppConfig):
    """The pages that join the apps, and the demo workspace."""

    name = "healthsite"
