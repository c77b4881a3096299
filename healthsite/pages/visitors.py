"""Who asks for a page, and what every page says of the data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from accounts.models import User
from scoring.models import Purpose, Run


def user_of(request: HttpRequest) -> User:
    """The person who asks; the site is closed, so there is one."""
    assert isinstance(request.user, User)
    return request.user


def login_name(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str:
    """Who is being tried, for the count of failed attempts: one person however the address is written."""
    return str((credentials or request.POST).get("username", "")).strip().casefold()


def data_as_of(request: HttpRequest) -> dict[str, Any]:
    """For every page: the latest finished night."""
    if not request.user.is_authenticated:
        return {}
    nights = Run.objects.filter(purpose=Purpose.NIGHTLY, finished_at__isnull=False)
    return {"last_night": nights.order_by("-as_of").first()}
