"""Acts on runs and backfills: ask for past dates, stop them, try failures again."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.wording import counted
from healthsite.pages.runs.forms import BackfillForm, may_backfill, may_see_runs
from healthsite.pages.runs.page import runs_page
from healthsite.pages.tasks.returning import back
from healthsite.pages.visitors import user_of
from scoring.models import Backfill, Run
from scoring.past.backfills import NotAsked, ask_backfill, stop
from scoring.past.retrying import retry
from scoring.scorecards.publishing import UnknownScorecard


@require_POST
def backfill_ask(request: HttpRequest) -> HttpResponse:
    """Admins ask for past dates; a worker begins within a minute."""
    user = user_of(request)
    if not may_backfill(user):
        raise PermissionDenied
    form = BackfillForm(request.POST)
    backfill = _asked(form, user) if form.is_valid() else None
    if backfill is None:
        return runs_page(request, form, status=422)
    messages.success(request, f"{backfill} is asked for. A worker takes it within a minute.")
    return back(request, reverse("runs"))


def _asked(form: BackfillForm, by: User) -> Backfill | None:
    """The backfill, or None, and then the form says why not."""
    try:
        return ask_backfill(**form.cleaned_data, by=by)
    except (NotAsked, UnknownScorecard) as refusal:
        message = str(refusal)
        form.add_error(None, f"{message[:1].upper()}{message[1:]}.")
        return None


@require_POST
def backfill_stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Admins stop a backfill; what is scored stays."""
    user = user_of(request)
    if not may_backfill(user):
        raise PermissionDenied
    backfill = get_object_or_404(Backfill, pk=pk)
    if stop(backfill=backfill):
        stopped = Backfill.objects.filter(pk=backfill.pk)
        LogEntry.objects.log_actions(user.pk, stopped, CHANGE, "Stopped", single_object=True)
        messages.success(request, f"{backfill} is stopped. What is scored stays.")
    else:
        messages.info(request, f"{backfill} had ended already.")
    return back(request, reverse("runs"))


@require_POST
def run_retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Managers and admins try again to score who could not be."""
    if not may_see_runs(user_of(request)):
        raise PermissionDenied
    run = get_object_or_404(Run, pk=pk)
    better, failed = retry(run=run)
    told = f"{counted(better, 'customer')} scored now, {failed} failed again."
    messages.success(request, told if better or failed else "Nothing was left to try again.")
    return back(request, reverse("runs"))
