"""Sets a customer's lifecycle stage by hand, with a reason, and gives it back to the rules."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from django.db import transaction
from django.utils import timezone

from accounts.models import Customer, User
from accounts.noting import allow, stamp
from scoring.definitions import entries
from scoring.models import Stay
from scoring.vocabulary.moving import is_held
from scoring.vocabulary.showing import show

MOST_REASON: Final = 2000  # characters
LONGEST: Final = timedelta(days=730)


class NotSet(ValueError):
    """A stage that cannot be set; `errors` has a message for each field."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors


def set_stage(
    *, customer: Customer, stage: str, reason: str, by: User, on: date, expires_on: date | None = None
) -> Stay:
    """Put a customer into the stage with this key from a date on; from `expires_on` on the rules go on from there.

    Without an end it holds until somebody sets another one. Set twice alike on a day it is set once. Raises NotSet, and
    PermissionDenied for who may not write about this customer.
    """
    allow(by, customer)
    number = {entry.key: entry.number for entry in entries("stage")}.get(stage, 0)
    if errors := _errors(customer, number, reason, (on, expires_on)):
        raise NotSet(errors)
    return _begin(customer, on, stage=number, reason=reason.strip(), by_id=by.pk, expires_on=expires_on)


def give_back(*, customer: Customer, reason: str, by: User, on: date) -> Stay:
    """Let the rules go on from the stage in which a person holds a customer. Raises NotSet and PermissionDenied."""
    allow(by, customer)
    now = Stay.objects.filter(customer=customer, until_on=None).first()
    if now is None or not is_held(now.reason, now.expires_on, on):
        raise NotSet({"stage": "The rules decide already; choose a stage."})
    if not reason.strip() or len(reason) > MOST_REASON:
        raise NotSet({"reason": f"Say why, in at most {MOST_REASON:,} letters."})
    return _begin(customer, on, stage=now.stage, reason=reason.strip(), by_id=by.pk, expires_on=on)


def _begin(customer: Customer, on: date, **said: Any) -> Stay:
    """End the open stay and begin another; one that says the same already stays."""
    with transaction.atomic():
        Customer.objects.select_for_update().get(pk=customer.pk)  # two at once would open two stays
        now = Stay.objects.filter(customer=customer, until_on=None).first()
        if now and now.from_on == on and all(getattr(now, name) == value for name, value in said.items()):
            return now
        if now:
            now.until_on = max(on, now.from_on)
            now.save(update_fields=["until_on"])
        stay = Stay.objects.create(customer=customer, from_on=on, **said)
        show(np.array([customer.pk]), on)
        stamp(customer, timezone.now())
    return stay


def _errors(customer: Customer, number: int, reason: str, days: tuple[date, date | None]) -> dict[str, str]:
    on, expires_on = days
    found: dict[str, str] = {}
    if not number:
        found["stage"] = f"Choose one of {', '.join(entry.title for entry in entries('stage'))}."
    if not reason.strip() or len(reason) > MOST_REASON:
        found["reason"] = (
            f"Say why, in at most {MOST_REASON:,} letters; the rules will not move the customer meanwhile."
        )
    if expires_on is not None and not on < expires_on <= on + LONGEST:
        last = on + LONGEST
        found["expires_on"] = f"Choose a day after {on:%-d %B %Y} and up to {last:%-d %B %Y}, or leave it empty."
    if not Customer.objects.active_on(on).filter(pk=customer.pk).exists():
        found["stage"] = f"{customer} is no customer on {on:%-d %B %Y}, and only customers are in a stage."
    return found
