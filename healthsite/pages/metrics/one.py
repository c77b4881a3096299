"""One metric: what it declares, how one's own customers spread over it, where it comes from and who reads it."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.models.people import Role
from accounts.wording import counted
from healthsite.pages.metrics.catalogue import line_of
from healthsite.pages.metrics.counting import values_now
from healthsite.pages.metrics.using import uses, uses_above
from healthsite.pages.scorecards.histograms import Drawing, draw
from healthsite.pages.visitors import user_of
from scoring.metrics import METRICS
from scoring.metrics.custom.describing import source_words
from scoring.metrics.custom.making import StillRead, retire_metric
from scoring.metrics.custom.parsing import parse_body
from scoring.models import CustomMetric
from scoring.scorecards.distributing import distribution
from scoring.scorecards.drafting import MOST_NOTE
from scoring.scorecards.publishing import live_versions

REFUSED: Final = 422
ENTRIES: Final = 20  # of the history


class RetireForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label="Reason to retire it",
        max_length=MOST_NOTE,
        widget=forms.Textarea({"rows": 2}),
        error_messages={"required": "The reason is empty; say in a sentence why"},
    )


@require_safe
def metric(request: HttpRequest, key: str) -> HttpResponse:
    """The page of a metric; everybody reads it."""
    return _page(request, key)


@require_POST
def metric_retire(request: HttpRequest, key: str) -> HttpResponse:
    """Take a metric declared without code out of use, with a reason; refused while anything reads it."""
    user, own = user_of(request), get_object_or_404(CustomMetric, key=key)
    if user.role != Role.ADMIN:
        raise PermissionDenied
    form = RetireForm(request.POST)
    if form.is_valid():
        above = [one.words for one in uses_above(key)]
        try:
            retire_metric(metric=own, by=user, reason=form.cleaned_data["reason"], read_by=above)
        except StillRead as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{own.label} is retired. Scores that were made by it stay.")
            return redirect("metric", key)
    return _page(request, key, form)


def _page(request: HttpRequest, key: str, form: RetireForm | None = None) -> HttpResponse:
    if key not in METRICS:
        raise Http404
    user, shown, live = user_of(request), METRICS[key], live_versions()
    own = CustomMetric.objects.select_related("made_by").filter(key=key).first()
    known = {key: own.retired_at} if own else {}
    context: dict[str, Any] = {
        "line": line_of(shown, live, values_now(user), known),
        "own": own,
        "source": source_words(parse_body(own.body, key)) if own else "",
        "validity": counted(shown.validity, "day"),
        "files": [f"{kind}.csv" for kind in shown.kinds],
        "uses": uses(key),
        "drawing": _drawing(key),
        "form": (form or RetireForm()) if own and own.retired_at is None and user.role == Role.ADMIN else None,
        "history": _history(own) if own else (),
    }
    return render(request, "metrics/metric.html", context, status=REFUSED if form is not None else 200)


def _drawing(key: str) -> Drawing | None:
    """The histogram by the first live version that measures it; None where none does."""
    version = next((one.engine for one in live_versions() if key in one.engine.metric_keys), None)
    values = distribution(version, key) if version else None
    return draw([], version.bands, values) if version and values else None


def _history(own: CustomMetric) -> QuerySet[LogEntry]:
    said = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(own), object_id=str(own.pk))
    return said.select_related("user").order_by("-action_time", "-pk")[:ENTRIES]
