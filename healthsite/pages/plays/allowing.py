"""Who may start and close action plans."""

from __future__ import annotations

from accounts.business_days import today
from accounts.models import Assignment, Customer, User
from accounts.models.customers import AssignmentRole
from accounts.models.people import Role


def may_run_plans(user: User, customer: Customer) -> bool:
    """The customer's CSM, a manager and an admin; the customer is one they may see."""
    if user.role in (Role.MANAGER, Role.ADMIN):
        return True
    held = Assignment.objects.in_force(today()).filter(customer=customer, user=user, role=AssignmentRole.CSM)
    return user.role == Role.CSM and held.exists()
