"""Overwrites a state as an import would: the row has the new values, the change log the old ones."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from accounts.models import Change, Customer


def overwrite(kind: str, record: Any, on: date, /, **now: Any) -> None:
    """Give a record new values as observed on a day."""
    record.refresh_from_db()
    owner = record if isinstance(record, Customer) else record.customer
    for field, after in now.items():
        logged = {"before": _scalar(getattr(record, field)), "after": _scalar(after), "observed_on": on}
        Change.objects.create(kind=kind, record_id=record.pk, customer=owner, field=field, **logged)
        setattr(record, field, after)
    record.save()


def _scalar(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal | date) else value
