"""Settling a disagreement: a person and a score differ, somebody says who is right and why."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.models import Customer, Pulse, User
from healthsite.pages.judgements.asking import Question, answer
from healthsite.pages.judgements.forms import SettleForm
from healthsite.pages.visitors import user_of
from scoring.judgements.allowing import may_judge
from scoring.judgements.settling import settle
from scoring.models import CurrentScore, Objection, Settlement

NEXT: Final = {
    "person": " Override the score until the weights are better.",
    "data": " See what is missing or wrong in the data.",
}


class AboutForm(forms.Form):
    """Which objection it is about; without one it is about the latest pulse."""

    objection = forms.IntegerField(required=False, min_value=1, max_value=2**62)


@require_http_methods(["GET", "HEAD", "POST"])
def settlement_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Settle the disagreement about a customer, as it is shown."""
    return answer(request, pk, SETTLEMENT, **({} if request.method == "POST" else _shown(request, pk)))


def _shown(request: HttpRequest, pk: int) -> dict[str, Any]:
    """What is said and what the score shows at this moment. What is not there, or not seen, is 404."""
    form = AboutForm(request.GET)
    if not form.is_valid():
        raise Http404
    customer = get_object_or_404(Customer.objects.visible_to(user_of(request)), pk=pk)
    current = CurrentScore.objects.filter(customer=customer).first()
    shown = {"role": current.role if current else ""}
    if key := form.cleaned_data["objection"]:
        objection = get_object_or_404(Objection, customer=customer, pk=key)
        return {**shown, "objection": objection.pk, "said": objection.should_be}
    pulse = Pulse.objects.filter(customer=customer, at__lte=timezone.now()).order_by("-at", "-pk").first()
    return {**shown, "said": pulse.band if pulse else ""}


def _settle(said: dict[str, Any], customer: Customer, by: User) -> str:
    key = said.pop("objection")
    objection = get_object_or_404(Objection, customer=customer, pk=key) if key else None
    made = settle(customer=customer, by=by, objection=objection, **said)
    return f"Settled: {Settlement.Verdict(made.verdict).label.lower()}.{NEXT.get(made.verdict, '')}"


SETTLEMENT: Final = Question(
    "Settle the disagreement about",
    "It holds until the pulse or the colour of the score changes.",
    "Settle",
    SettleForm,
    _settle,
    may_judge,
)
