"""The portfolio: one's customers with their health, what moved it, and what comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Final

from django.core.paginator import Page, Paginator
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.business_days import today
from accounts.models import Assignment, Customer
from accounts.models.customers import AssignmentRole
from accounts.querysets import CustomerQuerySet
from healthsite.pages import words
from healthsite.pages.exporting import portfolio_csv
from healthsite.pages.filtering import (
    COLOURS,
    THIN_COVERAGE,
    USUAL_ORDER,
    PortfolioForm,
    complaints,
    narrowed,
    of_colour,
    ordered,
)
from healthsite.pages.reasons import reasons
from healthsite.pages.sparkline import Sparkline, sparkline
from healthsite.pages.visitors import user_of
from scoring.engine.version import Version
from scoring.explaining import trends
from scoring.models import CurrentScore, ScorecardVersion
from scoring.scorecards.publishing import live_versions

PER_PAGE: Final = 50
SPARK_DAYS: Final = 90


@dataclass(frozen=True, slots=True)
class Row:
    """One customer of the list."""

    customer: Customer
    current: CurrentScore | None
    band: str
    spark: Sparkline | None
    why: str
    csm: str

    @property
    def is_thin(self) -> bool:
        """Whether the score rests on less than three fifths of its weight."""
        return self.current is not None and self.current.score is not None and self.current.coverage < THIN_COVERAGE

    @property
    def arr(self) -> float | None:
        """What the customer is worth in the reporting currency, as of the score."""
        return self.current.arr if self.current else None

    @property
    def change(self) -> float | None:
        """Points in 30 days, as printed."""
        return words.printed_change(self.current.score, self.current.change_30) if self.current else None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many customers have a colour, and their ARR in the reporting currency."""

    colour: str
    label: str
    count: int
    arr: float


class Listing:
    """The customers that an address asks for, of those that a person may see."""

    def __init__(self, request: HttpRequest) -> None:
        self.visible = Customer.objects.visible_to(user_of(request))
        self.live = live_versions()
        self.form = PortfolioForm(request.GET, visible=self.visible, live=self.live)
        self.chosen = self.form.chosen()
        self.matching = narrowed(self.visible, self.chosen, self.live)

    @cached_property
    def customers(self) -> CustomerQuerySet:
        """All that match, in order."""
        found = self.matching.select_related("current_score")
        if "colour" in self.chosen:
            found = found.filter(of_colour(self.chosen["colour"]))
        return ordered(found, self.chosen.get("order", USUAL_ORDER))

    @cached_property
    def tallies(self) -> list[Tally]:
        """Counts and ARR by colour of all that match whatever their colour, so that they add up. One query."""
        groups = self.matching.order_by().values_list("current_score__role")
        sums: dict[str, tuple[int, float]] = {}
        for role, count, arr in groups.annotate(count=Count("pk"), arr=Sum("current_score__arr")):
            before = sums.get(role or "none", (0, 0.0))
            sums[role or "none"] = before[0] + count, before[1] + (arr or 0.0)
        return [Tally(colour, colour_label(colour, self.live), *sums.get(colour, (0, 0.0))) for colour, _ in COLOURS]

    @property
    def shown(self) -> list[Tally]:
        """The tallies of the colour asked for, or of all."""
        return [one for one in self.tallies if one.colour == self.chosen.get("colour", one.colour)]

    @property
    def red(self) -> Tally | None:
        """The tally of those in red, where it is not all that is shown."""
        return next((one for one in self.shown if one.colour == "red" and one.count < self.count), None)

    @property
    def everybody(self) -> int:
        """How many match whatever their colour."""
        return sum(one.count for one in self.tallies)

    @property
    def count(self) -> int:
        """How many customers match."""
        return sum(one.count for one in self.shown)

    @property
    def arr(self) -> float:
        """What they are worth in the reporting currency."""
        return sum(one.arr for one in self.shown)

    def page(self) -> Page[Customer]:
        """The page asked for; beyond the last one, the last."""
        paginator = Paginator(self.customers, PER_PAGE)
        paginator.count = self.count  # known from the tallies: no second count
        return paginator.get_page(self.chosen.get("page", 1))


@require_safe
def portfolio(request: HttpRequest) -> HttpResponse:
    """The list as a page."""
    listing = Listing(request)
    page = listing.page()
    context = {
        "listing": listing,
        "form": listing.form,
        "complaints": complaints(listing.form),
        "chips": listing.form.chips(),
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "rows": rows_of(list(page)),
        "order": listing.chosen.get("order", USUAL_ORDER),
        "anybody": listing.count > 0 or listing.visible.exists(),
    }
    return render(request, "portfolio.html", context)


@require_safe
def portfolio_export(request: HttpRequest) -> HttpResponseBase:
    """The list as seen, all pages of it, as CSV."""
    return portfolio_csv(Listing(request).customers.with_csm())


def colour_label(colour: str, live: Sequence[ScorecardVersion]) -> str:
    """What the scorecard of everybody calls a colour: the labels of its bands."""
    labels = [band.label for version in live[-1:] for band in version.engine.bands if band.role == colour]
    return " / ".join(labels) or dict(COLOURS)[colour]


def rows_of(customers: list[Customer]) -> list[Row]:
    """Customers with all that the list shows of them; the number of queries does not depend on how many."""
    current = {one.pk: one.current_score for one in customers if hasattr(one, "current_score")}
    versions = ScorecardVersion.objects.in_bulk({one.version_id for one in current.values()})
    engines = {pk: version.engine for pk, version in versions.items()}
    sparks, why, owners = _sparks(current), reasons(current.values()), csm_names([one.pk for one in customers])
    return [
        Row(
            customer=one,
            current=current.get(one.pk),
            band=band_label(current.get(one.pk), engines),
            spark=sparks.get(one.pk),
            why=why.get(one.pk, ""),
            csm=owners.get(one.pk, ""),
        )
        for one in customers
    ]


def band_label(current: CurrentScore | None, engines: Mapping[int, Version]) -> str:
    """What the scorecard that made a score calls its band; empty without a score."""
    if current is None or current.score is None:
        return ""
    return engines[current.version_id].bands[current.band].label


def csm_names(ids: list[int]) -> dict[int, str]:
    """Who is CSM of whom today, by customer; of two the latest, as `with_csm` has it."""
    held = Assignment.objects.in_force(today()).filter(role=AssignmentRole.CSM, customer__in=ids)
    return dict(held.order_by("from_on", "pk").values_list("customer_id", "user__name"))


def _sparks(current: Mapping[int, CurrentScore]) -> dict[int, Sparkline | None]:
    if not current:
        return {}
    newest = max(one.as_of for one in current.values())
    lines = trends(list(current), newest - timedelta(days=SPARK_DAYS), newest)
    return {pk: sparkline([(day, score) for day, score, _ in line]) for pk, line in lines.items()}
