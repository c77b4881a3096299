"""All that people say about one customer's score, in one place."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.business_days import today
from accounts.expecting import authors_of, expectations_of
from accounts.models import Customer, Pulse
from accounts.noting import may_log
from healthsite.pages.judgements.forms import OverrideForm
from healthsite.pages.telling import name_of
from healthsite.pages.visitors import user_of
from scoring.judgements.allowing import automatic_of, may_judge
from scoring.judgements.gathering import judgements_of
from scoring.judgements.overriding import over
from scoring.judgements.reviewing import reviews
from scoring.models import CurrentScore, Settlement

MOST: Final = 20  # of each kind of entry


@require_safe
def judgements(request: HttpRequest, pk: int) -> HttpResponse:
    """The page; out of scope is not there."""
    user = user_of(request)
    customer = get_object_or_404(Customer.objects.visible_to(user), pk=pk)
    current = CurrentScore.objects.select_related("version__scorecard").filter(customer=customer).first()
    context = {
        "customer": customer,
        "current": current,
        "band": current.version.engine.bands[current.band].label if current and current.role else "",
        "automatic": automatic_of(current),
        "can_log": may_log(user),
        "can_judge": may_judge(user, customer),
        "form": OverrideForm(customer=customer, auto_id="here_%s"),  # the dialog has its own
        **_said(customer),
    }
    return render(request, "judgements/page.html", context)


def _said(customer: Customer) -> dict[str, Any]:
    """What was said of a customer, the newest first. A fixed number of queries."""
    ended = over(today()).filter(customer=customer).select_related("by", "ended_by")
    pulses = Pulse.objects.filter(customer=customer).select_related("author", "source").order_by("-at", "-pk")
    settled = Settlement.objects.filter(customer=customer).select_related("by", "objection").order_by("-at", "-pk")
    expected = list(expectations_of(customer, today()).select_related("source"))
    authors = authors_of(expected)
    return {
        "judgements": judgements_of(customer, today()),
        "reviews": reviews(list(ended[:MOST])),
        "pulses": pulses[:MOST],
        "settlements": settled[:MOST],
        "expectations": [(name_of(one.metric), one, authors.get(one.pk)) for one in expected],
    }
