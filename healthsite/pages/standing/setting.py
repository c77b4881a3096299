"""Setting the lifecycle stage of a customer by hand, on a page of its own or in a dialog on any other."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.business_days import today
from accounts.models import Customer, User
from healthsite.pages.plays.allowing import may_run_plans
from healthsite.pages.standing.forms import BY_RULE, StageForm
from healthsite.pages.standing.stay import held_of
from healthsite.pages.timeline.returning import way_back
from healthsite.pages.visitors import user_of
from scoring.vocabulary.setting import NotSet, give_back, set_stage


@require_http_methods(["GET", "HEAD", "POST"])
def stage_set(request: HttpRequest, pk: int) -> HttpResponse:
    """The form; sent, the stage is set, or the form comes back with what is wrong (422)."""
    user = user_of(request)
    customer = get_object_or_404(Customer.objects.visible_to(user), pk=pk)
    if not may_run_plans(user, customer):
        raise PermissionDenied
    now, sent = held_of(customer, today()), request.method == "POST"
    form = StageForm(request.POST if sent else None, initial={"stage": now.key}, held=now.is_held)
    if sent and _saved(form, customer, user):
        messages.success(request, f"The stage of {customer.name} is set.")
        return redirect(way_back(request, customer))
    context = {"customer": customer, "form": form, "now": now, "next": way_back(request, customer)}
    return render(request, "standing/set.html", context, status=422 if sent else 200)


def _saved(form: StageForm, customer: Customer, user: User) -> bool:
    """Whether what the form says was written; where it was refused the form has the reasons."""
    if not form.is_valid():
        return False
    said = {**form.cleaned_data, "customer": customer, "by": user, "on": today()}
    try:
        if said["stage"] == BY_RULE:
            give_back(customer=customer, reason=said["reason"], by=user, on=today())
        else:
            set_stage(**said)
    except NotSet as refusal:
        form.refuse(refusal.errors)
        return False
    return True
