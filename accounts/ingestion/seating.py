"""Applies rows of assignments.csv, where opening an owner's assignment closes another's."""

from __future__ import annotations

from typing import Any

from accounts.assigning import OWNERS, Ledger
from accounts.ingestion.applying import Desk
from accounts.ingestion.comparing import compare
from accounts.ingestion.rows import Record, Row
from accounts.models import Assignment


class AssignmentDesk(Desk):
    """The desk of assignments: identity is customer, user, role and first day; owners follow one another."""

    def attempt(self, rows: list[Row]) -> None:
        """Settle rows in the order of their first days, so that each owner is closed by the next."""
        ledger = Ledger.of({row.records[0].values["customer_id"] for row in rows}, self.observation)
        for row in sorted(rows, key=lambda row: str(row.records[0].values.get("from_on") or "")):
            record = row.records[0]
            row.problem = compare(self.kind, record, None).problem
            if not row.problem:
                record.state = _settle(ledger, record)
        ledger.save()


def _settle(ledger: Ledger, record: Record) -> str:
    values = record.values
    customer, role, user = values["customer_id"], values["role"], values["user_id"]
    first = values.get("from_on") or values.get("observed_on")
    held = ledger.of_role(customer, role)
    holder = ledger.holder(customer, role) if role in OWNERS else None
    same = next((one for one in held if one.user_id == user and one.from_on == first), None)
    if same:
        return _amend(ledger, same, holder, values)
    if holder and values.get("until_on") is None:
        return _succeed(ledger, holder, values, first)
    ledger.open(_new(values, first))
    return "created"


def _amend(ledger: Ledger, same: Assignment, holder: Assignment | None, values: dict[str, Any]) -> str:
    """A known assignment: its end may be new. One that a successor closed is not reopened by an empty end."""
    stamp = values.get("updated_at")
    if stamp and same.updated_at and stamp < same.updated_at:
        return "stale"
    until = values.get("until_on", same.until_on)
    if until is None and holder and holder is not same:
        until = same.until_on
    if until == same.until_on and stamp in (None, same.updated_at):
        return "unchanged"
    ledger.amend(same, until_on=until)
    same.updated_at = stamp or same.updated_at
    return "updated"


def _succeed(ledger: Ledger, holder: Assignment, values: dict[str, Any], first: Any) -> str:
    """An open assignment where somebody holds the role: the same person's gets its first day, another's ends."""
    if holder.user_id == values["user_id"]:
        if first is None:
            return "unchanged"
        ledger.amend(holder, from_on=first)
        return "updated"
    first = first or ledger.observation.on
    assignment = _new(values, first)
    if holder.from_on and first < holder.from_on:
        assignment.until_on = holder.from_on
    else:
        ledger.amend(holder, until_on=first)
    ledger.open(assignment)
    return "created"


def _new(values: dict[str, Any], first: Any) -> Assignment:
    return Assignment(
        customer_id=values["customer_id"],
        user_id=values["user_id"],
        role=values["role"],
        from_on=first,
        until_on=values.get("until_on"),
        updated_at=values.get("updated_at"),
    )
