"""What the portfolio can be narrowed and ordered by; all of it lives in the address."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Final

from django import forms
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.lookups import GreaterThan

from accounts.business_days import today
from accounts.models import Assignment, CustomerPeriod
from accounts.models.customers import AssignmentRole, Size
from accounts.querysets import CustomerQuerySet, in_force
from scoring.definitions import entries, every_entry
from scoring.models import ScorecardVersion

THIN_COVERAGE: Final = 0.6  # share of weight with fresh data below which a score is marked as thin (presets 0.5)
ORDERS: Final = {
    "name": "name",
    "industry": "industry",
    "health": "current_score__score",
    "change": "current_score__change_30",
    "coverage": "current_score__coverage",
    "arr": "current_score__arr",
    "renewal": "renewal_on",
    "csm": "csm_name",
}
VOCABULARIES: Final = {"segment": "segment", "tag": "segment", "stage": "stage", "tier": "tier"}  # filter, kind
USUAL_ORDER: Final = "health"  # who needs help first
STATUSES: Final = [("active", "Customers"), ("prospect", "Prospects"), ("churned", "Left"), ("all", "Everybody")]
COLOURS: Final = [("red", "Red"), ("yellow", "Yellow"), ("green", "Green"), ("none", "Not scored")]
FLAGS: Final = {
    "churn_risk": ("Churn risk", Q(current_score__is_churn_risk=True)),
    "expansion": ("Room to expand", Q(current_score__is_expansion_opportunity=True)),
    "emergency": ("Emergency", Q(current_score__is_emergency=True)),
    "thin": ("Thin data", Q(current_score__coverage__lt=THIN_COVERAGE)),
    "overridden": ("Set by hand", Q(current_score__automatic__isnull=False)),
}


def _choice(label: str, choices: list[tuple[str, str]]) -> forms.ChoiceField:
    return forms.ChoiceField(required=False, label=label, choices=[("", "Any"), *choices])


class PortfolioForm(forms.Form):
    """The filters as fields; what does not fit is named and left out, never an error of the page."""

    q = forms.CharField(required=False, max_length=200, label="Search")
    colour = _choice("Colour", COLOURS)
    band = _choice("Band", [])
    flag = _choice("Flag", [(key, label) for key, (label, _) in FLAGS.items()])
    renews = forms.IntegerField(required=False, min_value=0, max_value=3650, label="Renews within days")
    csm = _choice("CSM", [])
    industry = _choice("Industry", [])
    size = _choice("Size", list(Size.choices))
    region = _choice("Region", [])
    segment = _choice("Segment", [])
    tag = _choice("Also in segment", [])
    stage = _choice("Stage", [])
    tier = _choice("Value tier", [])
    scorecard = _choice("Scorecard", [])
    status = forms.ChoiceField(required=False, choices=[("", "Customers"), *STATUSES[1:]], label="Who")
    order = forms.ChoiceField(required=False, choices=[(sign + key, key) for key in ORDERS for sign in ("", "-")])
    page = forms.IntegerField(required=False, min_value=1, label="Page")

    def __init__(self, *args: Any, visible: CustomerQuerySet, live: Sequence[ScorecardVersion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("industry", _words_in(visible, "industry"))
        self._offer("region", _words_in(visible, "region"))
        self._offer("csm", _owners(visible))
        bands = {band.key: band.label for version in live for band in version.engine.bands}
        self._offer("band", [*bands.items()])
        self._offer("scorecard", [(version.scorecard.key, version.scorecard.title) for version in live])
        for name, kind in VOCABULARIES.items():
            self._offer(name, [(entry.key, entry.title) for entry in entries(kind)])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Any"), *choices]

    def chosen(self) -> dict[str, Any]:
        """The filters that are set and make sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}

    def chips(self) -> list[tuple[str, str, str]]:
        """Each filter that is set: its name in the address, its label, and its value in words."""
        return [
            (
                name,
                str(self.fields[name].label or name),
                dict(getattr(self.fields[name], "choices", [])).get(value, value),
            )
            for name, value in self.chosen().items()
            if name not in ("order", "page")
        ]


def complaints(form: forms.Form) -> list[str]:
    """A sentence for each thing in the address that makes no sense, or that no page knows."""
    wrong = [f"{form.fields[name].label or name}: {errors[0]} It was left out." for name, errors in form.errors.items()]
    unknown = [name for name in form.data if name not in form.fields]
    return wrong + [f"{name[:40]!r} is no filter of this page and was left out." for name in unknown]


def _words_in(visible: CustomerQuerySet, field: str) -> list[tuple[str, str]]:
    words = visible.exclude(**{field: ""}).order_by(field).values_list(field, flat=True).distinct()
    return [(word, word) for word in words]


def _owners(visible: CustomerQuerySet) -> list[tuple[str, str]]:
    held = Assignment.objects.in_force(today()).filter(role=AssignmentRole.CSM, customer__in=visible)
    owners = held.order_by("user__name").values_list("user_id", "user__name").distinct()
    return [(str(pk), name) for pk, name in owners]


def _text(value: str) -> Q:
    return Q(name__icontains=value) | Q(external_id__icontains=value) | Q(domains__icontains=value)


def _renews(days: int) -> Q:
    return Q(renewal_on__range=(today(), today() + timedelta(days=days)))


def _of_csm(value: str) -> Q:
    held = Assignment.objects.in_force(today()).filter(role=AssignmentRole.CSM, user_id=int(value))
    return Q(pk__in=held.values("customer"))


def _number(kind: str, key: str) -> int:
    return next(entry.number for entry in every_entry(kind) if entry.key == key)


CONDITIONS: Final[dict[str, Callable[[Any], Q]]] = {
    "q": _text,
    "flag": lambda value: FLAGS[value][1],
    "renews": _renews,
    "csm": _of_csm,
    "industry": lambda value: Q(industry=value),
    "size": lambda value: Q(size=value),
    "region": lambda value: Q(region=value),
    "segment": lambda value: Q(current_score__segment=_number("segment", value)),
    "tag": lambda value: Q(GreaterThan(F("current_score__tags").bitand(1 << _number("segment", value)), 0)),
    "stage": lambda value: Q(current_score__stage=_number("stage", value)),
    "tier": lambda value: Q(current_score__tier=_number("tier", value)),
    "scorecard": lambda value: Q(current_score__version__scorecard__key=value),
}


def of_colour(value: str) -> Q:
    """The condition that a customer's band has a colour role, or that there is none."""
    return Q(current_score__role="") | Q(current_score=None) if value == "none" else Q(current_score__role=value)


def _of_band(value: str, live: Sequence[ScorecardVersion]) -> Q:
    found = Q(pk__in=[])
    for version in live:
        places = [place for place, band in enumerate(version.engine.bands) if band.key == value]
        found |= Q(current_score__version=version.pk, current_score__band__in=places)
    return found


def _of_status(value: str) -> Q:
    begun = CustomerPeriod.objects.filter(customer=OuterRef("pk"), started_on__lte=today())
    ever, now = Q(Exists(begun)), Q(Exists(begun.filter(in_force(today(), "started_on", "ended_on"))))
    return {"active": now, "prospect": ~ever, "churned": ever & ~now, "all": Q()}[value]


def narrowed(visible: CustomerQuerySet, chosen: dict[str, Any], live: Sequence[ScorecardVersion]) -> CustomerQuerySet:
    """The customers that match every filter but the colour, which the page counts first."""
    conditions = [_of_status(chosen.get("status", "active"))]
    conditions += [condition(chosen[name]) for name, condition in CONDITIONS.items() if name in chosen]
    if "band" in chosen:
        conditions.append(_of_band(chosen["band"], live))
    return visible.filter(*conditions)


def ordered(customers: CustomerQuerySet, order: str = USUAL_ORDER) -> CustomerQuerySet:
    """In the order asked for, those without a value last on every database, equals by name."""
    column = F(ORDERS[order.removeprefix("-")])
    first = column.desc(nulls_last=True) if order.startswith("-") else column.asc(nulls_last=True)
    return (customers.with_csm() if "csm" in order else customers).order_by(first, "name", "pk")
