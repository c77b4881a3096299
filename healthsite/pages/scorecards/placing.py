"""For whom a scorecard is, and when its rule is asked among those of the others."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.models import User
from healthsite.pages.rules.builder import RuleForm
from healthsite.pages.rules.readable import of_customers
from healthsite.pages.scorecards.finding import REFUSED, admin_of
from healthsite.pages.scorecards.forms import PlaceForm
from scoring.models import Scorecard
from scoring.scorecards.allotting import set_choice


@require_http_methods(["GET", "HEAD", "POST"])
def scorecard_choice(request: HttpRequest, key: str) -> HttpResponse:
    """The form, and what it sends; an empty rule = everybody whom no other scorecard takes."""
    by, card = admin_of(request), get_object_or_404(Scorecard, key=key)
    sent = request.POST if request.method == "POST" else None
    form = PlaceForm(sent, initial={"position": card.position})
    label = "Who gets it"
    rule = RuleForm(sent, prefix="when", readable=of_customers(), initial=card.when, required=False, label=label)
    if sent is not None and _chosen(card, form, rule, by):
        messages.success(request, f"{card.title} has its place. The next night asks by it.")
        return redirect("scorecards")
    refused = sent is not None and not rule.acted
    context = {"card": card, "form": form, "rule": rule}
    return render(request, "scorecards/choice.html", context, status=REFUSED if refused else 200)


def _chosen(card: Scorecard, form: PlaceForm, rule: RuleForm, by: User) -> bool:
    if not (rule.is_valid() & form.is_valid()):
        return False
    said = form.cleaned_data
    try:
        set_choice(scorecard=card, when=rule.definition, position=said["position"], note=said["note"], by=by)
    except ValueError as error:
        form.add_error(None, str(error))
        return False
    return True
