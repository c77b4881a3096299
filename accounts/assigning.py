"""Who looks after a customer: opening an owner's assignment closes the one before, and what was stays dated."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction

from accounts.changes import Observation, change
from accounts.models import Assignment, Change, Customer, User

OWNERS = ("csm", "account_executive")  # one at a time


@dataclass
class Ledger:
    """The assignments of some customers, changed in memory and saved at once."""

    observation: Observation
    held: dict[tuple[int, str], list[Assignment]] = field(default_factory=dict)
    opened: list[Assignment] = field(default_factory=list)
    changed: dict[int, Assignment] = field(default_factory=dict)
    log: list[Change] = field(default_factory=list)

    @classmethod
    def of(cls, customers: Iterable[int], observation: Observation) -> Ledger:
        """The ledger of these customers as it stands."""
        ledger = cls(observation)
        for assignment in Assignment.objects.filter(customer__in=set(customers)).order_by("pk"):
            ledger.of_role(assignment.customer_id, assignment.role).append(assignment)
        return ledger

    def of_role(self, customer: int, role: str) -> list[Assignment]:
        """All assignments of a customer in a role."""
        return self.held.setdefault((customer, role), [])

    def holder(self, customer: int, role: str) -> Assignment | None:
        """Whose assignment is open."""
        return next((held for held in self.of_role(customer, role) if held.until_on is None), None)

    def hand_over(self, customer: int, role: str, user: int | None, from_on: date | None) -> bool:
        """Let a user own the customer from a day on (None: since ever, if nobody did before), or nobody."""
        holder = self.holder(customer, role)
        if (holder.user_id if holder else None) == user:
            return False
        start = from_on or (self.observation.on if self.of_role(customer, role) else None)
        if holder and start:
            start = max(start, holder.from_on or start)
            self.amend(holder, until_on=start)
        if user is not None:
            self.open(Assignment(customer_id=customer, user_id=user, role=role, from_on=start))
        return True

    def between(self, customer: int, role: str, user: int, days: tuple[date, date]) -> bool:
        """Let a user have owned the customer from the first day up to (not with) the second; others make room."""
        first, end = days
        overlapping = [held for held in self.of_role(customer, role) if _overlap(held, first, end)]
        if [held.user_id for held in overlapping] == [user]:
            return False
        for held in overlapping:
            self._make_room(held, first, end)
        self.open(Assignment(customer_id=customer, user_id=user, role=role, from_on=first, until_on=end))
        return True

    def _make_room(self, held: Assignment, first: date, end: date) -> None:
        begins_before = held.from_on is not None and held.from_on < first
        if begins_before and (held.until_on is None or held.until_on > end):
            rest = Assignment(customer_id=held.customer_id, user_id=held.user_id, role=held.role, from_on=end)
            rest.until_on = held.until_on
            self.open(rest)
        if begins_before:
            self.amend(held, until_on=first)
        elif held.until_on is None or held.until_on > end:
            self.amend(held, from_on=end)
        else:
            self.amend(held, until_on=held.from_on or held.until_on)

    def open(self, assignment: Assignment) -> None:
        """Add an assignment."""
        assignment.source = self.observation.source
        self.of_role(assignment.customer_id, assignment.role).append(assignment)
        self.opened.append(assignment)

    def amend(self, assignment: Assignment, **dates: date | None) -> None:
        """Change the dates of an assignment."""
        for name, value in dates.items():
            if assignment.pk:
                step = getattr(assignment, name), value
                self.log.append(change("assignments", assignment, name, step, self.observation))
                self.changed[assignment.pk] = assignment
            setattr(assignment, name, value)

    def save(self) -> None:
        """Write it all: closing comes before opening, because there is one open owner per role."""
        Assignment.objects.bulk_update(self.changed.values(), ["from_on", "until_on", "updated_at"])
        Assignment.objects.bulk_create(self.opened)
        Change.objects.bulk_create(self.log)


def assign(
    *, customer: Customer, user: User, role: str, from_on: date | None, observation: Observation
) -> Assignment | None:
    """Let a user look after a customer from a day on; the owner before is closed on that day.

    Returns who holds the role now. In other roles than the owners' several stand side by side.
    """
    with transaction.atomic():
        ledger = Ledger.of([customer.pk], observation)
        held = ledger.of_role(customer.pk, role)
        if role in OWNERS:
            ledger.hand_over(customer.pk, role, user.pk, from_on)
        elif not any(one.user_id == user.pk and one.until_on is None for one in held):
            ledger.open(Assignment(customer=customer, user=user, role=role, from_on=from_on))
        ledger.save()
    return next((one for one in held if one.user_id == user.pk and one.until_on is None), None)


def _overlap(held: Assignment, first: date, end: date) -> bool:
    return (held.from_on is None or held.from_on < end) and (held.until_on is None or held.until_on > first)
