"""What two versions say differently, in words and line by line (D3)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from healthsite.pages.scorecards.finding import REFUSED, version_of
from healthsite.pages.scorecards.forms import CompareForm
from healthsite.pages.scorecards.overtaking import live_beside
from scoring.models import ScorecardVersion
from scoring.scorecards.differing import differences, unified


@require_safe
def scorecard_differences(request: HttpRequest, pk: int) -> HttpResponse:
    """From the version asked for (else the live one, the one it was made from, or the one before) to this one."""
    version = version_of(pk)
    versions = list(ScorecardVersion.objects.select_related("scorecard").order_by("scorecard__title", "-number"))
    form = CompareForm(
        {"with": request.GET["with"]} if "with" in request.GET else {"with": _usual(version, versions)}, versions
    )
    context: dict[str, Any] = {"version": version, "form": form, "alone": len(versions) < 2}
    if form.is_valid():
        context |= _compared(next(one for one in versions if str(one.pk) == form.cleaned_data["with"]), version)
    return render(request, "scorecards/differences.html", context, status=200 if form.is_valid() else REFUSED)


def _usual(version: ScorecardVersion, versions: list[ScorecardVersion]) -> str:
    if live := live_beside(version):
        return str(live.pk)
    earlier = [one.pk for one in versions if one.scorecard_id == version.scorecard_id and one.number < version.number]
    return str(version.made_from_id or next(iter(earlier), version.pk))


def _compared(before: ScorecardVersion, after: ScorecardVersion) -> dict[str, Any]:
    lines = unified(before.definition, after.definition, (str(before), str(after)))
    return {
        "before": before,
        "differences": differences(before.engine, after.engine),
        "lines": [(KINDS.get(line[0], ""), line) for line in lines[2:]],
    }


KINDS = {"+": "added", "-": "removed", "@": "place"}
