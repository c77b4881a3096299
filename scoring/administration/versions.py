"""The list of scorecard versions in the admin, and which page answers what about one of them."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from accounts.admin import ReadOnlyAdmin
from scoring.administration import pages, previews
from scoring.models import ScorecardVersion
from scoring.models.scorecards import Status


class ScorecardVersionAdmin(ReadOnlyAdmin):
    """Every version and draft of every scorecard. Only drafts change, and only drafts are deleted."""

    list_display = ("named", "scorecard", "status", "use", "published_at", "published_by", "note")
    list_filter = ("use", "status", "scorecard")
    list_select_related = ("scorecard", "published_by")
    search_fields = ("scorecard__key", "scorecard__title", "note")
    ordering = ("scorecard__title", "-number")

    @admin.display(description="Version", ordering="number")
    def named(self, version: ScorecardVersion) -> str:
        """Key and number."""
        return str(version)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A draft may go; what was published may be what old nights were scored by."""
        return isinstance(obj, ScorecardVersion) and obj.status == Status.DRAFT

    def get_urls(self) -> list[URLPattern]:
        """The admin's own pages, and ours about one version."""
        ours = {
            "copy": ("copy/", pages.copy),
            "preview": ("preview/", previews.show),
            "moves": ("preview.csv", previews.download),
            "publish": ("publish/", previews.publish),
            "restore": ("restore/", pages.restore_version),
        }
        return [*(self._url(name, *page) for name, page in ours.items()), *super().get_urls()]

    def _url(self, name: str, route: str, page: Any) -> URLPattern:
        view = self.admin_site.admin_view(partial(page, admin=self))
        return path(f"<int:pk>/{route}", view, name=f"scoring_scorecardversion_{name}")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What a version says, to read; a draft to change."""
        version = self.get_object(request, unquote(object_id))
        if version is None:
            return super().change_view(request, object_id, form_url, extra_context)  # which says so
        if not self.has_view_permission(request, version):
            raise PermissionDenied
        return pages.show(self, request, version)
