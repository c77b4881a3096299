"""Who decides about a customer's score, and what a person sees when they do."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied

from accounts.business_days import today
from accounts.models import Assignment, Customer, User
from accounts.models.customers import AssignmentRole
from accounts.models.people import Role
from accounts.noting import may_log
from scoring.models import CurrentScore


def may_judge(user: User, customer: Customer) -> bool:
    """Whether a person overrides and settles: the customer's CSM, and managers and admins who see them (D14)."""
    if not may_log(user):
        return False
    if user.role in (Role.MANAGER, Role.ADMIN):
        return Customer.objects.visible_to(user).filter(pk=customer.pk).exists()
    held = Assignment.objects.in_force(today()).filter(customer=customer, user=user)
    return held.filter(role=AssignmentRole.CSM).exists()


def allow_judging(user: User, customer: Customer) -> None:
    """Let only who may judge go on. Raises PermissionDenied."""
    if not may_judge(user, customer):
        raise PermissionDenied


def hold(customer: Customer) -> CurrentScore | None:
    """The customer's current score, where there is one; others wait with what they say until the transaction ends."""
    Customer.objects.select_for_update().get(pk=customer.pk)
    return CurrentScore.objects.select_related("version__scorecard").filter(customer=customer).first()


def automatic_of(current: CurrentScore | None) -> float | None:
    """What the engine says, whether or not somebody has overridden it; None without a score."""
    if current is None or current.score is None:
        return None
    return current.score if current.automatic is None else current.automatic
