"""Registers the site with Django, and the Django admin as part of it."""

from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class HealthsiteConfig(AppConfig):
    """The pages that join the apps, and the demo workspace."""

    name = "healthsite"


class AdministrationConfig(AdminConfig):
    """The Django admin behind the site's own login."""

    default_site = "healthsite.administration.Administration"
