"""For how many customers each metric has a value now, as their current scores hold it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

import numpy as np
from django.db.models import F

from accounts.business_days import today
from accounts.models import Customer, User
from scoring.engine.frame import has_value
from scoring.models import CurrentScore, ScorecardVersion
from scoring.packing import DOUBLE

READ_AT_MOST: Final = 5000  # customers: a sample of so many has the shares of the whole


@dataclass(frozen=True, slots=True)
class Known:
    """Of so many customers that were looked at, how many have a value. `sampled`: there are more customers."""

    having: int
    of: int
    sampled: bool


def values_now(user: User) -> dict[str, Known]:
    """By metric, over the customers that a person may see; a metric that no score reads is left out. Three queries."""
    scores = CurrentScore.objects.filter(customer__in=Customer.objects.visible_to(user).active_on(today()))
    stride = -(-scores.count() // READ_AT_MOST)
    if stride > 1:
        scores = scores.annotate(place=F("customer_id") % stride).filter(place=0)
    of_version: dict[int, list[bytes]] = defaultdict(list)
    for pk, inputs in scores.values_list("version_id", "inputs"):
        of_version[pk].append(bytes(inputs))
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for pk, version in ScorecardVersion.objects.select_related("scorecard").in_bulk(of_version).items():
        keys, packed = version.engine.inputs, of_version[pk]
        rows = np.frombuffer(b"".join(packed), np.uint8).reshape(len(packed), -1)
        usable = has_value(rows[:, len(keys) * DOUBLE.itemsize :]).sum(axis=0)
        for key, having in zip(keys, usable.tolist(), strict=False):
            found[key][0] += having
            found[key][1] += len(packed)
    return {key: Known(having, of, stride > 1) for key, (having, of) in found.items()}
