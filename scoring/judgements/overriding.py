"""Overrides: a person sets the score for a while, with a reason; the automatic score goes on beneath (D14)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.business_days import end_of, start_of
from accounts.history import stretch
from accounts.models import Customer, User
from accounts.noting import reason_errors, refuse, stamp
from scoring.engine.frame import Floats
from scoring.judgements.allowing import allow_judging, automatic_of, hold
from scoring.models import Override, Policy

Ids = npt.NDArray[np.int64]
REMIND_DAYS = 7


@transaction.atomic
def override(*, customer: Customer, score: float, reason: str, until_on: date, by: User, on: date) -> Override:
    """Set the score (0-100) of a scored customer from a date up to (not with) another; it ends the override before.

    The same again changes nothing. Raises NotLogged with a message for each field at fault, PermissionDenied for who
    neither is the customer's CSM nor leads.
    """
    allow_judging(by, customer)
    automatic = automatic_of(hold(customer))
    refuse(_errors(customer, score, automatic) | _end_errors(until_on, on) | reason_errors(reason))
    said: dict[str, Any] = {"score": score, "reason": reason.strip(), "until_on": until_on, "by": by}
    now, before = timezone.now(), Override.objects.filter(customer=customer, ended_at=None).first()
    if before and before.holds_on(on) and all(getattr(before, name) == value for name, value in said.items()):
        return before
    if before:
        _end(before, by, on, now)
    made = Override.objects.create(customer=customer, from_on=on, at=now, automatic=automatic, **said)
    stamp(customer, now)
    return made


@transaction.atomic
def end_override(*, override: Override, by: User, on: date) -> Override:
    """Let the automatic score count again from a date on; what is over stays as it was. Raises PermissionDenied."""
    allow_judging(by, override.customer)
    hold(override.customer)
    override.refresh_from_db()
    if override.ended_at is None and override.until_on > on:
        now = timezone.now()
        _end(override, by, on, now)
        stamp(override.customer, now)
    return override


def holding(on: date) -> QuerySet[Override]:
    """The overrides in force on a date that were made by its end, the later ones last (architecture, Time)."""
    return _holding(on, on)


def _holding(first: date, last: date) -> QuerySet[Override]:
    """Those that may be in force on one of the dates."""
    return Override.objects.filter(from_on__lte=last, until_on__gt=first, at__lt=end_of(last)).order_by("at", "pk")


def overrides_on(ids: Ids, on: date) -> Floats:
    """The score that a person has set for each of n customers (ids ascending) on a date; NaN = none. One query."""
    return Overrides((int(ids[0]), int(ids[-1])), on, on).on(ids, on) if len(ids) else np.full(0, np.nan)


class Overrides:
    """What persons have set of the customers first..last (ids) on the dates from one to another. One query."""

    def __init__(self, customers: tuple[int, int], first: date, last: date) -> None:
        self._found = list(_holding(first, last).filter(stretch(customers)))

    def on(self, ids: Ids, on: date) -> Floats:
        """The score that a person has set for each of n customers (ids ascending) on a date; NaN = none."""
        said = {one.customer_id: one.score for one in self._found if one.holds_on(on) and one.at < end_of(on)}
        found, who = np.full(len(ids), np.nan), np.isin(ids, list(said))
        found[who] = [said[pk] for pk in ids[who].tolist()]
        return found


def expiring(on: date, days: int = REMIND_DAYS) -> QuerySet[Override]:
    """The overrides in force on a date that end within so many days, the first to end first."""
    return holding(on).filter(until_on__lte=on + timedelta(days=days)).order_by("until_on", "pk")


def over(on: date) -> QuerySet[Override]:
    """The overrides that were in force for a day or more and are not any more, the last to end first."""
    return Override.objects.filter(until_on__lte=on, until_on__gt=F("from_on")).order_by("-until_on", "-pk")


def _end(before: Override, by: User, on: date, now: datetime) -> None:
    """Close an override; what had run out by itself keeps its end, and nobody ended it."""
    if before.until_on <= on:
        before.ended_at = start_of(before.until_on)
    else:
        before.until_on, before.ended_at, before.ended_by = max(on, before.from_on), now, by
    before.save(update_fields=["until_on", "ended_at", "ended_by"])


def _errors(customer: Customer, score: float, automatic: float | None) -> dict[str, str]:
    errors = {}
    if automatic is None:
        errors["score"] = f"{customer.name} has no score that could be overridden; bring the data that are missing."
    elif not 0 <= score <= 100:
        errors["score"] = f"{score:g} is no score; it goes from 0 to 100."
    return errors


def _end_errors(until_on: date, on: date) -> dict[str, str]:
    days = Policy.current().override_days
    last = on + timedelta(days=days)
    if until_on <= on:
        return {"until_on": f"{until_on:%-d %B %Y} is no end; it has to be after {on:%-d %B %Y}."}
    if until_on > last:
        far = f"{until_on:%-d %B %Y} is too far away"
        return {"until_on": f"{far}; an override lasts {days} days at most, until {last:%-d %B %Y}."}
    return {}
