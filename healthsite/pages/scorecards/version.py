"""One version: what it says, with curves over one's own values; an admin writes a draft here, others read it."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from healthsite.pages.scorecards.editing import Editor
from healthsite.pages.scorecards.finding import REFUSED, admin_of, history_of, may_edit, may_preview, version_of
from healthsite.pages.scorecards.forms import AnswerForm, ShadowForm, WhyForm
from healthsite.pages.scorecards.grouping import metric_groups
from healthsite.pages.scorecards.histograms import stripes
from healthsite.pages.scorecards.overtaking import live_beside, overtaken
from healthsite.pages.scorecards.sheets import Sheet, shown
from healthsite.pages.visitors import user_of
from scoring.engine.version import canonical_json, digest
from scoring.models import Purpose, Run, ScorecardVersion
from scoring.models.scorecards import Status, Use
from scoring.scorecards.describing import PARAMETERS, ROLLUPS, cap_lines, flag_lines, threshold_lines
from scoring.scorecards.distributing import distributions
from scoring.scorecards.related import shared_behaviours
from scoring.scorecards.stability import Stability, by_week

ENTRIES: Final = 30  # of the history


@require_http_methods(["GET", "HEAD", "POST"])
def scorecard(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of a version; a draft is saved here, or its form drawn again with a row more or fewer."""
    version, edits = version_of(pk), may_edit(user_of(request))
    if request.method != "POST":
        return _page(request, version, Editor(version) if edits and version.status == Status.DRAFT else None)
    if not edits:
        raise PermissionDenied
    if version.status != Status.DRAFT:
        messages.error(request, f"{version} is published and stays as it is; make a draft of it.")
        return redirect("scorecard", pk)
    return _written(request, version)


@require_safe
def scorecard_definition(request: HttpRequest, pk: int) -> HttpResponse:
    """The canonical JSON, as a file; its SHA-256 is the digest."""
    version = version_of(pk)
    name = f"{version.scorecard.key}-v{version.number}.json"
    answer = HttpResponse(canonical_json(version.definition), content_type=JsonResponse({}).headers["Content-Type"])
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _written(request: HttpRequest, draft: ScorecardVersion) -> HttpResponse:
    editor = Editor(draft, request.POST)
    if editor.wants == "reshape":
        editor.reshape()
    elif editor.wants == "save" and editor.save(admin_of(request)):
        messages.success(request, f"Saved {draft}. Nothing is scored by it until it is published.")
        return redirect("scorecard-preview" if "preview" in request.POST else "scorecard", draft.pk)
    return _page(request, draft, editor)


def _page(request: HttpRequest, version: ScorecardVersion, editor: Editor | None) -> HttpResponse:
    engine = version.engine
    values = distributions(engine)
    context: dict[str, Any] = {
        "version": version,
        "engine": engine,
        "is_draft": version.status == Status.DRAFT,
        "edits": may_edit(user_of(request)),
        "previews": may_preview(user_of(request)),
        "mine": user_of(request),
        "proposal": getattr(version, "proposal", None),
        "outdated": _outdated(version),
        "overtaken": overtaken(version, live_beside(version)),
        "editor": editor,
        "sheet": Sheet(editor, values, engine.bands) if editor else None,
        "groups": metric_groups(engine.metric_keys) if editor else (),
        "components": () if editor else shown(engine, values),
        "stripes": stripes(engine.bands),
        "flags": flag_lines(engine),
        "caps": cap_lines(engine),
        "thresholds": threshold_lines(engine),
        "rollup": ROLLUPS[engine.rollup],
        "parameters": [(PARAMETERS.get(name, name), value) for name, value in engine.parameters.items()],
        "shared": shared_behaviours(engine),
        "digest": version.digest or digest(version.definition),
        "entries": history_of(version)[:ENTRIES],
        "stabilities": _stability(version),
        "why": WhyForm(),
        "beside": ShadowForm(),
        "answer": AnswerForm(),
    }
    return render(request, "scorecards/version.html", context, status=REFUSED if editor and editor.refused else 200)


def _outdated(version: ScorecardVersion) -> bool:
    """Whether a proposal is about what the draft no longer says."""
    proposal = getattr(version, "proposal", None)
    return proposal is not None and proposal.digest != digest(version.definition)


def _stability(version: ScorecardVersion) -> list[tuple[str, list[Stability]]]:
    """How many customers it moved without news, by week; of one that scores nobody there is nothing to say."""
    purpose = Purpose.SHADOW if version.use == Use.SHADOW else Purpose.NIGHTLY
    newest = Run.objects.filter(purpose=purpose, finished_at__isnull=False).aggregate(on=Max("as_of"))["on"]
    if version.use == Use.IDLE or newest is None:
        return []
    return [(str(version), by_week([version], newest)[version.pk])]
