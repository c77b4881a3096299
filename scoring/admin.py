"""Registers scorecard versions with the Django admin, and runs, to read: scoring has doors of its own."""

from __future__ import annotations

from django.contrib import admin

from accounts.admin import ReadOnlyAdmin, TabularInline
from scoring.administration.policies import PolicyAdmin
from scoring.administration.versions import ScorecardVersionAdmin
from scoring.models import Failure, Policy, Run, ScorecardVersion

admin.site.register(ScorecardVersion, ScorecardVersionAdmin)
admin.site.register(Policy, PolicyAdmin)


class FailureInline(TabularInline):
    """The customers that a run could not score."""

    model = Failure
    fields = ("customer", "reason")
    readonly_fields = fields
    can_delete = False
    extra = 0
    max_num = 0


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    """What was scored, when, and for whom it did not work."""

    list_display = ("as_of", "purpose", "scorecard", "version", "finished_at", "scored", "not_scored", "failed")
    list_filter = ("purpose", "backfilled")
    list_select_related = ("version__scorecard",)
    ordering = ("-as_of", "-pk")
    date_hierarchy = "as_of"
    inlines = (FailureInline,)
