"""The cast of the tests: Alice leads a team, Bob is on it, Charlie is elsewhere; and short makers of records."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any, TypeVar

from django.db import models

from accounts.models import Assignment, Customer, CustomerPeriod, Source, Team, User

START = date(2025, 1, 1)
_numbers = count(1)
Row = TypeVar("Row", bound=models.Model)


def make_source(name: str = "crm", **fields: Any) -> Source:
    """A source, the same for the same name."""
    return Source.objects.get_or_create(name=name, defaults=fields)[0]


def make_customer(
    name: str = "", *, source: Source | None = None, since: date | None = START, **fields: Any
) -> Customer:
    """A customer in an open period since `since`; None makes a prospect."""
    number = next(_numbers)
    customer = Customer.objects.create(
        source=source or make_source(),
        external_id=fields.pop("external_id", f"C-{number}"),
        name=name or f"Customer {number}",
        customer_since=since,
        **fields,
    )
    if since:
        CustomerPeriod.objects.create(customer=customer, started_on=since)
    return customer


def make_user(name: str, role: str = "csm", team: Team | None = None, **fields: Any) -> User:
    """A user who can log in with the password `a-long-password`."""
    return User.objects.create_user(
        f"{name.lower()}@example.com", "a-long-password", name=name, role=role, team=team, **fields
    )


def give(customer: Customer, user: User, role: str = "csm", **fields: Any) -> Assignment:
    """Let a user look after a customer."""
    return Assignment.objects.create(customer=customer, user=user, role=role, **fields)


def make_row(model: type[Row], customer: Customer, *, source: Source | None = None, **fields: Any) -> Row:
    """A record of a customer; an identity is made up where the model has one and none is given."""
    if hasattr(model, "external_id") and model.__name__ != "FeatureUsage":
        fields.setdefault("external_id", f"{model.__name__}-{next(_numbers)}")
    return model._default_manager.create(customer=customer, source=source or make_source(), **fields)
