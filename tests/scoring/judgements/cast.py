"""A scored customer with a CSM, on the morning after the last night: what the tests of judgements are about."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from accounts.models import Customer, Pulse, User
from accounts.noting import set_pulse
from scoring.models import CurrentScore, Override
from tests.cast import give, make_user
from tests.healthsite.pages.world import NOW, customer_at, live, score

DAY: Final = timedelta(days=1)
TODAY: Final = NOW.date()


def scored(points: float = 60, csm: User | None = None, **fields: Any) -> Customer:
    """A customer with so many points: red below 50, yellow below 75, else green."""
    live()
    customer = customer_at(points, **fields)
    if csm:
        give(customer, csm)
    score()
    return customer


def bob() -> User:
    """A CSM."""
    return make_user("Bob")


def pulse(customer: Customer, by: User, band: str = "red", days_ago: float = 0) -> Pulse:
    """A pulse of so many days ago."""
    return set_pulse(customer=customer, by=by, band=band, at=NOW - days_ago * DAY, reason="Silent")


def in_colour(customer: Customer, role: str) -> None:
    """Let the current score have another colour."""
    CurrentScore.objects.filter(customer=customer).update(role=role)


def stored_override(customer: Customer, by: User, from_on: date, until_on: date, **fields: Any) -> Override:
    """An override as it stands in the table."""
    usual: dict[str, Any] = {"score": 80.0, "reason": "We know better", "at": NOW, "automatic": 60.0}
    return Override.objects.create(customer=customer, by=by, from_on=from_on, until_on=until_on, **{**usual, **fields})
