"""One scorecard version as a page: what it says, a draft's form, a copy of it, and the way back to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.models import User
from scoring.administration.forms import DraftForm, NoteForm
from scoring.engine.version import InvalidScorecard, Version
from scoring.models import ScorecardVersion
from scoring.models.scorecards import Status
from scoring.scorecards.describing import cap_lines, component_lines, flag_lines
from scoring.scorecards.drafting import NeedsSecondPerson, Outdated, change_draft, make_draft, propose, restore
from scoring.scorecards.publishing import live_version

if TYPE_CHECKING:
    from scoring.administration.versions import ScorecardVersionAdmin

PAGES = "admin/scoring/scorecardversion"
ENTRIES = 20  # of the history on the page; the rest is behind "History"
REFUSED = 422


def show(admin: ScorecardVersionAdmin, request: HttpRequest, version: ScorecardVersion) -> HttpResponse:
    """The page of a version; a draft is changed here."""
    if version.status != Status.DRAFT:
        return _page(admin, request, version, restoring=NoteForm())
    form = DraftForm(version, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _changed(request, version, form):
        page = "preview" if "preview" in request.POST else "change"
        messages.success(request, f"Saved {version}.")
        return redirect(address(page, version))
    return _page(admin, request, version, form=form)


@require_POST
def copy(request: HttpRequest, pk: int, admin: ScorecardVersionAdmin) -> HttpResponse:
    """Make a draft that says what this version says."""
    version = find(pk)
    draft = make_draft(version=version, by=admin_of(request))
    messages.success(request, f"Made draft {draft} from {version}. Nothing is scored by it before it is published.")
    return redirect(address("change", draft))


@require_POST
def restore_version(request: HttpRequest, pk: int, admin: ScorecardVersionAdmin) -> HttpResponse:
    """Make a published version live again; where it moves too many, that is proposed to a second person."""
    version, form = find(pk), NoteForm(request.POST)
    if version.status == Status.DRAFT:
        messages.error(request, f"Publish {version} first; it is a draft.")
        return redirect(address("preview", version))
    if not form.is_valid():
        return _page(admin, request, version, restoring=form)
    note, by = form.cleaned_data["note"], admin_of(request)
    try:
        restore(version=version, note=note, by=by)
    except NeedsSecondPerson as share:
        propose(version=version, note=note, by=by, go_live=True)
        messages.warning(request, f"Proposed to make {version} live, not done yet: {share}.")
        return redirect("scorecard", version.pk)
    messages.success(request, f"Made {version} live: the next night scores by it. Nights that were scored stay.")
    return redirect(address("change", version))


def find(pk: int) -> ScorecardVersion:
    """A version with its scorecard, else 404."""
    return get_object_or_404(ScorecardVersion.objects.select_related("scorecard", "published_by"), pk=pk)


def admin_of(request: HttpRequest) -> User:
    """Who asks: the admin site lets nobody else in."""
    assert isinstance(request.user, User)
    return request.user


def address(page: str, version: ScorecardVersion) -> str:
    """The address of a page about a version."""
    return reverse(f"admin:scoring_scorecardversion_{page}", args=[version.pk])


def context(admin: ScorecardVersionAdmin, request: HttpRequest, version: ScorecardVersion) -> dict[str, Any]:
    """What every page about a version shows around its own."""
    return {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "original": version,
        "version": version,
        "is_draft": version.status == Status.DRAFT,
        "live": live_version(),
    }


def _changed(request: HttpRequest, draft: ScorecardVersion, form: DraftForm) -> bool:
    try:
        change_draft(draft=draft, values=form.values, seen=form.cleaned_data["seen"], by=admin_of(request))
    except (InvalidScorecard, Outdated) as error:
        form.refuse(str(error))
        return False
    return True


def _page(
    admin: ScorecardVersionAdmin,
    request: HttpRequest,
    version: ScorecardVersion,
    *,
    form: DraftForm | None = None,
    restoring: NoteForm | None = None,
) -> HttpResponse:
    engine, asked = version.engine, form or restoring
    numbered, status = enumerate(engine.bands), REFUSED if asked and asked.is_bound else 200
    shown = {
        **context(admin, request, version),
        "title": f"Draft {version}" if form else str(version),
        "form": form,
        "restoring": restoring,
        "asked": asked,
        "components": _components(engine, form),
        "bands": [(band, *_fields(form, f"bands[{b}].label", f"bands[{b}].lower")) for b, band in numbered],
        "coverage": (engine.min_coverage, *_fields(form, "min_coverage")),
        "flags": flag_lines(engine),
        "caps": cap_lines(engine),
        "entries": _history(version),
    }
    request.current_app = admin.admin_site.name
    return TemplateResponse(request, f"{PAGES}/version.html", shown, status=status)


def _components(engine: Version, form: DraftForm | None) -> list[Any]:
    """Each component with its field, and each measure with its own; None where nothing can be changed."""
    return [
        (line, *_fields(form, line.place), [(measure, *_fields(form, measure.place)) for measure in line.measures])
        for line in component_lines(engine)
    ]


def _fields(form: DraftForm | None, *places: str) -> tuple[BoundField | None, ...]:
    return tuple(form[place] if form else None for place in places)


def _history(version: ScorecardVersion) -> QuerySet[LogEntry]:
    """Who did what to a version and why, the newest first."""
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(version), object_id=str(version.pk)
    )
    return entries.select_related("user").order_by("-action_time", "-pk")[:ENTRIES]
