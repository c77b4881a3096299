"""Named questions about customers and who looks after them; every list and detail starts from `visible_to`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery

from accounts.business_days import today

if TYPE_CHECKING:
    from accounts.models import User


def in_force(on: date, start: str, end: str) -> Q:
    """The condition that a half-open range [start, end) holds a date; an empty end is open, an empty start too."""
    begun = Q(**{f"{start}__isnull": True}) | Q(**{f"{start}__lte": on})
    return begun & (Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gt": on}))


class AssignmentQuerySet(models.QuerySet[Any]):
    """Who looks after whom."""

    def in_force(self, on: date) -> Self:
        """Assignments that hold on a date."""
        return self.filter(in_force(on, "from_on", "until_on"))


class CustomerQuerySet(models.QuerySet[Any]):
    """Customers by who may see them and whether they are customers at all."""

    def visible_to(self, user: User) -> Self:
        """Customers this person may see today (architecture, Decided now).

        Everyone sees whom they are assigned to. A manager also sees the customers whose CSM is in a team they manage
        and those without a CSM. An admin sees all. Nobody else sees anything.
        """
        from accounts.models import Assignment
        from accounts.models.people import Role

        if not user.is_active:
            return self.none()
        if user.role == Role.ADMIN:
            return self
        assignments = Assignment.objects.in_force(today())
        assigned = assignments.filter(customer=OuterRef("pk"))
        if user.role != Role.MANAGER:
            # By key and not EXISTS: a few customers are found from their assignments, not by walking over all.
            return self.filter(pk__in=assignments.filter(user_id=user.pk).values("customer"))
        csm = assigned.filter(role="csm")
        of_team = csm.filter(user__team__managers=user.pk)
        return self.filter(Exists(assigned.filter(user_id=user.pk)) | Exists(of_team) | ~Exists(csm))

    def active_on(self, on: date) -> Self:
        """Customers in a period that holds on a date: no prospects, nobody who left."""
        from accounts.models import CustomerPeriod

        periods = CustomerPeriod.objects.filter(in_force(on, "started_on", "ended_on"), customer=OuterRef("pk"))
        return self.filter(Exists(periods))

    def with_csm(self, on: date | None = None) -> Self:
        """Add `csm_name` and `csm_id`: who is CSM on a date (today when absent)."""
        from accounts.models import Assignment

        holding = Assignment.objects.in_force(on or today()).filter(customer=OuterRef("pk"), role="csm")
        latest = holding.order_by("-from_on", "-pk")
        return self.annotate(
            csm_id=Subquery(latest.values("user_id")[:1]), csm_name=Subquery(latest.values("user__name")[:1])
        )
