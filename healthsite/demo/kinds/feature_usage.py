"""Use of single features every other week, for two thirds of the demo customers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from accounts.models import FeatureUsage
from healthsite.demo.catalogue import CORE, FEATURES, LATEST, LATEST_ON, PLAN_FEATURES
from healthsite.demo.kinds.usage import adopted
from healthsite.demo.lives import Life
from healthsite.demo.rows import Row

_KEPT: Final = 0.9  # share of the occasions on which a feature in use is used
_WEEKS: Final = 2


def feature_usage(life: Life) -> Iterator[Row]:
    """A row for each feature used on the customer's day of every other week."""
    if life.number % 3 == 2:
        return
    favourites, dice = _favourites(life), life.dice("feature_usage", len(FEATURES)).tolist()
    shares = adopted(life).tolist()
    use = life.level("use").tolist()
    for place, day in enumerate(life.days):
        if not life.has_turn(day, weeks=_WEEKS):
            continue
        for rank, feature in enumerate(favourites[: round(shares[place] * len(favourites))]):
            fortune = dice[place][rank]
            released = feature != LATEST or day >= life.world.day(LATEST_ON)
            users = round(life.traits.seats * use[place] * (1 - rank / len(favourites)) * (0.5 + 0.5 * fortune))
            if released and users and fortune < _KEPT:
                yield life.row(FeatureUsage, day, date=day, feature=feature, users=users, uses=users * (2 + rank % 4))


def _favourites(life: Life) -> list[str]:
    """The features of the plan, the likeliest first; core features come early."""
    plan = FEATURES[: PLAN_FEATURES[life.traits.plan_rank]]
    taste = np.random.default_rng([life.world.seed, life.number, len(plan)]).random(len(plan))
    order = np.argsort(taste - np.array([0.5 if feature in CORE else 0.0 for feature in plan]), kind="stable")
    return [plan[place] for place in order]
