"""Makes and retires metrics declared without code; both are written down with who and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.wording import listed
from scoring.engine.version import digest
from scoring.fields import is_field
from scoring.metrics.custom.finding import KEY, look_again
from scoring.metrics.custom.parsing import InvalidMetric, parse_body
from scoring.metrics.custom.reading import readers
from scoring.models import CustomMetric, ScorecardVersion
from scoring.scorecards.drafting import NoReason

MOST_NAMED: Final = 5
TAKEN_BY_PAGES: Final = ("new",)  # of the address at which metrics are made


class StillRead(ValueError):
    """A metric that something in use reads; the message names it."""


def make_metric(*, key: str, body: Mapping[str, Any], by: User) -> CustomMetric:
    """Declare a metric. The same again, while it is in use, is the metric that is there.

    Raises InvalidMetric for a key that anything else has, ever had, or could not have, and for what `parse_body`
    refuses; then nothing is written.
    """
    there = CustomMetric.objects.filter(key=key, retired_at=None).first() if KEY.fullmatch(key) else None
    if there is not None and digest(there.body) == digest(body):
        return there
    check_key(key)
    declared = parse_body(body, key)
    try:
        with transaction.atomic():
            metric = CustomMetric.objects.create(key=key, label=declared.label, body=dict(body), made_by=by)
            _log(by, metric, f"Made {key}.", ADDITION)
    except IntegrityError as error:  # somebody else was faster
        raise _taken(key) from error
    _seen()
    return metric


def check_key(key: str) -> None:
    """Raise InvalidMetric unless a new metric may have this key. A few queries."""
    if not KEY.fullmatch(key) or key in TAKEN_BY_PAGES:
        right = "give up to 64 small letters, digits and _, a letter first, such as tickets_per_seat"
        raise InvalidMetric(f"key is {key[:80]!r}; {right}")
    if CustomMetric.objects.filter(key=key).exists() or is_field(key) or key in _components():
        raise _taken(key)


def retire_metric(*, metric: CustomMetric, by: User, reason: str, read_by: Collection[str] = ()) -> CustomMetric:
    """Let nobody choose a metric any more; scores that were made by it stay as they are. Twice is once.

    `read_by` names what reads it in apps above this one. Raises NoReason, and StillRead while anything in use reads it.
    """
    if not reason.strip():
        raise NoReason("The reason is empty; say in a sentence why")
    with transaction.atomic():
        current = CustomMetric.objects.select_for_update().get(pk=metric.pk)
        if current.retired_at is not None:
            return current
        still = [*(one.words for one in readers(current.key)), *read_by]
        if still:
            raise StillRead(f"{current.key} is read by {listed(still, MOST_NAMED)}; let them read something else first")
        current.retired_at = timezone.now()
        current.save(update_fields=["retired_at"])
        _log(by, current, f"Retired. Reason: {reason.strip()}", CHANGE)
    _seen()
    return current


def _taken(key: str) -> InvalidMetric:
    right = "a metric, component, attribute or field has or had this name; give another one"
    return InvalidMetric(f"key is {key!r}; {right}")


def _components() -> set[str]:
    """The components of every version: one that is idle may become live again."""
    parts = ScorecardVersion.objects.values_list("definition__components", flat=True)
    return {str(one.get("key")) for components in parts for one in components or ()}


def _seen() -> None:
    """Let this process know at once, also if a transaction around it is still open."""
    look_again()
    transaction.on_commit(look_again)


def _log(by: User, metric: CustomMetric, message: str, what: int) -> None:
    LogEntry.objects.log_actions(by.pk, [metric], what, change_message=message, single_object=True)
