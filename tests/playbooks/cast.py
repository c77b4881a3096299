"""Tasks for the tests, as a night would have made them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from accounts.models import Customer, User
from playbooks.models import Task

NOW = datetime(2025, 10, 1, 9, tzinfo=UTC)  # a Wednesday, when the site opens


def make_task(customer: Customer, assignee: User, **fields: Any) -> Task:
    """An open task without events; due at NOW unless said otherwise."""
    given = {"title": "Call them", "due_at": NOW, "created_at": NOW, **fields}
    return Task.objects.create(customer=customer, assignee=assignee, **given)
