"""How a customer stands among its peers: the share of a chosen group that it does better than.

A group may hold customers that the viewer cannot see: it shows counts and percentiles, never a name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from django.db.models import Count, F, Q, QuerySet

from accounts.models import Customer, User
from accounts.models.customers import Size
from scoring.definitions import every_entry
from scoring.engine.frame import Floats
from scoring.engine.version import Version
from scoring.explaining import Explained
from scoring.models import CurrentScore, Policy
from scoring.packing import rescore_all

MOST_RESCORED: Final = 2000  # of a larger group so many, spread evenly, are compared component by component
GROUPS: Final[Mapping[str, str]] = {
    "all": "Everybody",
    "industry": "Same industry",
    "size": "Same size",
    "region": "Same region",
    "stage": "Same stage",
    "mine": "My portfolio",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """A score or a component among the peers: own points, percentile (0-100, None = no points), how many compared."""

    label: str
    points: float | None
    percentile: float | None
    compared: int


@dataclass(frozen=True, slots=True)
class Peers:
    """A group without the customer: its name and size, how many were left out as scored by another version.

    Without `standings` it has too few members: fewer than `least`, or the customer has no such group.
    """

    name: str
    size: int
    left_out: int
    least: int
    standings: tuple[Standing, ...]

    @property
    def is_compared(self) -> bool:
        """Whether the group is large enough."""
        return bool(self.standings)


def stage_of(explained: Explained) -> int:
    """The number of the stage that the current score shows, 0 = none; a score of the past shows none."""
    return explained.stored.stage if isinstance(explained.stored, CurrentScore) else 0


def group_name(customer: Customer, stage: int, choice: str) -> str:
    """What a group is called: “Industry Retail”; empty where the customer has nothing to be grouped by. One query at
    most."""
    if choice == "size":
        return f"Size {Size(customer.size).label}" if customer.size else ""
    if choice == "stage":
        titles = {entry.number: entry.title for entry in every_entry("stage")}
        return f"Stage {titles.get(stage, stage)}" if stage else ""
    if choice in ("industry", "region"):
        value = getattr(customer, choice)
        return f"{choice.capitalize()} {value}" if value else ""
    return "Everybody" if choice == "all" else "My portfolio"


def peers(customer: Customer, explained: Explained, choice: str, user: User) -> Peers:
    """The customer's current score among a group. Four queries, and at most `MOST_RESCORED` scores made again."""
    stage = stage_of(explained)
    least, name = Policy.current().peers_least, group_name(customer, stage, choice)
    if not name or explained.stored.score is None:
        return Peers(name, 0, 0, least, ())
    others = _group(customer, stage, choice, user).filter(score__isnull=False).exclude(pk=customer.pk)
    same, score = Q(version_id=explained.stored.version_id), explained.stored.score
    found = others.aggregate(
        size=Count("pk", filter=same),
        left_out=Count("pk", filter=~same),
        below=Count("pk", filter=same & Q(score__lt=score)),
        ties=Count("pk", filter=same & Q(score=score)),
    )
    size: int = found["size"]
    if size < least:
        return Peers(name, size, found["left_out"], least, ())
    whole = Standing("Health", score, 100.0 * (found["below"] + found["ties"] / 2) / size, size)
    return Peers(name, size, found["left_out"], least, (whole, *_components(explained, others.filter(same), size)))


def percentile(own: float, others: Floats) -> float:
    """The share of others (0-100) strictly below, ties counted half; NaN among them are left out. Needs one other."""
    known = others[~np.isnan(others)]
    return float(100.0 * ((known < own).sum() + (known == own).sum() / 2) / len(known))


def _group(customer: Customer, stage: int, choice: str, user: User) -> QuerySet[CurrentScore]:
    scores = CurrentScore.objects.all()
    if choice == "mine":
        return scores.filter(customer__in=Customer.objects.visible_to(user))
    if choice == "stage":
        return scores.filter(stage=stage)
    if choice in ("industry", "size", "region"):
        return scores.filter(**{f"customer__{choice}": getattr(customer, choice)})
    return scores


def _components(explained: Explained, others: QuerySet[CurrentScore], size: int) -> list[Standing]:
    """Where each component stands among those who have points in it."""
    every = -(-size // MOST_RESCORED)
    rows = list(
        others.annotate(place=F("customer_id") % every).filter(place=0).values_list("customer_id", "inputs")
        if every > 1
        else others.values_list("customer_id", "inputs")
    )
    engine: Version = explained.version.engine
    theirs = rescore_all([pk for pk, _ in rows], [inputs for _, inputs in rows], engine).component_points
    mine = explained.scored.component_points[0]
    return [_standing(component.label, float(mine[c]), theirs[:, c]) for c, component in enumerate(engine.components)]


def _standing(label: str, own: float, others: Floats) -> Standing:
    compared = int((~np.isnan(others)).sum())
    if np.isnan(own) or not compared:
        return Standing(label, None if np.isnan(own) else own, None, compared)
    return Standing(label, own, percentile(own, others), compared)
