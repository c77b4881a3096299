"""Nights made by hand: records and fields of customers as a test says, instead of facts that were scored.

`night({customer: {"score": 25, "churn_risk": 1}})` scores and reacts. Who has no "score" is not scored; fields that are
not named are unknown. `role` codes: 0 red, 1 yellow, 2 green.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from accounts.business_days import end_of
from accounts.models import Customer, User
from playbooks.models import Episode, Play, Reaction
from playbooks.running import react
from scoring.engine.frame import Floats
from scoring.models import Purpose, Run, ScorecardVersion, ScoreRecord
from tests.cast import give, make_customer, make_user
from tests.healthsite.pages.world import live

D = date(2025, 9, 1)  # the first night, a Monday
Numbers = Mapping[str, float]
WELL: Numbers = {"score": 80, "role": 2, "role_before": 2, "churn_risk": 0, "emergency": 0, "above_emergency": 60}
WARY: Numbers = {**WELL, "score": 60, "role": 1, "role_before": 1, "above_emergency": 40}
RED: Numbers = {**WELL, "score": 40, "role": 0, "role_before": 0, "churn_risk": 1, "above_emergency": 20}
EMERGENCY: Numbers = {**RED, "score": 10, "emergency": 1, "above_emergency": -10}


class Nights:
    """The nights of a test, one after the other from D on."""

    def __init__(self) -> None:
        self.version: ScorecardVersion = live()
        self.numbers: dict[tuple[date, int], Numbers] = {}
        self.next = D

    def load(self, run: Run, ids: Iterable[int], names: Iterable[str]) -> dict[str, Floats]:
        """Stands in for scoring.fields.load_fields."""
        rows = [self.numbers.get((run.as_of, int(pk)), {}) for pk in ids]
        return {name: np.array([row.get(name, np.nan) for row in rows], dtype=np.float64) for name in names}

    def scored(self, customers: Mapping[Customer, Numbers], on: date | None = None) -> Run:
        """A finished nightly run; without a date of the night after the last one."""
        on = on or self.next
        self.next = on + timedelta(days=1)
        run = Run.objects.create(
            as_of=on, purpose=Purpose.NIGHTLY, version=self.version, started_at=end_of(on), finished_at=end_of(on)
        )
        for customer, numbers in customers.items():
            self.numbers[on, customer.pk] = numbers
        ScoreRecord.objects.bulk_create(self._record(run, *pair) for pair in customers.items())
        return run

    def _record(self, run: Run, customer: Customer, numbers: Numbers) -> ScoreRecord:
        score = numbers.get("score")
        return ScoreRecord(
            run=run,
            customer=customer,
            version=self.version,
            outcome=0 if score is not None else 1,
            score=score,
            band=-1,
            coverage=1.0,
            low=0.0,
            high=100.0,
            inputs=b"",
        )

    def __call__(self, customers: Mapping[Customer, Numbers], *, fires: bool | None = None) -> Reaction:
        """Score a night and react to it."""
        return react(self.scored(customers), fires=fires)

    def several(self, count: int, customers: Mapping[Customer, Numbers]) -> None:
        """So many nights with the same numbers."""
        for _ in range(count):
            self(customers)

    @property
    def last(self) -> date:
        """The date of the last night."""
        return self.next - timedelta(days=1)


@pytest.fixture
def night(db: None, monkeypatch: pytest.MonkeyPatch) -> Nights:
    """Nights by hand, with the library that comes with the product."""
    nights = Nights()
    monkeypatch.setattr("playbooks.loading.load_fields", nights.load)
    monkeypatch.setattr("playbooks.starting.load_fields", nights.load)
    return nights


@pytest.fixture
def bob(db: None) -> User:
    """A CSM, and with him everybody else whom a step could name."""
    return make_user("Bob")


@pytest.fixture
def acme(bob: User) -> Customer:
    """A customer of Bob."""
    customer = make_customer("Acme")
    give(customer, bob)
    return customer


def plays(customer: Customer, **fields: Any) -> list[str]:
    """Keys of a customer's plays in the order in which they began; with `outcome=""` the open ones."""
    return list(Play.objects.filter(customer=customer, **fields).order_by("pk").values_list("playbook__key", flat=True))


def alerts(customer: Customer) -> list[str]:
    """Rules of the alerts about a customer."""
    return list(Episode.objects.alerts().filter(customer=customer).order_by("pk").values_list("rule", flat=True))


Make = Callable[[], Customer]
