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
from scoring.models import Policy, Scorecard
from scoring.scorecards.allotting import allotment, foresee_choice, propose_choice, set_choice
from scoring.scorecards.drafting import NeedsSecondPerson
from scoring.scorecards.previewing import Reallotted


@require_http_methods(["GET", "HEAD", "POST"])
def scorecard_choice(request: HttpRequest, key: str) -> HttpResponse:
    """The form, and what it sends; an empty rule = everybody whom no other scorecard takes."""
    by, card = admin_of(request), get_object_or_404(Scorecard, key=key)
    sent = request.POST if request.method == "POST" else None
    form = PlaceForm(sent, initial={"position": card.position})
    label = "Who gets it"
    rule = RuleForm(sent, prefix="when", readable=of_customers(), initial=card.when, required=False, label=label)
    looks, effect = sent is not None and "look" in sent, None
    form.fields["note"].required = not looks
    if sent is not None and rule.is_valid() & form.is_valid():
        done, effect = _chosen(card, form, rule, by, looks=looks)
        if done:
            messages.success(request, done)
            return redirect("scorecards")
    refused = sent is not None and not rule.acted and effect is None
    context = {"card": card, "form": form, "rule": rule, "effect": effect, "most": Policy.current().second_person_share}
    return render(request, "scorecards/choice.html", context, status=REFUSED if refused else 200)


def _chosen(
    card: Scorecard, form: PlaceForm, rule: RuleForm, by: User, *, looks: bool
) -> tuple[str, Reallotted | None]:
    """What was done, empty where it was refused (the form says why) or only looked at: then what it would do."""
    position, note = form.cleaned_data["position"], form.cleaned_data["note"]
    try:
        if looks:
            effect = foresee_choice(allotment(card, rule.definition, position))
            return "", effect or Reallotted(0, 0, 0)
        set_choice(scorecard=card, when=rule.definition, position=position, note=note, by=by)
    except NeedsSecondPerson as share:
        propose_choice(scorecard=card, when=rule.definition, position=position, note=note, by=by)
        return f"Proposed who gets {card.title}, not done yet: {share}.", None
    except ValueError as error:
        form.add_error(None, str(error))
        return "", None
    return f"{card.title} has its place. The next night asks by it.", None
