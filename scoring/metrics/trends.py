"""Metrics of how use changes from one window to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from accounts.models import FeatureUsage, Usage
from scoring.engine.frame import Bools, Floats
from scoring.metrics.block import Block
from scoring.metrics.expectations import muted, profile
from scoring.metrics.feature_usage import working_uses
from scoring.metrics.metric import Quiet, Reading, declare
from scoring.metrics.silence import heard_days, stretched
from scoring.metrics.usage import last_row, row_days, sources
from scoring.metrics.working import working, working_sums


@dataclass(frozen=True, slots=True)
class Pair:
    """What n customers used on working days in a window and the one before: sums, and means per day heard of."""

    now: Floats
    before: Floats
    mean_now: Floats
    mean_before: Floats
    last: Floats

    @property
    def complete(self) -> Bools:
        """Where both windows have rows that measure it."""
        return ~np.isnan(self.now) & ~np.isnan(self.before)


def pair_of(sums: Mapping[str, Floats], column: str, weights: Floats, last: Floats) -> Pair:
    """A pair from the sums of a column and the weight of each day (n x two windows), 0 where it does not count."""
    window = weights.shape[1] // 2
    now, before = sums[f"{column}_now"], sums[f"{column}_before"]
    days_before, days_now = weights[:, :window].sum(axis=1), weights[:, window:].sum(axis=1)
    return Pair(now, before, _ratio(now, days_now), _ratio(before, days_before), last)


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)


def usage_pairs(block: Block, columns: Sequence[str], window: int, levels: Floats) -> list[Pair]:
    """Pairs of usage columns. Days on which the customer's sources sent nothing of anybody do not count."""
    sums = block.once(working_sums(window))
    heard = heard_days(block, Usage, sources(block, sums), 2 * window)
    weights = weighed(working(block, 2 * window) & stretched(heard, row_days(block)), levels)
    return [pair_of(sums, column, weights, last_row(block)) for column in columns]


def uses_pair(block: Block, window: int, levels: Floats) -> Pair:
    """The pair of uses of features."""
    sums = block.once(working_uses(window))
    heard = heard_days(block, FeatureUsage, (sums["first_source"], sums["last_source"]), 2 * window)
    return pair_of(sums, "uses", weighed(working(block, 2 * window) & heard, levels), sums["last"])


def weighed(days: Bools, levels: Floats) -> Floats:
    """The weight of each day that counts: its expected level where all have one, so that seasons cancel, else 1."""
    seasonal = ~(days & np.isnan(levels)).any(axis=1, keepdims=True)
    return np.where(days, np.where(seasonal, levels, 1.0), 0.0)


def change(pairs: Sequence[Pair]) -> Reading:
    """100 x (mean / mean before - 1) of the first pair with rows in both windows; the sample is the sum before."""
    chosen = [pair.complete for pair in pairs]
    growth = np.select(chosen, [_ratio(pair.mean_now, pair.mean_before) for pair in pairs], np.nan)
    before = np.select(chosen, [pair.before for pair in pairs])
    last = np.select(chosen, [pair.last for pair in pairs], np.nan)
    return Reading(100.0 * (growth - 1), before, last)


@declare(
    "login_trend",
    label="Login trend",
    unit="%",
    better="up",
    meaning="Change in logins per working day against the window before.",
    kinds=("usage",),
    window=28,
    quiet=Quiet.MISSING,
    minimum=20,
    validity=7,
    cite="S004-9, S002-10",
)
def login_trend(block: Block, window: int) -> Reading:
    """Change of logins per working day, else of active users; holidays and days the feed was silent do not count."""
    plain = np.full((len(block), 2 * window), np.nan)
    return change(usage_pairs(block, ["logins", "active_users"], window, plain))


@declare(
    "usage_trend",
    label="Usage trend",
    unit="%",
    better="up",
    meaning="Change in use per working day against the window before.",
    kinds=("usage", "feature_usage"),
    window=28,
    quiet=Quiet.MISSING,
    minimum=20,
    validity=7,
    cite="S004-10, S000-11",
)
def usage_trend(block: Block, window: int) -> Reading:
    """Change of minutes per working day, else of actions, else of uses of features.

    Where expectations of this metric give a level for every day of both windows, each window is divided by its own:
    a season is no decline. An empty one mutes the metric.
    """
    levels = profile(block, "usage_trend", 2 * window)
    pairs = [*usage_pairs(block, ["minutes", "actions"], window, levels), uses_pair(block, window, levels)]
    reading = change(pairs)
    return Reading(reading.value, reading.sample, reading.last, ~muted(block, "usage_trend"))
