"""Fields of customers by name, and nights that say what a test wants of each customer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import numpy as np
import pytest

from accounts.models import Customer
from scoring.engine.conditions import code_of
from scoring.engine.frame import Floats
from scoring.indicators.remembering import Remembered
from scoring.models import CurrentScore, Run, ScoreRecord, Stay
from scoring.nights import Ints
from scoring.scorecards.publishing import live_version
from scoring.vocabulary import staying
from tests.scoring.builders import support_scorecard

NIGHT = {"outcome": 1, "band": -1, "coverage": 0.0, "low": 0.0, "high": 100.0, "inputs": b""}


def column(*values: float | str | None) -> Floats:
    """A column as rules read it: words by their codes, None = unknown."""
    numbers = [np.nan if value is None else code_of(value) if isinstance(value, str) else value for value in values]
    return np.array(numbers, np.float64)


def of_one(**fields: float | str | None) -> dict[str, Floats]:
    """The fields of one customer."""
    return {name: column(value) for name, value in fields.items()}


class Nights:
    """Settles nights whose facts a test gives: `usual` hold of everybody unless `facts` of a customer say otherwise."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.usual: dict[str, Any] = {"tenure_days": 100, "onboarding_open_steps": 1, "onboarding_known": 1}
        self.facts: dict[int, dict[str, Any]] = {}
        patch.setattr(staying, "load_fields", self._load)

    def settle(self, on: date, *customers: Customer, purpose: str = "nightly", **facts: Any) -> int:
        """A complete night of some customers, all with these facts; run again for the same date it is the same."""
        self.facts |= {customer.pk: facts for customer in customers}
        version = live_version() or support_scorecard()
        named = "" if purpose == "nightly" else version.scorecard.key
        run, made = Run.objects.get_or_create(as_of=on, purpose=purpose, scorecard=named, version=version)
        if made:
            ScoreRecord.objects.bulk_create(
                ScoreRecord(run=run, customer=customer, version=version, **NIGHT) for customer in customers
            )
        return staying.settle(run)

    def _load(self, run: Run, ids: Ints, names: Iterable[str], earlier: Remembered | None) -> dict[str, Floats]:
        known = [{**self.usual, **self.facts.get(pk, {})} for pk in ids.tolist()]
        return {name: column(*(facts.get(name) for facts in known)) for name in names}


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
