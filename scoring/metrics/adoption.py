"""Metrics of how much of the product is used: features, core features."""

from __future__ import annotations

import numpy as np

from scoring.engine.frame import Bools, Floats
from scoring.metrics.block import Block
from scoring.metrics.feature_usage import available, catalogue, covered, features_in, measured
from scoring.metrics.metric import Quiet, Reading, declare, share
from scoring.metrics.usage import figure, known


def used(block: Block, window: int) -> tuple[Floats, Floats, Bools]:
    """Features used, rows that tell of them, and whether that can be told.

    They are counted by name where feature usage covers the customer, else as usage rows count them.
    """
    named, found = covered(block), block.once(features_in(window))
    most = figure(block, "max", "features_used", window)
    sample = np.where(named, np.nan_to_num(found["rows"]), ~np.isnan(most))
    possible = np.where(named, measured(found), known(block, "max", "features_used", window))
    return np.where(named, found["features"], most), sample, possible


@declare(
    "features_used",
    label="Features used",
    unit="features",
    better="up",
    meaning="Different features used in the window.",
    kinds=("feature_usage", "usage"),
    window=30,
    follows_period=True,
    quiet=Quiet.ZERO,
    validity=14,
    cite="S004-10, S004-15",
)
def features_used(block: Block, window: int) -> Reading:
    """Distinct features with uses, or the most that usage rows count on any day."""
    value, sample, possible = used(block, window)
    return Reading(value, sample, possible=possible)


@declare(
    "feature_adoption_rate",
    label="Feature adoption",
    unit="%",
    better="up",
    meaning="Share of the features open to the customer that it used in the window.",
    kinds=("feature_usage", "usage"),
    window=30,
    follows_period=True,
    quiet=Quiet.ZERO,
    validity=14,
    cite="S002-1, S003-2, S004-9, S004-15",
)
def feature_adoption_rate(block: Block, window: int) -> Reading:
    """100 x features used / features available; the most used on one day is a lower bound of those used in a window."""
    value, sample, possible = used(block, window)
    whole = available(block)
    lower_bound = ~covered(block) & ~np.isnan(value)
    return Reading(share(value, whole), sample, possible=possible & (whole > 0), lower_bound=lower_bound)


@declare(
    "core_feature_days_rate",
    label="Days with core features",
    unit="% of active days",
    better="up",
    meaning="Share of the active days on which at least one core feature was used.",
    kinds=("usage", "feature_usage"),
    window=28,
    quiet=Quiet.ZERO,
    validity=14,
    cite="S002-1, S004-10",
)
def core_feature_days_rate(block: Block, window: int) -> Reading:
    """100 x active days with a core feature / active days, 0 without an active day.

    Core days come from usage rows where these count core features, else from feature usage and the catalogue. Days in
    both tables are taken to overlap: in sound data whoever uses a feature is an active user.
    """
    came, counted = figure(block, "sum", "login_day", window), figure(block, "sum", "core_day", window)
    found = block.once(features_in(window))
    named = covered(block) & any(is_core for _, _, is_core in block.once(catalogue)) & measured(found)
    core = np.where(np.isnan(counted) & named, np.nan_to_num(found["core_days"]), counted)
    active = np.fmax(came, found["use_days"])
    sample = np.fmax(~np.isnan(came), np.nan_to_num(found["rows"]))
    rate = np.where(active > 0, share(core, active), core)
    return Reading(rate, sample, possible=named | known(block, "sum", "core_day", window))
