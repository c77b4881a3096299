"""Whether a stay in a stage is on track, behind or stuck (library 4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

import numpy as np

from scoring.models import Stay
from scoring.vocabulary.placing import holds
from scoring.vocabulary.stepping import Stages


class Pace(StrEnum):
    """How a stay goes."""

    ON_TRACK = "on track"
    BEHIND = "behind"
    STUCK = "stuck"


def pace(stay: Stay, size: float, on: date, facts: Mapping[str, float]) -> Pace:
    """The pace of an open stay on a date for a customer of a size (1 small, 2 mid-market, 3 enterprise, NaN unknown).

    Onboarding is behind after the days it is expected to take and stuck after half as many again; Growth is behind
    after a year; Renewal is behind without a renewal opportunity 90 days ahead, and stuck when at the notice date, or
    without one at the renewal, nobody negotiates. `facts` are the fields that those rules read beside the stay itself.
    """
    stages = Stages()
    entry = stages.by_number.get(stay.stage)
    days = np.array([float((on - stay.from_on).days)])
    known = {name: np.array([value]) for name, value in facts.items()}
    fields = {**known, **stages.of_stay(np.array([stay.stage]), days, np.array([size]))}
    if entry and holds(entry.rules.get("stuck"), fields)[0]:
        return Pace.STUCK
    return Pace.BEHIND if entry and holds(entry.rules.get("behind"), fields)[0] else Pace.ON_TRACK
