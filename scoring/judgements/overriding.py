"""Overrides: a person sets a customer's score for a while; the automatic one goes on beneath (D14)."""

from __future__ import annotations

from datetime import date

import numpy as np

from accounts.business_days import end_of
from accounts.history import stretch
from scoring.engine.frame import Floats
from scoring.models import Override
from scoring.nights import Ints


def overrides_on(ids: Ints, on: date) -> Floats:
    """The scores that hold by hand on a date (n, ids ascending), NaN = none; made by the end of it. One query."""
    rows = Override.objects.filter(stretch((int(ids[0]), int(ids[-1]))), from_on__lte=on, until_on__gt=on, at__lt=end_of(on))
    found = dict(rows.order_by("at", "pk").values_list("customer_id", "score"))
    return np.array([found.get(pk, np.nan) for pk in ids.tolist()], np.float64)
