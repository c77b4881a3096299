"""Every metric by what feeds it: what it says, what silence means, who uses it, and for how many it is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models.people import Role
from accounts.wording import counted
from healthsite.pages.metrics.counting import Known, values_now
from healthsite.pages.scorecards.grouping import FEEDS, OTHERS
from healthsite.pages.visitors import user_of
from healthsite.pages.words import percent
from scoring.metrics import METRICS
from scoring.metrics.custom.describing import QUIET_WORDS
from scoring.metrics.metric import Metric
from scoring.models import CustomMetric, ScorecardVersion
from scoring.scorecards.publishing import live_versions

OWN_GROUP: Final = "Own values"
NOT_READ: Final = "not read"
BETTER_WORDS: Final = {"up": "more is better", "down": "less is better", "between": "best in the middle"}


@dataclass(frozen=True, slots=True)
class Line:
    """A metric as the catalogue shows it."""

    metric: Metric
    users: Sequence[ScorecardVersion]
    known: Known | None
    is_own: bool
    is_retired: bool = False

    @property
    def window(self) -> str:
        """How far it looks back."""
        return counted(self.metric.window, "day") if self.metric.window else "as of the day"

    @property
    def silence(self) -> str:
        """What no rows mean."""
        return QUIET_WORDS[self.metric.quiet]

    @property
    def better(self) -> str:
        """Which way is better."""
        return BETTER_WORDS[self.metric.better]

    @property
    def have(self) -> str:
        """For how many customers it has a value now."""
        if self.known is None:
            return NOT_READ
        if self.known.sampled:
            return f"{percent(self.known.having / self.known.of)} of a sample"
        return f"{self.known.having:,} of {self.known.of:,}"


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """All of them, the retired ones last in their group."""
    user = user_of(request)
    groups = grouped(lines(live_versions(), values_now(user)))
    return render(request, "metrics/catalogue.html", {"groups": groups, "may_make": user.role == Role.ADMIN})


def lines(live: Sequence[ScorecardVersion], known: Mapping[str, Known]) -> list[Line]:
    """Every metric, by label. One query."""
    own = dict(CustomMetric.objects.values_list("key", "retired_at"))
    found = [line_of(METRICS[key], live, known, own) for key in dict.fromkeys([*METRICS, *own]) if key in METRICS]
    return sorted(found, key=lambda line: (line.is_retired, line.metric.label))


def line_of(
    metric: Metric, live: Sequence[ScorecardVersion], known: Mapping[str, Known], own: Mapping[str, object]
) -> Line:
    """One metric; `own` are those made without code by key, with the moment at which each was retired."""
    users = [one for one in live if metric.key in one.engine.inputs]
    return Line(metric, users, known.get(metric.key), metric.key in own, own.get(metric.key) is not None)


def grouped(found: Sequence[Line]) -> list[tuple[str, list[Line]]]:
    """The lines by what feeds them first."""
    groups: dict[str, list[Line]] = defaultdict(list)
    for line in found:
        groups[group_of(line.metric)].append(line)
    return sorted(groups.items())


def group_of(metric: Metric) -> str:
    """What feeds a metric, as the editor of scorecards calls it too."""
    if metric.kinds == ("metric_values",):
        return OWN_GROUP
    return next((FEEDS[kind] for kind in metric.kinds if kind in FEEDS), OTHERS)
