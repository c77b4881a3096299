"""The roof: settings, addresses, the Celery application and the pages that join the apps."""

from __future__ import annotations

from healthsite.celery import app as celery_app

__all__ = ["celery_app"]
