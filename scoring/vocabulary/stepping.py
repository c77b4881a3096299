"""The way of a customer through the lifecycle stages, one step a night; pure (library 4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from scoring.definitions import Entry, entries
from scoring.engine.conditions import Fields
from scoring.engine.frame import Bools, Floats
from scoring.metrics.worth import ENTERPRISE, MID_MARKET, SMALL
from scoring.nights import Ints
from scoring.vocabulary.placing import count_of, holds

ONBOARDING, GROWTH, MATURE, RENEWAL = 1, 2, 3, 4  # numbers of the definitions
MOST_STEPS: Final = 4  # into the stage where somebody belongs who was never placed
SIZES: Final = {SMALL: "small", MID_MARKET: "mid_market", ENTERPRISE: "enterprise"}
OTHER: Final = "other"
# What rules of stages read of the stay itself: how long it has lasted, how many days longer than expected, and what
# share of the expected days that is, in percent.
DAYS_IN, DAYS_OVER, SHARE_OVER = "days_in_stage", "days_over", "share_over"
OF_STAY: Final = (DAYS_IN, DAYS_OVER, SHARE_OVER)


class Stages:
    """The stages as the definitions have them now."""

    def __init__(self) -> None:
        self.by_number: dict[int, Entry] = {entry.number: entry for entry in entries("stage")}

    def enters(self, stage: int, fields: Fields) -> Bools:
        """Where the rule to enter a stage holds (n); nowhere where the stage is switched off."""
        entry = self.by_number.get(stage)
        return holds(entry.rules.get("enter") if entry else None, fields)

    def leaves(self, stage: int, fields: Fields) -> Bools:
        """Where the rule to leave a stage holds and the one to enter it does not (n); a stage switched off is left."""
        entry = self.by_number.get(stage)
        if entry is None:
            return np.ones(count_of(fields), np.bool_)
        return holds(entry.rules.get("leave"), fields) & ~self.enters(stage, fields)

    def of_stay(self, stage: Ints, days: Floats, size: Floats) -> dict[str, Floats]:
        """The fields of stays that have lasted so many days (n)."""
        expected = np.full(len(stage), np.nan)
        for number, entry in self.by_number.items():
            expected = np.where(stage == number, expected_days(entry, size), expected)
        over = days - expected
        return {DAYS_IN: days, DAYS_OVER: over, SHARE_OVER: 100.0 * over / expected}


def step(stage: Ints, before: Ints, fields: Fields, stages: Stages) -> Ints:
    """The stage after one night (n). `before` is the stage to which somebody goes back whose renewal is settled."""
    after = stage.copy()
    steady = (stage == GROWTH) | (stage == MATURE)
    moves = (
        ((stage == ONBOARDING) & stages.leaves(ONBOARDING, fields), GROWTH),
        ((stage == GROWTH) & stages.leaves(GROWTH, fields), MATURE),
        ((stage == MATURE) & stages.enters(GROWTH, fields), GROWTH),
        (steady & stages.enters(RENEWAL, fields), RENEWAL),
    )
    for who, target in moves:
        if target in stages.by_number:
            after[who] = target
    return np.where((stage == RENEWAL) & stages.leaves(RENEWAL, fields), before, after)


def first_stage(fields: Fields, stages: Stages) -> Ints:
    """Where somebody belongs who was never placed (n): as far from Onboarding as the rules lead in one night."""
    count = count_of(fields)
    stage, growth = np.full(count, ONBOARDING, np.int64), np.full(count, GROWTH, np.int64)
    for _ in range(MOST_STEPS):
        # Who has come this far was never in Renewal, so that nobody goes back out of it tonight.
        stage = np.where(stage == RENEWAL, stage, step(stage, growth, fields, stages))
    return stage


def expected_days(entry: Entry, size: Floats) -> Floats:
    """How long a stay is expected to last for customers of these sizes (n), NaN where nothing is said."""
    said: Mapping[str, float] = entry.body.get("expected_days") or {}
    found = np.full(len(size), float(said.get(OTHER, np.nan)))
    for code, word in SIZES.items():
        found[size == code] = said.get(word, said.get(OTHER, np.nan))
    return found


def stage_fields() -> frozenset[str]:
    """The names of all fields that the rules of stages read, apart from those of the stay itself."""
    read = frozenset().union(*(entry.fields() for entry in entries("stage")))
    return (read | {"size", "tenure_days"}) - {*OF_STAY}
