"""Ending what somebody has said: an override, or an expectation."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts.business_days import today
from accounts.expecting import end_expectation
from accounts.models import Customer, Expectation
from healthsite.pages.telling import name_of
from healthsite.pages.timeline.returning import way_back
from healthsite.pages.visitors import user_of
from scoring.judgements.overriding import end_override
from scoring.models import Override


@require_POST
def override_end(request: HttpRequest, pk: int) -> HttpResponse:
    """The automatic score counts again from today on."""
    user = user_of(request)
    found = get_object_or_404(Override.objects.visible_to(user).select_related("customer"), pk=pk)
    end_override(override=found, by=user, on=today())
    messages.success(request, f"The override of {found.customer} has ended; the automatic score counts again.")
    return redirect(way_back(request, found.customer))


@require_POST
def expectation_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Nothing is expected any more from today on."""
    user = user_of(request)
    seen = Expectation.objects.filter(customer__in=Customer.objects.visible_to(user)).select_related("customer")
    found = get_object_or_404(seen, pk=pk)
    end_expectation(expectation=found, by=user, on=today())
    messages.success(request, f"Nothing is expected any more of {name_of(found.metric)}.")
    return redirect(way_back(request, found.customer))
