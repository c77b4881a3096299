"""Says what to expect of a customer's metric for a while, or that a change is expected and the metric says nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from math import inf
from typing import Any, Final

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Customer, Expectation, User
from accounts.noting import allow, by_hand, reason_errors, refuse, stamp

LONGEST_MUTE: Final = timedelta(days=366)
MOST_REASON: Final = 255  # characters


@transaction.atomic
def expect(
    *,
    customer: Customer,
    metric: str,
    from_on: date,
    until_on: date | None,
    expected: float | None,
    reason: str,
    by: User,
) -> Expectation:
    """Expect a value of a metric from a date up to (not with) another; None mutes the metric until then (library 1).

    Of several that hold the one that began last counts; one that begins on the same date takes the other's place.
    Raises NotLogged with a message for each field at fault, PermissionDenied for a viewer or a customer out of scope.
    """
    allow(by, customer)
    refuse(_errors(metric, from_on, until_on, expected) | reason_errors(reason, MOST_REASON))
    said: dict[str, Any] = {"until_on": until_on, "expected": expected, "reason": reason.strip()}
    of = Expectation.objects.select_for_update().filter(
        source=by_hand(), customer=customer, metric=metric, from_on=from_on
    )
    before = of.first()
    if before and all(getattr(before, name) == value for name, value in said.items()):
        return before
    now = timezone.now()
    made, is_new = Expectation.objects.update_or_create(
        source=by_hand(), customer=customer, metric=metric, from_on=from_on, defaults={**said, "updated_at": now}
    )
    _log(by, made, _words(made), ADDITION if is_new else CHANGE)
    stamp(customer, now)
    return made


@transaction.atomic
def end_expectation(*, expectation: Expectation, by: User, on: date) -> Expectation:
    """Let an expectation end on a date instead of later; one that has ended by then stays. Raises PermissionDenied."""
    allow(by, expectation.customer)
    end = max(on, expectation.from_on)
    if expectation.until_on is not None and expectation.until_on <= end:
        return expectation
    now = timezone.now()
    expectation.until_on, expectation.updated_at = end, now
    expectation.save(update_fields=["until_on", "updated_at"])
    _log(by, expectation, f"Ended on {end}.", CHANGE)
    stamp(expectation.customer, now)
    return expectation


def expectations_of(customer: Customer, on: date) -> QuerySet[Expectation]:
    """What holds on a date or will, in the order in which it begins; of one metric the last that began counts."""
    ahead = Q(until_on=None) | Q(until_on__gt=on)
    return Expectation.objects.filter(ahead, customer=customer).order_by("from_on", "pk")


def muted_until(customer: Customer, on: date) -> dict[str, tuple[date | None, str]]:
    """The metrics muted on a date: until when (None = nobody said) and why. One query."""
    holding = {one.metric: one for one in expectations_of(customer, on) if one.from_on <= on}
    return {metric: (one.until_on, one.reason) for metric, one in holding.items() if one.expected is None}


def authors_of(expectations: Iterable[Expectation]) -> dict[int, tuple[str, datetime]]:
    """Who wrote expectations by hand and when, by key; those from a file have nobody. One query, the first time two."""
    kind = ContentType.objects.get_for_model(Expectation)
    entries = LogEntry.objects.filter(content_type=kind, object_id__in=[str(one.pk) for one in expectations])
    written = entries.filter(action_flag=ADDITION).values_list("object_id", "user__name", "action_time")
    return {int(pk): (name, at) for pk, name, at in written if pk is not None}


def _errors(metric: str, from_on: date, until_on: date | None, expected: float | None) -> dict[str, str]:
    """What is wrong with the rest, by field."""
    errors = {}
    if not metric.strip() or len(metric) > 64 or "\x00" in metric:
        errors["metric"] = f"“{metric[:64]}” is no metric; choose one of the scorecard's.".replace("\x00", "")
    if expected is not None and not 0 < expected < inf:
        errors["expected"] = f"{expected:g} is no value; say more than 0, or leave it empty where a change is expected."
    if until_on is None and expected is None:
        errors["until_on"] = "The end is empty; a metric is muted until a date, a year ahead at most."
    elif until_on is not None and until_on <= from_on:
        errors["until_on"] = f"{until_on:%-d %B %Y} is no end; it has to be after {from_on:%-d %B %Y}."
    elif until_on is not None and expected is None and until_on - from_on > LONGEST_MUTE:
        last = from_on + LONGEST_MUTE
        errors["until_on"] = f"{until_on:%-d %B %Y} is too far away; a mute lasts until {last:%-d %B %Y} at most."
    return errors


def _words(made: Expectation) -> str:
    what = "a change" if made.expected is None else f"{made.expected:g}"
    return (
        f"{made.metric}: expected {what} from {made.from_on} until {made.until_on or 'further notice'}: {made.reason}"
    )


def _log(by: User, expectation: Expectation, message: str, flag: int) -> None:
    """Into the history that the admin shows."""
    LogEntry.objects.log_actions(
        by.pk, Expectation.objects.filter(pk=expectation.pk), flag, message, single_object=True
    )
