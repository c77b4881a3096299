"""The desk of disagreements: what is open, what was settled and who was right, and how overrides fare."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.business_days import date_of, today
from accounts.models import Customer, Pulse, User
from accounts.models.people import Role
from accounts.querysets import CustomerQuerySet
from healthsite.pages.filtering import CONDITIONS, complaints
from healthsite.pages.portfolio import Row, rows_of
from healthsite.pages.tasks.choosing import is_leader, people_of
from healthsite.pages.visitors import user_of
from scoring.judgements.desk import Place, disagreements, settlements, verdicts
from scoring.judgements.overriding import expiring, over
from scoring.judgements.reviewing import reviews
from scoring.models import Objection, Override, Settlement

PER_PAGE: Final = 50
YEAR: Final = timedelta(days=365)
OUTCOMES: Final = {
    "person": "Nearer to the override",
    "score": "Nearer to the automatic score",
    "even": "Half way",
    "": "Not known yet",
}
TABS: Final = [("", "Open"), ("settled", "Settled"), ("overrides", "Overrides")]
KINDS: Final = [("", "Pulses and objections"), ("pulse", "Pulses"), ("objection", "Objections")]


class DeskForm(forms.Form):
    """What the address may ask for; what makes no sense is named and left out."""

    tab = forms.ChoiceField(required=False, choices=TABS, widget=forms.HiddenInput, label="Tab")
    kind = forms.ChoiceField(required=False, choices=KINDS, label="Kind")
    csm = forms.ChoiceField(required=False, label="CSM")
    page = forms.IntegerField(required=False, min_value=1, max_value=10**6, widget=forms.HiddenInput)

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        csm = self.fields["csm"]
        assert isinstance(csm, forms.ChoiceField)
        csm.choices = [("", "Anybody"), *((str(one.pk), one.name) for one in people if one.role == Role.CSM)]

    def chosen(self) -> dict[str, Any]:
        """What is set and makes sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}


@dataclass(frozen=True, slots=True)
class Line:
    """One disagreement: what a person said of a customer, and what the score says."""

    kind: str
    said: str
    by: str
    entry: Pulse | Objection
    row: Row

    @property
    def on(self) -> date:
        """The day on which it was said."""
        return date_of(self.entry.at)


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The page, with the tab asked for."""
    user = user_of(request)
    form = DeskForm(request.GET, people=people_of(user) if is_leader(user) else [])
    by = form.chosen()
    customers = Customer.objects.visible_to(user)
    if "csm" in by:
        customers = customers.filter(CONDITIONS["csm"](by["csm"]))
    context = {
        "form": form,
        "by": by,
        "tabs": TABS,
        "is_leader": is_leader(user),
        "can_judge": is_leader(user) or user.role == Role.CSM,
        "complaints": complaints(form),
        **SHOWN[by.get("tab", "")](customers, by),
    }
    return render(request, "judgements/desk.html", context)


def _open(customers: CustomerQuerySet, by: dict[str, Any]) -> dict[str, Any]:
    page = _page(disagreements(customers, timezone.now(), by.get("kind", "")), by)
    return {**_pages(page), "lines": lines(list(page))}


def lines(places: list[Place]) -> list[Line]:
    """Disagreements with all that the list shows of them; the number of queries does not depend on how many."""
    keys = {kind: [key for one, key, *_ in places if one == kind] for kind in ("pulse", "objection")}
    pulses = Pulse.objects.select_related("author").in_bulk(keys["pulse"])
    objections = Objection.objects.select_related("by").in_bulk(keys["objection"])
    seen = Customer.objects.filter(pk__in={whose for _, _, whose, _ in places}).select_related("current_score")
    rows = {row.customer.pk: row for row in rows_of(list(seen))}
    return [
        Line(kind, pulses[key].band, pulses[key].author.name, pulses[key], rows[whose])
        if kind == "pulse"
        else Line(kind, objections[key].should_be, objections[key].by.name, objections[key], rows[whose])
        for kind, key, whose, _ in places
    ]


def _settled(customers: CustomerQuerySet, by: dict[str, Any]) -> dict[str, Any]:
    page = _page(settlements(customers, by.get("kind", "")), by)
    labels, counts = dict(Settlement.Verdict.choices), verdicts(customers, by.get("kind", ""))
    return {**_pages(page), "tally": [(labels[key], count) for key, count in counts.items()]}


def _overrides(customers: CustomerQuerySet, by: dict[str, Any]) -> dict[str, Any]:
    """Those that end soon, and those of a year that are over: there are few enough to judge all of them."""
    ended = _of(over(today()).filter(until_on__gt=today() - YEAR), customers)
    reviewed = reviews(list(ended))
    page = _page(reviewed, by)
    counts = [(label, sum(one.verdict == verdict for one in reviewed)) for verdict, label in OUTCOMES.items()]
    return {**_pages(page), "tally": counts, "expiring": _of(expiring(today()), customers)}


def _of(overrides: QuerySet[Override], customers: CustomerQuerySet) -> QuerySet[Override]:
    return overrides.filter(customer__in=customers).select_related("customer", "by", "ended_by")


def _page(rows: QuerySet[Any, Any] | list[Any], by: dict[str, Any]) -> Page[Any]:
    return Paginator(rows, PER_PAGE).get_page(by.get("page", 1))


def _pages(page: Page[Any]) -> dict[str, Any]:
    return {"page": page, "pages": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)}


SHOWN: Final[dict[str, Callable[[CustomerQuerySet, dict[str, Any]], dict[str, Any]]]] = {
    "": _open,
    "settled": _settled,
    "overrides": _overrides,
}
