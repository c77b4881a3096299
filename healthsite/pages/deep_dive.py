"""The deep dive: one customer's health on a day, where it comes from, what moved it and what is not known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.db.models import F, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.business_days import date_of, today
from accounts.models import Customer, CustomerPeriod, User
from accounts.noting import may_log
from accounts.querysets import CustomerQuerySet
from healthsite.pages.filtering import THIN_COVERAGE, complaints
from healthsite.pages.lacking import Gap, advice, gaps
from healthsite.pages.making_up import MakeUp, Step, make_up, points_view
from healthsite.pages.moving import Move, move
from healthsite.pages.opening import certainty, opening, untestable_caps
from healthsite.pages.reasons import COMPARE_DAYS
from healthsite.pages.timeline.now import now_of
from healthsite.pages.trend import Trend, trend
from healthsite.pages.visitors import user_of
from playbooks.touching import with_last_touch
from scoring.engine.version import Band
from scoring.explaining import Explained, NotScored, explain, nearest_record, record_to_compare

RANGES: Final = (30, 90, 180, 365)
USUAL_RANGE: Final = 180
FLAG_WORDS: Final = {"churn_risk": "Churn risk", "expansion": "Room to expand", "emergency": "Emergency"}


class DeepDiveForm(forms.Form):
    """What the address may ask for; what makes no sense is named and left out."""

    as_of = forms.DateField(required=False, label="Date")
    against = forms.DateField(required=False, label="Compare with")
    days = forms.TypedChoiceField(
        required=False, choices=[(days, days) for days in RANGES], coerce=int, empty_value=None, label="Range"
    )

    def chosen(self) -> dict[str, Any]:
        """What was asked for and makes sense."""
        self.is_valid()
        found = {"as_of": None, "against": None, "days": None, **self.cleaned_data}
        return {**found, "days": found["days"] or USUAL_RANGE}


@dataclass(frozen=True, slots=True)
class DeepDive:
    """A stored score with everything that the page says of it."""

    explained: Explained
    opening: str
    band: Band | None
    flags: list[str]
    certainty: str
    untestable: list[str]
    move: Move | None
    make_up: MakeUp
    steps: tuple[Step, ...]
    gaps: list[Gap]
    advice: str
    trend: Trend

    @property
    def is_scored(self) -> bool:
        """Whether there is a score."""
        return self.band is not None

    @property
    def is_thin(self) -> bool:
        """Whether less than three fifths of the weight have fresh data (presets 0.5)."""
        return self.explained.stored.coverage < THIN_COVERAGE


@require_safe
def deep_dive(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of a customer; out of scope is not there."""
    customer = get_object_or_404(_seen(user_of(request)), pk=pk)
    form = DeepDiveForm(request.GET)
    chosen = form.chosen()
    try:
        dive, nearest = deep_dive_of(customer, **chosen), None
    except NotScored:
        dive, nearest = None, nearest_record(customer, chosen["as_of"] or today())
    context = {
        "customer": customer,
        "standing": standing(customer, today()),
        "now": None if chosen["as_of"] else now_of(customer),
        "last_touch": date_of(customer.last_touch) if customer.last_touch else None,
        "can_log": may_log(user_of(request)),
        "dive": dive,
        "nearest": nearest,
        "chosen": chosen,
        "ranges": RANGES,
        "complaints": complaints(form),
    }
    return render(request, "deep_dive.html", context)


def _seen(user: User) -> CustomerQuerySet:
    """The customers a person may see, with what the head of the page says of one."""
    seen = with_last_touch(Customer.objects.visible_to(user).with_csm(), timezone.now())
    begun = CustomerPeriod.objects.filter(customer=OuterRef("pk"), started_on__lte=today()).order_by("-started_on")
    return seen.annotate(
        arr_now=F("current_score__arr"),
        period_started=Subquery(begun.values("started_on")[:1]),
        period_ended=Subquery(begun.values("ended_on")[:1]),
    )


def deep_dive_of(customer: Customer, *, as_of: date | None, against: date | None, days: int) -> DeepDive:
    """The score recorded on a day, or the current one, with its reasons. Raises NotScored."""
    explained = explain(customer, as_of)
    stored, engine = explained.stored, explained.version.engine
    moved = _move(customer, explained, against)
    missing = gaps(explained)
    return DeepDive(
        explained=explained,
        opening=opening(customer, explained, moved, missing, today()),
        band=engine.bands[stored.band] if stored.score is not None else None,
        flags=[words for flag, words in FLAG_WORDS.items() if explained.scored.flags[flag][0]],
        certainty=certainty(explained),
        untestable=untestable_caps(explained),
        move=moved,
        make_up=make_up(explained, moved),
        steps=points_view(explained),
        gaps=missing,
        advice=advice(explained),
        trend=trend(explained, customer.pk, days),
    )


def _move(customer: Customer, explained: Explained, against: date | None) -> Move | None:
    """The change since the last record up to the day asked for, a month before when none is, else since the first."""
    if explained.stored.score is None:
        return None
    wanted = against or explained.as_of - timedelta(days=COMPARE_DAYS)
    since = record_to_compare(customer, wanted, explained.as_of)
    return move(explain(customer, since), explained) if since else None


def standing(customer: Any, on: date) -> str:
    """Empty for a customer; else whether they are a prospect, or when they left."""
    if customer.period_started is None:
        return "Prospect"
    ended = customer.period_ended
    return f"Left on {ended:%-d %B %Y}" if ended and ended <= on else ""
