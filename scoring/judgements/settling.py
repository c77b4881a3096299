"""Settles a disagreement between a person and a score, and says which settlements still hold (D13)."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import Customer, Pulse, User
from accounts.noting import NotLogged, reason_errors, refuse
from scoring.judgements.allowing import allow_judging, hold
from scoring.models import CurrentScore, Objection, Settlement

SCORE_ROLE = "customer__current_score__role"


@transaction.atomic
def settle(
    *, customer: Customer, said: str, role: str, verdict: str, reason: str, by: User, objection: Objection | None = None
) -> Settlement:
    """Settle that a person said one colour (the latest pulse, or an objection) and the score has another.

    The same again while it holds changes nothing. Raises NotLogged with a message for each field at fault, above all
    where pulse or score are not any more what the person looked at; PermissionDenied as `override` does.
    """
    allow_judging(by, customer)
    _refuse_outdated(hold(customer), customer, (said, role), objection)
    errors = reason_errors(reason)
    if verdict not in Settlement.Verdict.values:
        errors["verdict"] = f"“{verdict[:40]}” is no verdict; say {', '.join(Settlement.Verdict.values)}."
    refuse(errors)
    same = Settlement.objects.filter(
        customer=customer, said=said, role=role, verdict=verdict, reason=reason.strip(), by=by, objection=objection
    )
    since = objection.at if objection else _latest_pulse(customer).at
    return same.filter(at__gte=since).first() or Settlement.objects.create(
        customer=customer,
        said=said,
        role=role,
        verdict=verdict,
        reason=reason.strip(),
        by=by,
        objection=objection,
        at=timezone.now(),
    )


def unsettled_pulses(pulses: QuerySet[Pulse]) -> QuerySet[Pulse]:
    """Those without a settlement that holds: said of this colour, of the score's colour, and since the pulse."""
    settled = Settlement.objects.filter(
        customer=OuterRef("customer"), objection=None, said=OuterRef("band"), role=OuterRef(SCORE_ROLE)
    )
    return pulses.filter(~Exists(settled.filter(at__gte=OuterRef("at"))))


def unsettled_objections(objections: QuerySet[Objection]) -> QuerySet[Objection]:
    """Those that the score has not come round to, without a settlement that holds: of the colour that it has."""
    differing = objections.filter(customer__current_score__isnull=False).exclude(should_be=F(SCORE_ROLE))
    return differing.filter(~Exists(Settlement.objects.filter(objection=OuterRef("pk"), role=OuterRef(SCORE_ROLE))))


def _refuse_outdated(
    current: CurrentScore | None, customer: Customer, seen: tuple[str, str], objection: Objection | None
) -> None:
    """Refuse where somebody has said something else, or the score has another colour, since it was looked at."""
    said, role = seen
    if objection is not None and objection.customer_id != customer.pk:
        raise NotLogged({"objection": f"This objection is not about {customer.name}."})
    says = objection.should_be if objection else _latest_pulse(customer).band
    shows = current.role if current else ""
    if says != said:
        raise NotLogged({"said": f"The pulse is {says} by now, not {said}; look at it again."})
    if shows != role:
        raise NotLogged({"role": f"The score is {shows or 'not there'} by now, not {role or 'missing'}; look again."})
    if says == shows:
        raise NotLogged({"said": f"Both say {says}; there is nothing to settle."})


def _latest_pulse(customer: Customer) -> Pulse:
    """The last thing said. Raises NotLogged where nobody has said anything."""
    pulse = Pulse.objects.filter(customer=customer, at__lte=timezone.now()).order_by("-at", "-pk").first()
    if pulse is None:
        raise NotLogged({"said": f"Nobody has given a pulse of {customer.name}; there is nothing to settle."})
    return pulse
