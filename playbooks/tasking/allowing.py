"""Who may do what with tasks, and who can be given one."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from accounts.business_days import today
from accounts.models import Assignment, Customer, User
from accounts.models.people import Role
from playbooks.models import Task
from playbooks.refusing import Refused

LEADERS = (Role.MANAGER, Role.ADMIN)
MAKERS = (*LEADERS, Role.CSM, Role.ACCOUNT_EXECUTIVE)


class NotAllowed(Refused):
    """Refused because of who asks; pages answer 403."""


def sees(user: User, customer: Customer) -> bool:
    """Whether a person may see a customer today."""
    return Customer.objects.visible_to(user).filter(pk=customer.pk).exists()


def may_create(user: User) -> bool:
    """Whether somebody in this role makes tasks at all; executives only comment, viewers only look."""
    return user.is_active and user.role in MAKERS


def may_comment(user: User, task: Task) -> bool:
    """Whether a person may say something about a task: whoever sees it, viewers apart."""
    if not user.is_active or user.role == Role.VIEWER:
        return False
    return user.pk == task.assignee_id or sees(user, task.customer)


def may_work(user: User, task: Task) -> bool:
    """Whether a person may act on a task: its assignee, who made it, and who leads either its assignee or customer."""
    if not user.is_active or user.role == Role.VIEWER:
        return False
    return user.pk in (task.assignee_id, task.created_by_id) or leads(user, task)


def may_reassign(user: User, task: Task) -> bool:
    """Whether a person may give a task to somebody: who leads, and the assignee, who hands over their own."""
    if not user.is_active or user.role == Role.VIEWER:
        return False
    return user.pk == task.assignee_id or leads(user, task)


def leads(user: User, task: Task) -> bool:
    """Whether a person is an admin, or a manager of the assignee's team or of the customer."""
    if user.role == Role.ADMIN:
        return True
    if user.role != Role.MANAGER:
        return False
    return sees(user, task.customer) or user.managed_teams.filter(members=task.assignee_id).exists()


def assignable(customer: Customer) -> QuerySet[User]:
    """Who can be given a task of a customer: active, and assigned to the customer, a manager or an admin."""
    held = Assignment.objects.in_force(today()).filter(customer=customer)
    fits = Q(role__in=LEADERS) | Q(pk__in=held.values("user"), role__in=[*MAKERS, Role.EXECUTIVE])
    return User.objects.filter(fits, is_active=True).order_by("name", "pk")


def check_assignee(assignee: User | None, customer: Customer) -> User:
    """The person, if a task of the customer can be given to them. Raises Refused (field `assignee`), naming who can."""
    if assignee is None:
        raise Refused({"assignee": f"A task needs somebody who does it. {_who_can(customer)}"})
    if not assignee.is_active:
        raise Refused({"assignee": f"{assignee} is no longer active. {_who_can(customer)}"})
    if assignee.role not in LEADERS and not assignable(customer).filter(pk=assignee.pk).exists():
        raise Refused({"assignee": f"{assignee} does not look after {customer}. {_who_can(customer)}"})
    return assignee


def _who_can(customer: Customer, most: int = 5) -> str:
    names = [user.name for user in assignable(customer)[: most + 1]]
    if not names:
        return "Nobody can at present: let an admin assign a CSM to the customer."
    more = " and others" if len(names) > most else ""
    return f"These can: {', '.join(names[:most])}{more}."
