"""Lets what the demo does through the functions of people say the moment of the past at which it was done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from django.contrib.admin.models import LogEntry
from django.db.models import Model
from django.utils import timezone

from accounts.models import Customer, Expectation
from scoring.models import Objection, Override, ScorecardVersion, Settlement

_STAMPS: Final[dict[type[Model], tuple[str, ...]]] = {
    Customer: ("facts_changed_at",),
    Expectation: ("updated_at",),
    LogEntry: ("action_time",),
    Objection: ("at",),
    Override: ("at", "ended_at"),
    ScorecardVersion: ("made_at", "published_at"),
    Settlement: ("at",),
}


@contextmanager
def dated(at: datetime) -> Iterator[None]:
    """What is written inside and says now says `at` instead."""
    began = timezone.now()
    yield
    for model, columns in _STAMPS.items():
        for column in columns:
            model._default_manager.filter(**{f"{column}__gte": began}).update(**{column: at})
