"""What a metric would say of one's own customers, before it is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
from django.conf import settings

from accounts.business_days import today
from accounts.models import Customer, User
from healthsite.pages.words import raw
from scoring.engine.frame import State, has_value
from scoring.loading import snapshot
from scoring.metrics.block import Block
from scoring.metrics.custom.declaring import metric_of
from scoring.metrics.custom.parsing import parse_body
from scoring.metrics.evaluating import evaluate
from scoring.models import Purpose, Run

SHOWN: Final = 20
READ_AT_MOST: Final = 1000  # customers
STATE_WORDS: Final = {
    State.FRESH: "from facts",
    State.LOWER_BOUND: "at least",
    State.CARRIED: "carried: the source is silent",
    State.SUPPLIED: "supplied",
    State.MISSING: "no data",
    State.EXPIRED: "too old",
}


@dataclass(frozen=True, slots=True)
class Trial:
    """A metric as of a date: the first customers with their value and its state, and how many have one.

    `of` customers were looked at; `more`: there are others.
    """

    on: date
    rows: list[tuple[Customer, str, str]]
    having: int
    of: int
    more: bool


def try_metric(user: User, key: str, body: Mapping[str, Any]) -> Trial:
    """Compute a metric that is not made yet, as of the last night. Raises InvalidMetric. A fixed number of queries."""
    metric, on = metric_of(key, parse_body(body, key)), _last_night()
    customers = list(Customer.objects.visible_to(user).active_on(on).order_by("pk")[: READ_AT_MOST + 1])
    read = customers[:READ_AT_MOST]
    if not read:
        return Trial(on, [], 0, 0, False)
    with snapshot():
        column = evaluate(metric, Block(np.array([one.pk for one in read], np.int64), on), metric.window)
    usable = has_value(column.states)
    order = np.argsort(~usable, kind="stable")[:SHOWN].tolist()  # those with a value first
    values = np.where(usable, column.values, np.nan)
    rows = [
        (read[i], raw(float(values[i]), metric.unit, settings.REPORTING_CURRENCY), _state(column.states[i]))
        for i in order
    ]
    return Trial(on, rows, int(usable.sum()), len(read), len(customers) > len(read))


def _state(state: Any) -> str:
    return STATE_WORDS[State(int(state))]


def _last_night() -> date:
    night = Run.objects.filter(purpose=Purpose.NIGHTLY, finished_at__isnull=False).order_by("-as_of").first()
    return night.as_of if night else today()
