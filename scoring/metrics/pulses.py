"""The metric of how account people feel about a customer."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np
from django.db.models import Q

from accounts.business_days import end_of, start_of
from accounts.models import Pulse
from scoring.metrics.block import Block, Since
from scoring.metrics.metric import Quiet, Reading, declare
from scoring.metrics.rows import Rows

HISTORY_DAYS = 90
CODES: Final = {"red": 0.0, "yellow": 1.0, "green": 2.0}


def pulses(block: Block) -> Rows:
    """Pulses within the history."""
    table = block.table(Pulse, ["band", "at"], _lately)
    day = table.columns["at_day"]
    return block.situated(table, day, day + block.reach(HISTORY_DAYS).days - 1)


def _lately(since: Since, until: date) -> Q:
    return Q(at__gte=start_of(since(HISTORY_DAYS)), at__lt=end_of(until))


@declare(
    "pulse",
    label="Pulse",
    unit="code 0-2",
    better="up",
    meaning="How the account team feels about the customer by its latest pulse: 2 green, 1 yellow, 0 red.",
    kinds=("pulses",),
    window=HISTORY_DAYS,
    quiet=Quiet.MISSING,
    validity=HISTORY_DAYS,
    cite="S002-29",
    evidence=False,
)
def pulse(block: Block, window: int) -> Reading:
    """The code of the latest pulse in the window, whoever set it."""
    rows = block.once(pulses)
    rows = rows[rows.within("at_day", window)]
    latest, felt = rows.last("at"), np.full(len(block), np.nan)
    felt[latest.pos] = [CODES[band] for band in latest["band"]]
    return Reading(felt, block.count(rows), block.reduce(latest, "at_day", "max"))
