"""Makes a metric without code: the source is chosen in the address, the rest in a form, tried before it is made."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.models.people import Role
from healthsite.pages.metrics.forms import MetricForm, StartForm
from healthsite.pages.metrics.trying import Trial, try_metric
from healthsite.pages.visitors import user_of
from scoring.metrics.custom.making import check_key, make_metric
from scoring.metrics.custom.parsing import InvalidMetric
from scoring.models import CustomMetric

REFUSED = 422


@require_http_methods(["GET", "HEAD", "POST"])
def metric_new(request: HttpRequest) -> HttpResponse:
    """The source first; then the form, tried or saved."""
    if user_of(request).role != Role.ADMIN:
        raise PermissionDenied
    start = StartForm(request.GET or None)
    if not start.is_valid():
        return render(request, "metrics/new.html", {"start": start}, status=REFUSED if start.is_bound else 200)
    source, kind = start.cleaned_data["source"], start.cleaned_data["kind"]
    if request.method != "POST":
        return _page(request, start, MetricForm(source, kind))
    return _take(request, start, MetricForm(source, kind, request.POST))


def _take(request: HttpRequest, start: StartForm, form: MetricForm) -> HttpResponse:
    """Try it, or make it; what is wrong comes back with what was typed."""
    if not form.is_valid():
        return _page(request, start, form, status=REFUSED)
    try:
        done = _done(request, form)
    except InvalidMetric as error:
        _refuse(form, str(error))
        return _page(request, start, form, status=REFUSED)
    if isinstance(done, Trial):
        return _page(request, start, form, trial=done)
    messages.success(request, f"Made {done.label}. Scorecards, rules and playbooks can read it from now on.")
    return redirect("metric", done.key)


def _done(request: HttpRequest, form: MetricForm) -> Trial | CustomMetric:
    """What the pressed button asks for. Raises InvalidMetric."""
    user, key, body = user_of(request), form.cleaned_data["key"], form.body()
    if request.POST.get("act") == "try":
        check_key(key)
        return try_metric(user, key, body)
    return make_metric(key=key, body=body, by=user)


def _refuse(form: MetricForm, message: str) -> None:
    """Show what is wrong at the field that it names, above the form where it names none."""
    place = message.split(" ", 1)[0].removeprefix("source.")
    form.add_error(place if place in form.fields else None, message)


def _page(request: HttpRequest, start: StartForm, form: MetricForm, *, status: int = 200, **more: Any) -> HttpResponse:
    return render(request, "metrics/new.html", {"start": start, "form": form, **more}, status=status)
