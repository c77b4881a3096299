"""Metrics of whether the customer goes further into the product, or draws back from its core."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import numpy as np
from django.db.models import Count, Min, Q

from accounts.models import FeatureUsage
from accounts.numbering import Number, columned
from scoring.engine.frame import Floats
from scoring.metrics.aggregating import among, per_customer
from scoring.metrics.block import Block
from scoring.metrics.feature_days import feature_days
from scoring.metrics.feature_usage import USED, catalogue, core_use, covered, feature_rows, last_use
from scoring.metrics.metric import Quiet, Reading
from scoring.metrics.noticing import declare_noticed
from scoring.metrics.rows import Rows, Table
from scoring.metrics.weekly import WEEK, weekly
from scoring.metrics.weekly_use import growth

HISTORY_DAYS: Final = 180  # a feature not used for so long is new again
TOLD_DAYS: Final = 90  # who has tried nothing new for longer is told no more than that
FOUR_WEEKS: Final = 4


@declare_noticed(
    "days_since_new_feature",
    noted_under=("feature_adoption_rate",),
    label="Days since a new feature",
    unit="days",
    better="down",
    meaning="Days since the customer first used a feature; 90 stands for 90 and more.",
    kinds=("feature_usage",),
    window=HISTORY_DAYS,
    quiet=Quiet.COUNTS,
    validity=14,
    cite="S002-13",
)
def days_since_new_feature(block: Block, window: int) -> Reading:
    """Days since the latest first use of a feature in half a year; unknown of a customer who never used one."""
    ever = ~np.isnan(block.once(last_use))
    days = np.fmin(block.days - block.reduce(_new_uses(block, window), "date", "max"), TOLD_DAYS)
    return Reading(days, ever.astype(np.float64), possible=ever, lower_bound=days >= TOLD_DAYS)


def _new_uses(block: Block, window: int) -> Rows:
    """The first uses of features in the window, of those that were lately enough to be told."""
    days, told = feature_days(block), min(window, TOLD_DAYS)
    if days is None:
        return block.situated(_new_uses_asked(block, window))
    uses = days.first_uses(window).part(told, lambda table: table.columns["since"] < table.columns["date"] + told)
    return block.situated(uses, uses.columns["since"], uses.columns["date"] + told - 1)


def _new_uses_asked(block: Block, window: int) -> Table:
    """The same of a block of one date from the database."""
    rows = feature_rows(block).filter(USED, date__gt=block.on - timedelta(days=window)).order_by()
    first = rows.values_list("customer_id", "feature").annotate(first=Min("date"))
    new = first.filter(first__gt=block.on - timedelta(days=TOLD_DAYS))
    return Table.of(columned(new.values_list("customer_id", Number("first")), ["customer_id", "date"], FeatureUsage))


def _core_days(block: Block, before: int) -> Floats:
    """Days with a core feature in the four weeks that end so many weeks before the last; NaN = never told.

    They come from usage rows where these count core features, else from feature usage and the catalogue.
    """
    weeks = block.once(weekly)
    counted = weeks.core_days[:, before : before + FOUR_WEEKS].sum(axis=1)
    tells = weeks.core_rows[:, : 2 * FOUR_WEEKS].sum(axis=1) > 0
    counted = np.where(tells, counted, np.nan)
    if tells.all() or not any(is_core for _, _, is_core in block.once(catalogue)):
        return counted
    named = np.nan_to_num(block.once(named_core_days)[f"before_{before}"])
    return np.where(~tells & covered(block), named, counted)


def named_core_days(block: Block) -> dict[str, Floats]:
    """Days with a core feature by feature usage in the last four weeks, and the four before."""
    days = feature_days(block)
    if days is None:
        return _named_core_days_asked(block)
    figures = days.over("core_days", "sum", WEEK * FOUR_WEEKS)
    return {f"before_{weeks}": days.at(block, figures, before=WEEK * weeks) for weeks in (0, FOUR_WEEKS)}


def _named_core_days_asked(block: Block) -> dict[str, Floats]:
    """The same from the database, of customers whose usage rows do not count them; one query."""
    middle, first = (block.on - timedelta(days=WEEK * weeks) for weeks in (FOUR_WEEKS, 2 * FOUR_WEEKS))
    counts = {
        "before_0": Count("date", distinct=True, filter=core_use() & Q(date__gt=middle)),
        f"before_{FOUR_WEEKS}": Count("date", distinct=True, filter=core_use() & Q(date__lte=middle)),
    }
    weeks = block.once(weekly)
    silent = weeks.core_rows[:, : 2 * FOUR_WEEKS].sum(axis=1) == 0
    return per_customer(block, among(block, feature_rows(block), silent).filter(date__gt=first), counts)


@declare_noticed(
    "core_days_28",
    label="Core days",
    unit="days",
    better="up",
    meaning="Days of the last four weeks on which a core feature was used.",
    kinds=("usage", "feature_usage"),
    window=28,
    quiet=Quiet.ZERO,
    validity=7,
    cite="S002-13",
)
def core_days_28(block: Block, window: int) -> Reading:
    """Count of days."""
    days = _core_days(block, 0)
    return Reading(days, np.nan_to_num(days), possible=~np.isnan(days))


@declare_noticed(
    "core_days_before",
    label="Core days before",
    unit="days",
    better="up",
    meaning="Days of the four weeks before the last four on which a core feature was used.",
    kinds=("usage", "feature_usage"),
    window=28,
    quiet=Quiet.ZERO,
    validity=7,
    cite="S002-13",
)
def core_days_before(block: Block, window: int) -> Reading:
    """Count of days."""
    days = _core_days(block, FOUR_WEEKS)
    return Reading(days, np.nan_to_num(days), possible=~np.isnan(days))


@declare_noticed(
    "core_days_change",
    noted_under=("core_days_28", "core_feature_days_rate", "usage_trend"),
    label="Change of core days",
    unit="%",
    better="up",
    meaning="Days with a core feature in the last four weeks against the four before.",
    kinds=("usage", "feature_usage"),
    window=28,
    quiet=Quiet.MISSING,
    validity=7,
    cite="S002-13",
)
def core_days_change(block: Block, window: int) -> Reading:
    """100 x (days / days before - 1)."""
    before = _core_days(block, FOUR_WEEKS)
    return Reading(growth(_core_days(block, 0), before), np.nan_to_num(before))
