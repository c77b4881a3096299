"""What rows of feature usage add up to, and which features there are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from typing import Any, Final

import numpy as np
from django.db.models import Count, Max, Q, QuerySet, Sum

from accounts.models import Feature, FeatureUsage
from scoring.engine.frame import Bools, Floats
from scoring.metrics.aggregating import SOURCES, among, joined, per_customer
from scoring.metrics.block import Block
from scoring.metrics.covering import last_heard
from scoring.metrics.daily import Days, How
from scoring.metrics.feature_days import feature_days
from scoring.metrics.metric import parameter
from scoring.metrics.subscriptions import plan_rank

USED = Q(uses__gt=0)
RECENT = 30  # days in which most customers have a row; older history is asked for only of the others
LOWEST_RANK = 1
# How what happened on days adds up over a window.
COUNTED: Final[dict[str, How]] = {"rows": "sum", "use_days": "sum", "core_days": "sum", "last_use": "max"}


def feature_rows(block: Block) -> QuerySet[Any]:
    """All feature usage of the customers of a block of one date by then."""
    return block.of_customers(FeatureUsage).filter(date__lte=block.on)


def core_use() -> Q:
    """The condition that a row tells of the use of a core feature."""
    return USED & Q(feature__in=Feature.objects.filter(is_core=True).values("feature"))


def covered(block: Block) -> Bools:
    """Where a source of feature usage covers the customer: then its silence is an answer."""
    return ~np.isnan(last_heard(block, "feature_usage"))


def measured(found: dict[str, Floats]) -> Bools:
    """False where rows of features arrived that say nothing of how often: whether they were used is not known."""
    return ~(found["rows"] == 0)


@cache  # a block keeps what a loader made by the loader itself, so that a window must have the same one each time
def features_in(window: int) -> Callable[[Block], dict[str, Floats]]:
    """The loader of what was used in a window; NaN for customers without a row in it.

    rows with a number of uses, distinct features, days of use, days with a core feature, and the latest day of use.
    """

    def load(block: Block) -> dict[str, Floats]:
        days = feature_days(block)
        if days is None:
            return _features_asked(block, window)
        found = {name: days.at(block, days.over(name, how, window)) for name, how in COUNTED.items()}
        features = days.at(block, days.features(window))
        return {**found, "features": np.where(np.isnan(found["rows"]), np.nan, features)}

    return load


def _features_asked(block: Block, window: int) -> dict[str, Floats]:
    """The same from the database."""
    asked = {
        "rows": Count("uses"),
        "features": Count("feature", distinct=True, filter=USED),
        "use_days": Count("date", distinct=True, filter=USED),
        "core_days": Count("date", distinct=True, filter=core_use()),
        "last_use": Max("date", filter=USED),
    }
    return per_customer(block, feature_rows(block).filter(date__gt=block.on - timedelta(days=window)), asked)


def last_use(block: Block) -> Floats:
    """The latest day of use of each customer, NaN where there never was one."""
    days = feature_days(block)
    if days is None:
        recent, until = block.once(features_in(RECENT))["last_use"], block.on - timedelta(days=RECENT)
    else:
        recent, until = days.at(block, days.latest_use()), date.fromordinal(days.first - 1)
    older = among(block, block.of_customers(FeatureUsage).filter(USED, date__lte=until), np.isnan(recent))
    return np.fmax(recent, per_customer(block, older, {"last": Max("date")})["last"])


@cache
def working_uses(window: int) -> Callable[[Block], dict[str, Floats]]:
    """The loader of uses on working days: `uses_now` in the window, `uses_before` in the one before.

    With them the latest such day, and the sources (least and greatest id).
    """

    def load(block: Block) -> dict[str, Floats]:
        days = feature_days(block)
        if days is None:
            return _working_uses_asked(block, window)
        parts = []
        for calendar, who in block.working_days:
            found = _working_uses_of(block, days.working(calendar), window)
            parts.append({name: np.where(who, figure, np.nan) for name, figure in found.items()})
        return joined(parts)

    return load


def _working_uses_of(block: Block, worked: Days, window: int) -> dict[str, Floats]:
    """Of all customers, as if each had the calendar of these days."""
    uses = worked.over("uses", "sum", window)
    return {
        "uses_now": worked.at(block, uses),
        "uses_before": worked.at(block, uses, before=window),
        "last": worked.at(block, worked.over("date", "max", 2 * window)),
        "first_source": worked.at(block, worked.over("first_source", "min", 2 * window)),
        "last_source": worked.at(block, worked.over("last_source", "max", 2 * window)),
    }


def _working_uses_asked(block: Block, window: int) -> dict[str, Floats]:
    """The same from the database."""
    start = block.on - timedelta(days=window)
    asked = {
        "uses_now": Sum("uses", filter=Q(date__gt=start)),
        "uses_before": Sum("uses", filter=Q(date__lte=start)),
        "last": Max("date"),
        **SOURCES,
    }
    parts = []
    for calendar, who in block.working_days:
        days = calendar.within(start - timedelta(days=window - 1), block.on)
        parts.append(per_customer(block, among(block, feature_rows(block), who).filter(date__in=days), asked))
    return joined(parts)


# -- the catalogue -----------------------------------------------------------------------------------------------------


def catalogue(block: Block) -> list[tuple[int | None, date | None, bool]]:
    """Every feature: its lowest plan rank, when it was released, and whether it is a core one."""
    return list(Feature.objects.order_by().values_list("min_plan_rank", "released_on", "is_core"))


def available(block: Block) -> Floats:
    """How many features each customer could use: released by the date, and in its plan.

    A customer of unknown plan counts as on the lowest. Without a catalogue it is the number that was frozen in the
    version; NaN where neither is known (X35).
    """
    features = block.once(catalogue)
    if not features:
        return np.full(len(block), parameter(block.parameters, "features_available"))
    ranks = np.array([rank or 0 for rank, _, _ in features])
    released = np.array([day.toordinal() if day else 0 for _, day, _ in features])
    rank = np.nan_to_num(plan_rank(block), nan=LOWEST_RANK)
    is_open = (ranks <= rank[:, np.newaxis]) & (released <= block.days[:, np.newaxis])
    return is_open.sum(axis=1).astype(np.float64)
