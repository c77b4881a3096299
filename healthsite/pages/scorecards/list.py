"""Every scorecard: which are live and for whom, what runs in shadow, what is being written and what waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.business_days import today
from healthsite.pages.scorecards.finding import may_edit
from healthsite.pages.visitors import user_of
from scoring.models import CurrentScore, Proposal, Run, Scorecard, ScorecardVersion
from scoring.models.scorecards import Status, Use
from scoring.presets import load_preset
from scoring.scorecards.choosing import choices_now
from scoring.scorecards.describing import metric_label
from scoring.scorecards.recommending import Reach, reaches, reason
from scoring.wording import rule_words


@dataclass(frozen=True, slots=True)
class Live:
    """A live scorecard: for whom, in words, and how many customers' current scores it made."""

    version: ScorecardVersion
    who: str
    customers: int


@require_safe
def scorecards(request: HttpRequest) -> HttpResponse:
    """The list."""
    every = list(_versions())
    live = _live()
    context: dict[str, Any] = {
        "live": live,
        "scored": sum(one.customers for one in live),
        "shadow": [one for one in every if one.use == Use.SHADOW],
        "drafts": [one for one in every if one.status == Status.DRAFT],
        "proposals": Proposal.objects.select_related("draft__scorecard", "by").order_by("at"),
        "scorecards": _grouped(every),
        "edits": may_edit(user_of(request)),
    }
    return render(request, "scorecards/list.html", context)


@require_safe
def scorecard_presets(request: HttpRequest) -> HttpResponse:
    """How far each preset reaches with the data that have arrived, and which fits best."""
    last = Run.objects.filter(purpose="nightly", finished_at__isnull=False).order_by("-as_of").first()
    on = last.as_of if last else today()
    found = reaches(on)
    context = {
        "on": on,
        "reaches": [
            (one, load_preset(one.key)["title"], [metric_label(key) for key in one.without_data]) for one in found
        ],
        "best": _best(found),
        "edits": may_edit(user_of(request)),
    }
    return render(request, "scorecards/presets.html", context)


def _best(found: Sequence[Reach]) -> str:
    """The recommendation with its reason; empty where no preset would score anybody."""
    return reason(found[0]) if found and found[0].enough else ""


def _versions() -> Any:
    related = ("scorecard", "published_by", "approved_by", "made_by", "made_from__scorecard")
    return ScorecardVersion.objects.select_related(*related).order_by("scorecard__title", "scorecard_id", "-number")


def _grouped(versions: Sequence[ScorecardVersion]) -> list[tuple[Scorecard, list[ScorecardVersion]]]:
    groups: dict[int, tuple[Scorecard, list[ScorecardVersion]]] = {}
    for version in versions:
        groups.setdefault(version.scorecard_id, (version.scorecard, []))[1].append(version)
    return list(groups.values())


def _live() -> list[Live]:
    """In the order in which their rules are asked. Two queries."""
    counted = CurrentScore.objects.order_by().values_list("version__scorecard").annotate(count=Count("pk"))
    customers: dict[int, int] = dict(counted)
    choices = choices_now()
    alone = len(choices) == 1
    return [
        Live(
            one.version,
            rule_words(one.when) if one.when else "everybody" if alone else "everybody else",
            customers.get(one.version.scorecard_id, 0),
        )
        for one in choices
    ]
