"""Writes down by hand what passed between us and a customer, and how it stands; and takes it back at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final, TypedDict, Unpack
from uuid import uuid4

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.models import Contact, Customer, Interaction, Pulse, Source, User
from accounts.models.interactions import InteractionKind, Side
from accounts.models.people import Role
from accounts.models.surveys import Colour

BY_HAND: Final = "by hand"  # the source of what people write here; it covers nothing: no row does not mean none
UNDO_FOR: Final = timedelta(hours=1)
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
LONGEST_SUBJECT: Final = 255
MOST_REASON: Final = 2000  # characters
# Kinds to which somebody comes, or not; of the others nobody can say that the customer missed it.
ATTENDED: Final = ("meeting", "qbr", "executive_briefing", "workshop", "call", "training", "renewal_talk")
_NUL: Final = "The reason holds a character that cannot be stored (NUL); leave it out."
BEGUN_BY: Final = {"email_in": Side.CUSTOMER, "email_out": Side.US}


class NotLogged(ValueError):
    """What was to be written down makes no sense; `errors` has a message for each field."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors


class Details(TypedDict, total=False):
    """What may be said beside kind, moment, subject and notes; what is left out is unknown."""

    attendees: Iterable[Contact]
    sentiment: float | None  # -1 went badly … 1 went well
    missed: bool  # the customer did not come or answer
    executive_present: bool | None
    key: str  # the same key again writes nothing again
    now: datetime


def may_log(user: User) -> bool:
    """Whether a person writes at all: a viewer only looks."""
    return user.is_active and user.role != Role.VIEWER


def by_hand() -> Source:
    """The source of what people write here."""
    return Source.objects.get_or_create(name=BY_HAND, defaults={"covers": []})[0]


@transaction.atomic
def log_interaction(
    *,
    customer: Customer,
    by: User,
    kind: str,
    at: datetime,
    subject: str,
    notes: str = "",
    **details: Unpack[Details],
) -> Interaction:
    """Write down a meeting, call, message or note that has happened; the customer's live score follows.

    Raises NotLogged with a message for each field at fault, PermissionDenied for a viewer or a customer out of scope.
    """
    allow(by, customer)
    now, people = details.get("now") or timezone.now(), list(details.get("attendees", ()))
    refuse(_errors(kind, at, subject, now) | _errors_of(customer, kind, notes, people, details))
    missed = details.get("missed", False)
    interaction, is_new = Interaction.objects.get_or_create(
        source=by_hand(),
        external_id=details.get("key") or str(uuid4()),
        defaults={
            "customer": customer,
            "author": by,
            "kind": kind,
            "at": at,
            "subject": subject.strip(),
            "notes": notes.strip(),
            "initiated_by": BEGUN_BY.get(kind, ""),
            "contact": people[0] if people else None,
            "attended": not missed if kind in ATTENDED else None,
            "sentiment": details.get("sentiment"),
            "executive_present": details.get("executive_present"),
            "updated_at": now,
            "known_at": now,
        },
    )
    if is_new:
        interaction.attendees.set(people)
        stamp(customer, now)
    elif (interaction.customer_id, interaction.author_id) != (customer.pk, by.pk):
        raise NotLogged({"key": "This form was sent before, about another customer. Open it again."})
    return interaction


@transaction.atomic
def set_pulse(*, customer: Customer, by: User, band: str, at: datetime, reason: str = "") -> Pulse:
    """Say how a customer stands in one's own eyes; again at the same moment, it is said anew.

    Raises NotLogged for a colour that is none or a moment to come, PermissionDenied as `log_interaction` does.
    """
    allow(by, customer)
    now = timezone.now()
    errors = _errors("note", at, "pulse", now)
    if band not in Colour.values:
        errors["pulse"] = f"“{band[:40]}” is no colour; say {', '.join(Colour.values)}."
    if "\x00" in reason:
        errors["reason"] = _NUL
    refuse(errors)
    pulse, _ = Pulse.objects.update_or_create(
        source=by_hand(),
        customer=customer,
        author=by,
        at=at,
        defaults={"band": band, "reason": reason.strip(), "updated_at": now},
    )
    stamp(customer, now)
    return pulse


def may_undo(interaction: Interaction, user: User, now: datetime | None = None) -> bool:
    """Whether a person may take an entry back: their own, written here within the hour."""
    fresh = (now or timezone.now()) - interaction.known_at <= UNDO_FOR
    return fresh and interaction.author_id == user.pk and interaction.source.name == BY_HAND and may_log(user)


@transaction.atomic
def undo_interaction(*, interaction: Interaction, by: User, now: datetime | None = None) -> None:
    """Take an own entry back within the hour, with the pulse that came with it. Raises NotLogged when too late."""
    if not may_undo(interaction, by, now):
        raise NotLogged({"entry": "Only your own entry can be taken back, and only within an hour."})
    Pulse.objects.filter(
        source=interaction.source_id, customer=interaction.customer_id, author=by, at=interaction.at
    ).delete()
    customer = interaction.customer
    interaction.delete()
    stamp(customer, now or timezone.now())


def stamp(customer: Customer, now: datetime) -> None:
    """Let scoring know that something about a customer changed."""
    Customer.objects.filter(pk=customer.pk).update(facts_changed_at=now)


def allow(by: User, customer: Customer) -> None:
    """Let only who may write about this customer go on. Raises PermissionDenied."""
    if not may_log(by) or not Customer.objects.visible_to(by).filter(pk=customer.pk).exists():
        raise PermissionDenied


def refuse(errors: dict[str, str]) -> None:
    """Raise NotLogged where anything is wrong."""
    if errors:
        raise NotLogged(errors)


def reason_errors(reason: str, most: int = MOST_REASON) -> dict[str, str]:
    """What is wrong with a reason that has to be given, under its field; `most` characters fit."""
    said = reason.strip()
    if not said:
        return {"reason": "The reason is empty; say in a sentence why."}
    if "\x00" in said:
        return {"reason": _NUL}
    return {"reason": f"The reason has {len(said)} characters; {most} fit."} if len(said) > most else {}


def _errors(kind: str, at: datetime, subject: str, now: datetime) -> dict[str, str]:
    """What is wrong with what everything has."""
    errors = {}
    if kind not in InteractionKind.values:
        errors["kind"] = f"“{kind[:40]}” is no kind; kinds are {', '.join(InteractionKind.values)}."
    if at > now:
        errors["at"] = f"{timezone.localtime(at):%-d %B %Y, %H:%M} is still to come; log what has happened."
    elif at < EARLIEST:
        errors["at"] = f"{at:%-d %B %Y} is too long ago; say a day from {EARLIEST.year} on."
    if not subject.strip():
        errors["subject"] = "The subject is empty; say in a few words what it was about."
    elif len(subject.strip()) > LONGEST_SUBJECT:
        errors["subject"] = f"The subject has {len(subject.strip())} characters; {LONGEST_SUBJECT} fit."
    elif "\x00" in subject:
        errors["subject"] = "The subject holds a character that cannot be stored (NUL); leave it out."
    return errors


def _errors_of(customer: Customer, kind: str, notes: str, people: list[Contact], details: Details) -> dict[str, str]:
    """What is wrong with the rest."""
    errors = {}
    sentiment = details.get("sentiment")
    if sentiment is not None and not -1 <= sentiment <= 1:
        errors["sentiment"] = f"{sentiment:g} is no sentiment; it goes from -1 to 1."
    if details.get("missed") and kind not in ATTENDED:
        errors["sentiment"] = "Nobody can miss this kind of contact; say so of a call, a meeting or a training."
    if strangers := [person.name for person in people if person.customer_id != customer.pk]:
        errors["attendees"] = f"{strangers[0]} is no contact of {customer.name}."
    if "\x00" in notes:
        errors["notes"] = "The notes hold a character that cannot be stored (NUL); leave it out."
    return errors
