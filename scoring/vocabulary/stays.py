"""Who was in which lifecycle stage on a date, and for how long."""

from __future__ import annotations

from datetime import date

import numpy as np

from accounts.history import stretch
from accounts.querysets import in_force
from scoring.engine.frame import Floats
from scoring.models import Stay
from scoring.nights import Ints
from scoring.vocabulary.placing import codes


def stage_on(ids: Ints, on: date) -> Floats:
    """The stage of each customer (ids ascending) on a date, as the code of its key (n), NaN = none. One query."""
    return codes("stage", stage_numbers_on(ids, on))


def stage_numbers_on(ids: Ints, on: date) -> Ints:
    """The number of each customer's stage on a date (n), 0 = none. One query."""
    found = {customer: stage for customer, stage, _ in _stays(ids, on)}
    return np.array([found.get(pk, 0) for pk in ids.tolist()], np.int64)


def stages_since(ids: Ints, on: date) -> dict[int, tuple[int, date]]:
    """The stage of each customer on a date by id, and since when: what `CurrentScore` shows. One query."""
    return {customer: (stage, since) for customer, stage, since in _stays(ids, on)}


def _stays(ids: Ints, on: date) -> list[tuple[int, int, date]]:
    if not len(ids):
        return []
    rows = Stay.objects.filter(stretch((int(ids[0]), int(ids[-1]))), in_force(on, "from_on", "until_on"))
    return list(rows.order_by("from_on", "pk").values_list("customer_id", "stage", "from_on"))
