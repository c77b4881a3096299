"""The policy in the Django admin: one row, changed by admins, never added twice and never taken away."""

from __future__ import annotations

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.admin import ModelAdmin
from scoring.models import Policy


class PolicyAdmin(ModelAdmin):
    """Opens the one row there is; until somebody saves it, with the defaults."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """There is one."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """There stays one."""
        return False

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Policy | None:
        """The row, or the one that would be saved first."""
        return super().get_object(request, object_id, from_field) or (Policy.current() if object_id == "1" else None)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, str] | None = None) -> HttpResponse:
        """Straight to the row."""
        return redirect(reverse("admin:scoring_policy_change", args=[1]))
