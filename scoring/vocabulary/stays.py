"""Who was in which lifecycle stage on a date, and for how long."""

from __future__ import annotations

from datetime import date

import numpy as np
from django.db.models import QuerySet

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
    found = dict(_stays(ids, on).values_list("customer_id", "stage")) if len(ids) else {}
    return np.array([found.get(pk, 0) for pk in ids.tolist()], np.int64)


def stages_since(ids: Ints, on: date) -> dict[int, tuple[int, date]]:
    """The stage of each customer on a date by id, and since when: what `CurrentScore` shows. One query."""
    if not len(ids):
        return {}
    rows = _stays(ids, on).values_list("customer_id", "stage", "from_on")
    return {customer: (stage, since) for customer, stage, since in rows}


def _stays(ids: Ints, on: date) -> QuerySet[Stay]:
    """The stays of a date; of several of a customer the last one counts."""
    rows = Stay.objects.filter(stretch((int(ids[0]), int(ids[-1]))), in_force(on, "from_on", "until_on"))
    return rows.order_by("from_on", "pk")
