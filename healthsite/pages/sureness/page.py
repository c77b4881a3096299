"""The page that answers how sure a score is: range, weights, the way up, direction, peers and family."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.business_days import today
from accounts.models import Customer, User
from healthsite.pages.filtering import complaints
from healthsite.pages.lacking import advice, gaps
from healthsite.pages.making_up import points_view
from healthsite.pages.opening import untestable_caps
from healthsite.pages.sureness.arrows import arrow_lines
from healthsite.pages.sureness.asking import Asked, SurenessForm, groups_of
from healthsite.pages.sureness.sure import sure_of
from healthsite.pages.sureness.way import way_of
from healthsite.pages.visitors import user_of
from scoring.comparing.families import family
from scoring.comparing.peers import peers, stage_of
from scoring.explaining import Explained, NotScored, explain, nearest_record


@require_safe
def sureness(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of a customer's score; out of scope is not there."""
    user = user_of(request)
    customer = get_object_or_404(Customer.objects.visible_to(user), pk=pk)
    form = SurenessForm(request.GET)
    asked = form.asked()
    context = {"customer": customer, "asked": asked, "complaints": complaints(form)}
    try:
        found = _about(customer, explain(customer, asked.as_of), asked, user)
    except NotScored:
        found = {"nearest": nearest_record(customer, asked.as_of or today())}
    return render(request, "sureness/page.html", {**context, **found})


def _about(customer: Customer, explained: Explained, asked: Asked, user: User) -> dict[str, Any]:
    """What the page says of a stored score. A fixed number of queries."""
    sure = sure_of(explained)
    if sure is None:
        return {"explained": explained, "advice": advice(explained)}
    now = asked.as_of is None
    return {
        "explained": explained,
        "sure": sure,
        "gaps": gaps(explained),
        "untestable": untestable_caps(explained),
        "way": way_of(explained),
        "arrows": arrow_lines(customer, explained),
        "steps": points_view(explained),
        "groups": groups_of(customer, stage_of(explained)) if now else [],
        "peers": peers(customer, explained, asked.peers, user) if now else None,
        "family": family(customer, explained, user, asked.as_of),
    }
