"""Objections, "this score is wrong", and pulses: what a person thinks of a customer, beside what the score says."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts.business_days import start_of, today
from accounts.models import Customer, Pulse, User
from accounts.models.surveys import Colour
from accounts.noting import BY_HAND, allow, reason_errors, refuse, set_pulse
from scoring.judgements.allowing import hold
from scoring.models import CurrentScore, Objection


@transaction.atomic
def object_to(*, customer: Customer, should_be: str, reason: str, component: str = "", by: User) -> Objection:
    """Say that the score shown is wrong, which colour it should have, why, and in which component the fault is seen.

    What was shown is kept. The same again on the same score changes nothing. Raises NotLogged with a message for each
    field at fault, PermissionDenied for a viewer or a customer out of scope.
    """
    allow(by, customer)
    current = hold(customer)
    refuse(_errors(current, should_be, component) | reason_errors(reason))
    objection, _ = Objection.objects.get_or_create(
        customer=customer,
        as_of=current.as_of if current else today(),
        should_be=should_be,
        reason=reason.strip(),
        component=component,
        by=by,
        defaults={
            "score": current.score if current else None,
            "role": current.role if current else "",
            "at": timezone.now(),
        },
    )
    return objection


@transaction.atomic
def say_pulse(*, customer: Customer, band: str, reason: str, by: User) -> Pulse:
    """Set the pulse with a reason, which is needed where its colour is not the score's (S002-33).

    The same again on the same day changes nothing. Raises as `object_to` does; the colour is at fault under `band`.
    """
    allow(by, customer)
    current = hold(customer)
    if band not in Colour.values:
        refuse({"band": _no_colour(band)})
    needs = bool(current and current.role and current.role != band)
    refuse(reason_errors(reason) if needs or reason.strip() else {})
    own = Pulse.objects.filter(source__name=BY_HAND, customer=customer, author=by, at__gte=start_of(today()))
    last = own.order_by("-at", "-pk").first()
    if last and (last.band, last.reason) == (band, reason.strip()):
        return last
    return set_pulse(customer=customer, by=by, band=band, at=timezone.now(), reason=reason)


def _errors(current: CurrentScore | None, should_be: str, component: str) -> dict[str, str]:
    errors = {}
    if should_be not in Colour.values:
        errors["should_be"] = _no_colour(should_be)
    elif current and current.role == should_be:
        errors["should_be"] = f"The score is {should_be} already; say which colour it should have instead."
    if component and (current is None or component not in current.version.engine.component_keys):
        errors["component"] = f"“{component[:64]}” is no component of the scorecard; choose one, or leave it empty."
    return errors


def _no_colour(word: str) -> str:
    return f"“{word[:40]}” is no colour; say {', '.join(Colour.values)}."
