"""The Django admin as part of the site: one login, and a plain no to roles that have no business there."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse


class Administration(AdminSite):
    """The admin; who is logged in and may not use it gets 403, not a second login form."""

    site_header = site_title = "Healthsite admin"

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether this person is an admin. Raises PermissionDenied for anybody else who is logged in."""
        allowed = super().has_permission(request)
        if not allowed and request.user.is_authenticated:
            raise PermissionDenied
        return allowed

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Lead to the site's own login, where guessing is slowed down."""
        return redirect_to_login(request.GET.get("next", "/admin/"))
