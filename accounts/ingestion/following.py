"""What some kinds bring beside their own records: owners of customers, managers of teams, attendees of meetings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from accounts.assigning import OWNERS, Ledger
from accounts.ingestion.resolving import stubs_for
from accounts.ingestion.rows import Record
from accounts.models import Interaction, Team, User
from accounts.models.people import Role

if TYPE_CHECKING:
    from accounts.ingestion.applying import Desk


def _hand_over_customers(records: Sequence[Record], desk: Desk) -> None:
    """The CSM and account executive of customers.csv become dated assignments."""
    naming = [(record, role) for record in records for role in OWNERS if role in record.values]
    if not naming:
        return
    ledger = Ledger.of([record.instance.pk for record, _role in naming], desk.observation)
    for record, role in naming:
        day, known = record.values.get("observed_on"), record.instance.observed_on
        user = record.values[role]
        if day and known and day < known:
            days = day, _next_day(ledger, record, role)
            moved = bool(user) and ledger.between(record.instance.pk, role, user, days)
        else:
            moved = ledger.hand_over(record.instance.pk, role, user, day)
        _note(record, moved)
    ledger.save()


def _next_day(ledger: Ledger, record: Record, role: str) -> Any:
    """Until when an owner of an old snapshot held: the next one's start, or the newest observation."""
    day = record.values["observed_on"]
    starts = [held.from_on for held in ledger.of_role(record.instance.pk, role) if held.from_on and held.from_on > day]
    return min([*starts, record.instance.observed_on])


def _appoint_managers(records: Sequence[Record], desk: Desk) -> None:
    """Whom a row names as manager manages the row's team; whose role is manager manages their own."""
    wanted: dict[tuple[int, int], Record] = {}
    known = stubs_for(User, {record.values["manager"] for record in records if record.values.get("manager")})
    for record in records:
        user = record.instance
        team = user.team_id
        if team and record.values.get("manager"):
            wanted[team, known[record.values["manager"]]] = record
        if team and user.role == Role.MANAGER:
            wanted[team, user.pk] = record
    through = Team.managers.through
    held = set(through.objects.filter(team__in={team for team, _user in wanted}).values_list("team_id", "user_id"))
    new = {pair: record for pair, record in wanted.items() if pair not in held}
    through.objects.bulk_create([through(team_id=team, user_id=user) for team, user in new])
    for record in new.values():
        _note(record, True)


def _seat_attendees(records: Sequence[Record], desk: Desk) -> None:
    """The contacts who were there; the list replaces the one before."""
    naming = [record for record in records if "attendees" in record.values]
    through: Any = Interaction.attendees.through
    held: dict[int, set[int]] = {record.instance.pk: set() for record in naming}
    for meeting, contact in through.objects.filter(interaction__in=held).values_list("interaction_id", "contact_id"):
        held[meeting].add(contact)
    changed = [record for record in naming if held[record.instance.pk] != set(record.values["attendees"])]
    through.objects.filter(interaction__in=[record.instance.pk for record in changed]).delete()
    through.objects.bulk_create(
        through(interaction_id=record.instance.pk, contact_id=contact)
        for record in changed
        for contact in record.values["attendees"]
    )
    for record in changed:
        _note(record, True)


def _note(record: Record, moved: bool) -> None:
    if moved and record.state == "unchanged":
        record.state = "updated"


FOLLOW: dict[str, Callable[[Sequence[Record], Desk], None]] = {
    "customers": _hand_over_customers,
    "team": _appoint_managers,
    "interactions": _seat_attendees,
}
