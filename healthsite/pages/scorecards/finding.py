"""The version that a page is about, and who may change it."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from accounts.models import User
from accounts.models.people import Role
from healthsite.pages.visitors import user_of
from scoring.models import ScorecardVersion

REFUSED: Final = 422
RELATED: Final = ("scorecard", "published_by", "approved_by", "made_by", "made_from__scorecard", "proposal__by")
MOST_ID: Final = 2**63 - 1


def version_of(pk: int) -> ScorecardVersion:
    """A version with what its page says of it, else 404. Everybody may read every scorecard."""
    return get_object_or_404(ScorecardVersion.objects.select_related(*RELATED), pk=min(pk, MOST_ID))


def history_of(version: ScorecardVersion) -> QuerySet[LogEntry]:
    """Who did what to it and why, the newest first."""
    kind = ContentType.objects.get_for_model(ScorecardVersion)
    entries = LogEntry.objects.filter(content_type=kind, object_id=str(version.pk))
    return entries.select_related("user").order_by("-action_time", "-pk")


def may_edit(user: User) -> bool:
    """Admins write scorecards; everybody reads them."""
    return user.role == Role.ADMIN


def may_preview(user: User) -> bool:
    """What a version would change names every customer: for admins and managers."""
    return user.role in (Role.ADMIN, Role.MANAGER)


def admin_of(request: HttpRequest) -> User:
    """Who asks, an admin. Raises PermissionDenied."""
    user = user_of(request)
    if not may_edit(user):
        raise PermissionDenied
    return user


def told(request: HttpRequest, message: str, version: ScorecardVersion) -> HttpResponse:
    """Back to the page of a version with a message."""
    messages.success(request, message)
    return redirect("scorecard", version.pk)
