"""Fields of customers by name, and nights that say what a test wants of their customers."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
from django.db import transaction

from accounts.history import EVERYBODY
from accounts.models import Customer
from scoring.engine.conditions import code_of
from scoring.engine.frame import Floats
from scoring.models import CurrentScore, Stay
from scoring.scorecards.publishing import live_version
from scoring.vocabulary.moving import Stays
from scoring.vocabulary.staying import settle
from scoring.vocabulary.stepping import stage_fields
from tests.scoring.builders import support_scorecard

NIGHT = {"outcome": 1, "band": -1, "coverage": 0.0, "low": 0.0, "high": 100.0, "inputs": b""}


def column(*values: float | str | None) -> Floats:
    """A column as rules read it: words by their codes, None = unknown."""
    numbers = [np.nan if value is None else code_of(value) if isinstance(value, str) else value for value in values]
    return np.array(numbers, np.float64)


def of_one(**fields: float | str | None) -> dict[str, Floats]:
    """The fields of one customer."""
    return {name: column(value) for name, value in fields.items()}


USUAL: dict[str, Any] = {"tenure_days": 100, "onboarding_open_steps": 1, "onboarding_known": 1}


def night(on: date, *customers: Customer, **facts: Any) -> int:
    """A night of some customers, all with these facts, else the usual ones; who else is a customer is not scored."""
    ids = np.array(sorted(customer.pk for customer in customers))
    active = np.array(list(Customer.objects.active_on(on).values_list("pk", flat=True)))
    columns = {name: column(*[(USUAL | facts).get(name)] * len(ids)) for name in stage_fields()}
    with transaction.atomic():
        return settle(on, Stays.read(EVERYBODY, on), active, [(ids, columns)])


def show_current(customer: Customer, on: date, **fields: Any) -> CurrentScore:
    """A current score of a date that says no stage yet."""
    version = live_version() or support_scorecard()
    return CurrentScore.objects.create(
        customer=customer, version=version, as_of=on, calculated_at=f"{on} 12:00Z", **{**NIGHT, **fields}
    )


def stays(customer: Customer) -> list[tuple[int, date, date | None]]:
    """The stays of a customer, the earliest first: stage, from, until."""
    rows = Stay.objects.filter(customer=customer).order_by("from_on", "pk")
    return list(rows.values_list("stage", "from_on", "until_on"))
