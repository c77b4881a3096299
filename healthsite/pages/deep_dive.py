"""The deep dive: one customer's health on a day, where it comes from, what moved it and what is not known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.db.models import Exists, F, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.business_days import date_of, today
from accounts.expecting import muted_until
from accounts.models import Customer, CustomerPeriod, Expectation, User
from accounts.models.people import Role
from accounts.noting import may_log
from accounts.querysets import CustomerQuerySet
from healthsite.pages.filtering import THIN_COVERAGE, complaints
from healthsite.pages.lacking import Gap, advice, gaps
from healthsite.pages.making_up import MakeUp, Step, make_up, points_view
from healthsite.pages.moving import Move, move
from healthsite.pages.opening import opening, untestable_caps
from healthsite.pages.reasons import COMPARE_DAYS
from healthsite.pages.runs.known import known_of
from healthsite.pages.standing.standing import standing_of
from healthsite.pages.sureness.sure import Sureness, sure_of
from healthsite.pages.timeline.now import now_of
from healthsite.pages.trend import Trend, trend
from healthsite.pages.visitors import user_of
from playbooks.touching import with_last_touch
from scoring.engine.rules import parse_rule
from scoring.engine.version import Band
from scoring.explaining import Explained, NotScored, explain, explain_before, nearest_record
from scoring.judgements.gathering import judgements_of
from scoring.judgements.overriding import holding
from scoring.models import Objection
from scoring.wording import rule_words

RANGES: Final = (30, 90, 180, 365)
USUAL_RANGE: Final = 180
DECIDING: Final = (Role.MANAGER, Role.ADMIN)  # about a score, beside the customer's CSM
FLAG_WORDS: Final = {"churn_risk": "Churn risk", "expansion": "Room to expand", "emergency": "Emergency"}


class DeepDiveForm(forms.Form):
    """What the address may ask for; what makes no sense is named and left out."""

    as_of = forms.DateField(required=False, label="Date")
    against = forms.DateField(required=False, label="Compare with")
    days = forms.TypedChoiceField(
        required=False, choices=[(days, days) for days in RANGES], coerce=int, empty_value=None, label="Range"
    )

    known = forms.BooleanField(required=False, label="As now known")

    def chosen(self) -> dict[str, Any]:
        """What was asked for and makes sense."""
        self.is_valid()
        found = {"as_of": None, "against": None, "days": None, "known": False, **self.cleaned_data}
        return {**found, "days": found["days"] or USUAL_RANGE}


@dataclass(frozen=True, slots=True)
class DeepDive:
    """A stored score with everything that the page says of it."""

    explained: Explained
    opening: str
    band: Band | None
    flags: list[str]
    sure: Sureness | None
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
    def chosen_by(self) -> str:
        """The rule by which the customer gets the scorecard, in words; empty where it is for everybody else."""
        when = self.explained.version.scorecard.when
        return rule_words(parse_rule(when, "when")) if when else ""

    @property
    def is_thin(self) -> bool:
        """Whether less than three fifths of the weight have fresh data (presets 0.5)."""
        return self.explained.stored.coverage < THIN_COVERAGE


@require_safe
def deep_dive(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of a customer; out of scope is not there."""
    user = user_of(request)
    customer = get_object_or_404(_seen(user), pk=pk)
    form = DeepDiveForm(request.GET)
    chosen = form.chosen()
    try:
        dive, nearest = deep_dive_of(customer, **{name: chosen[name] for name in ("as_of", "against", "days")}), None
    except NotScored:
        dive, nearest = None, nearest_record(customer, chosen["as_of"] or today())
    _check_against(form, dive)
    context = {
        "customer": customer,
        "standing": standing(customer, today()),
        "last_touch": date_of(customer.last_touch) if customer.last_touch else None,
        "can_log": may_log(user),
        "can_judge": may_log(user) and (user.role in DECIDING or customer.csm_id == user.pk),
        **({} if chosen["as_of"] else _present(customer)),
        "known": known_of(customer, chosen["as_of"]) if chosen["as_of"] and chosen["known"] else None,
        "dive": dive,
        "nearest": nearest,
        "chosen": chosen,
        "ranges": RANGES,
        "complaints": complaints(form),
    }
    return render(request, "deep_dive.html", context)


def _check_against(form: DeepDiveForm, dive: DeepDive | None) -> None:
    """Name a date to compare with that is not before the score's own, which the form alone does not know."""
    against = form.cleaned_data.get("against")
    if dive and against and against >= dive.explained.as_of:
        form.add_error("against", f"{against:%-d %B %Y} is not before {dive.explained.as_of:%-d %B %Y}.")


def _present(customer: Any) -> dict[str, Any]:
    """What is said and done about a customer today."""
    current, now = getattr(customer, "current_score", None), now_of(customer)
    return {
        "now": now,
        "where": standing_of(customer, current, now.leading),
        "judgements": judgements_of(customer, today()) if customer.is_judged else None,
        "automatic": current.automatic if current else None,
    }


def _seen(user: User) -> CustomerQuerySet:
    """The customers a person may see, with what the head of the page says of one."""
    seen = with_last_touch(Customer.objects.visible_to(user).with_csm(), timezone.now())
    begun = CustomerPeriod.objects.filter(customer=OuterRef("pk"), started_on__lte=today()).order_by("-started_on")
    return seen.select_related("current_score__version__scorecard").annotate(
        is_judged=Exists(holding(today()).filter(customer=OuterRef("pk")))
        | Exists(Objection.objects.filter(customer=OuterRef("pk"))),
        is_muted=Exists(Expectation.objects.filter(customer=OuterRef("pk"), expected=None)),
        arr_now=F("current_score__arr"),
        period_started=Subquery(begun.values("started_on")[:1]),
        period_ended=Subquery(begun.values("ended_on")[:1]),
    )


def deep_dive_of(customer: Customer, *, as_of: date | None, against: date | None, days: int) -> DeepDive:
    """The score recorded on a day, or the current one, with its reasons. Raises NotScored."""
    explained = explain(customer, as_of)
    stored, engine = explained.stored, explained.version.engine
    moved = _move(customer, explained, against)
    missing = gaps(explained, muted_until(customer, explained.as_of) if getattr(customer, "is_muted", True) else {})
    return DeepDive(
        explained=explained,
        opening=opening(customer, explained, moved, missing, today()),
        band=engine.bands[stored.band] if stored.score is not None else None,
        flags=[words for flag, words in FLAG_WORDS.items() if explained.scored.flags[flag][0]],
        sure=sure_of(explained),
        untestable=untestable_caps(explained),
        move=moved,
        make_up=make_up(explained, moved),
        steps=points_view(explained),
        gaps=missing,
        advice=advice(explained),
        trend=trend(explained, customer.pk, days),
    )


def _move(customer: Customer, explained: Explained, against: date | None) -> Move | None:
    """The change since the last record up to the day asked for, else since the first.

    A month before when no day is asked for, or none before the score.
    """
    if explained.stored.score is None:
        return None
    month_before = explained.as_of - timedelta(days=COMPARE_DAYS)
    wanted = against if against and against < explained.as_of else month_before
    earlier = explain_before(customer, wanted, explained.as_of)
    return move(earlier, explained) if earlier else None


def standing(customer: Any, on: date) -> str:
    """Empty for a customer; else whether they are a prospect, or when they left."""
    if customer.period_started is None:
        return "Prospect"
    ended = customer.period_ended
    return f"Left on {ended:%-d %B %Y}" if ended and ended <= on else ""
