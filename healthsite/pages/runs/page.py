"""The page of runs: the newest first, with what failed, and the backfills above them."""

from __future__ import annotations

from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from healthsite.pages.filtering import complaints
from healthsite.pages.runs.forms import PURPOSES, BackfillForm, RunsForm, may_backfill, may_see_runs
from healthsite.pages.runs.showing import backfill_lines, run_lines
from healthsite.pages.visitors import user_of
from scoring.models import Run

PER_PAGE: Final = 25


@require_safe
def runs(request: HttpRequest) -> HttpResponse:
    """Managers and admins see what was scored and what is under way."""
    return runs_page(request)


def runs_page(request: HttpRequest, asked: BackfillForm | None = None, *, status: int = 200) -> HttpResponse:
    """The page; after a refusal with what was `asked` for and why it cannot be."""
    user, now = user_of(request), timezone.now()
    if not may_see_runs(user):
        raise PermissionDenied
    form = RunsForm(request.GET)
    chosen = form.chosen()
    found = Run.objects.filter(purpose=chosen["purpose"]) if chosen["purpose"] else Run.objects.all()
    page = Paginator(found.order_by("-pk"), PER_PAGE).get_page(chosen["page"])
    lines, backfills = run_lines(list(page), user, now), backfill_lines(now)
    context: dict[str, Any] = {
        "purposes": PURPOSES,
        "chosen": chosen,
        "complaints": complaints(form),
        "lines": lines,
        "backfills": backfills,
        "is_moving": any(not line.is_done for line in lines) or any(line.is_open for line in backfills),
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "asked": (asked or BackfillForm(initial={"known": "now"})) if may_backfill(user) else None,
        "here": f"{reverse('runs')}?{request.GET.urlencode()}",
    }
    return render(request, "runs/page.html", context, status=status)
