"""Writing down by hand what passed with a customer, and taking it back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from accounts.models import Contact, Customer, Interaction, Pulse, Source, User
from accounts.noting import NotLogged, log_interaction, set_pulse, undo_interaction
from tests.cast import give, make_customer, make_row, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 10, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _morning() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def bob() -> User:
    return make_user("Bob")


@pytest.fixture
def acme(bob: User) -> Customer:
    customer = make_customer("Acme")
    give(customer, bob)
    return customer


def log(customer: Customer, by: User, **fields: Any) -> Interaction:
    usual: dict[str, Any] = {"kind": "call", "at": NOW - HOUR, "subject": "Renewal"}
    return log_interaction(customer=customer, by=by, **{**usual, **fields})


def wrong(customer: Customer, by: User, **fields: Any) -> dict[str, str]:
    with pytest.raises(NotLogged) as refusal:
        log(customer, by, **fields)
    assert not Interaction.objects.exists()
    return refusal.value.errors


def test_a_call_is_written_down_as_it_was(acme: Customer, bob: User) -> None:
    ann, cy = make_row(Contact, acme, name="Ann"), make_row(Contact, acme, name="Cy")
    log(acme, bob, notes=" They stay. ", attendees=[ann, cy], sentiment=1.0, executive_present=True)
    stored = Interaction.objects.get()
    assert (stored.kind, stored.subject, stored.notes) == ("call", "Renewal", "They stay.")
    assert (stored.author, stored.contact, set(stored.attendees.all())) == (bob, ann, {ann, cy})
    assert (stored.sentiment, stored.executive_present, stored.attended) == (1.0, True, True)
    assert (stored.source.name, stored.at, stored.known_at) == ("by hand", NOW - HOUR, NOW)


def test_it_is_news_for_scoring(acme: Customer, bob: User) -> None:
    log(acme, bob)
    acme.refresh_from_db()
    assert acme.facts_changed_at == NOW


def test_what_is_written_by_hand_does_not_say_that_there_is_nothing_else(acme: Customer, bob: User) -> None:
    log(acme, bob)
    assert not Source.objects.get(name="by hand").covers_kind("interactions")


@pytest.mark.parametrize(("kind", "side"), [("email_in", "customer"), ("email_out", "us"), ("call", "")])
def test_an_email_says_who_began_it(acme: Customer, bob: User, kind: str, side: str) -> None:
    assert log(acme, bob, kind=kind).initiated_by == side


@pytest.mark.parametrize(("kind", "attended"), [("meeting", False), ("training", False)])
def test_nobody_came(acme: Customer, bob: User, kind: str, attended: bool) -> None:
    assert log(acme, bob, kind=kind, missed=True).attended is attended


def test_nobody_attends_a_note(acme: Customer, bob: User) -> None:
    assert log(acme, bob, kind="note").attended is None


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"at": NOW + timedelta(minutes=1)}, "at", "1 October 2025, 09:01 is still to come"),
        ({"at": datetime(1999, 12, 31, tzinfo=UTC)}, "at", "too long ago"),
        ({"at": datetime(1, 1, 1, tzinfo=UTC)}, "at", "too long ago"),
        ({"kind": "seance"}, "kind", "“seance” is no kind"),
        ({"subject": "  "}, "subject", "empty"),
        ({"subject": "x" * 256}, "subject", "256 characters; 255 fit"),
        ({"subject": "a\0b"}, "subject", "NUL"),
        ({"notes": "a\0b"}, "notes", "NUL"),
        ({"sentiment": 1.5}, "sentiment", "from -1 to 1"),
        ({"kind": "note", "missed": True}, "sentiment", "Nobody can miss"),
    ],
)
def test_what_makes_no_sense_is_refused(
    acme: Customer, bob: User, fields: dict[str, Any], field: str, words: str
) -> None:
    assert words in wrong(acme, bob, **fields)[field]


def test_this_very_moment_is_not_the_future(acme: Customer, bob: User) -> None:
    assert log(acme, bob, at=NOW).at == NOW


def test_somebody_elses_contact_was_not_there(acme: Customer, bob: User) -> None:
    stranger = make_row(Contact, make_customer("Other"), name="Zed")
    assert wrong(acme, bob, attendees=[stranger]) == {"attendees": "Zed is no contact of Acme."}


def test_all_that_is_wrong_is_said_at_once(acme: Customer, bob: User) -> None:
    assert set(wrong(acme, bob, subject="", at=NOW + HOUR)) == {"subject", "at"}


def test_a_viewer_writes_nothing(acme: Customer) -> None:
    vera = make_user("Vera", "viewer")
    give(acme, vera, "collaborator")
    with pytest.raises(PermissionDenied):
        log(acme, vera)


def test_nobody_writes_about_a_customer_out_of_scope(bob: User) -> None:
    with pytest.raises(PermissionDenied):
        log(make_customer(), bob)


def test_the_same_key_writes_once(acme: Customer, bob: User) -> None:
    first, second = (log(acme, bob, key="one", subject=subject) for subject in ("A", "B"))
    assert first == second
    assert Interaction.objects.get().subject == "A"


def test_a_key_is_not_for_another_customer(acme: Customer, bob: User) -> None:
    other = make_customer("Other")
    give(other, bob)
    log(acme, bob, key="one")
    with pytest.raises(NotLogged, match="sent before"):
        log(other, bob, key="one")


def test_a_pulse_is_set(acme: Customer, bob: User) -> None:
    pulse = set_pulse(customer=acme, by=bob, band="red", at=NOW, reason="Silent")
    assert (pulse.band, pulse.reason, pulse.author) == ("red", "Silent", bob)
    acme.refresh_from_db()
    assert acme.facts_changed_at == NOW


def test_a_pulse_of_the_same_moment_is_corrected(acme: Customer, bob: User) -> None:
    for band in ("red", "green"):
        set_pulse(customer=acme, by=bob, band=band, at=NOW)
    assert Pulse.objects.get().band == "green"


@pytest.mark.parametrize(("fields", "field"), [({"band": "blue"}, "pulse"), ({"at": NOW + HOUR}, "at")])
def test_a_pulse_that_makes_no_sense_is_refused(acme: Customer, bob: User, fields: dict[str, Any], field: str) -> None:
    with pytest.raises(NotLogged) as refusal:
        set_pulse(**{"customer": acme, "by": bob, "band": "red", "at": NOW, **fields})
    assert set(refusal.value.errors) == {field}
    assert not Pulse.objects.exists()


def test_an_entry_is_taken_back_within_the_hour_with_its_pulse(acme: Customer, bob: User) -> None:
    entry = log(acme, bob)
    set_pulse(customer=acme, by=bob, band="red", at=entry.at)
    undo_interaction(interaction=entry, by=bob, now=NOW + HOUR)
    assert not Interaction.objects.exists()
    assert not Pulse.objects.exists()
    acme.refresh_from_db()
    assert acme.facts_changed_at == NOW + HOUR


def test_after_the_hour_it_stays(acme: Customer, bob: User) -> None:
    entry = log(acme, bob)
    with pytest.raises(NotLogged, match="within an hour"):
        undo_interaction(interaction=entry, by=bob, now=NOW + HOUR + timedelta(seconds=1))


def test_only_the_author_takes_an_entry_back(acme: Customer, bob: User) -> None:
    entry = log(acme, bob)
    with pytest.raises(NotLogged, match="your own"):
        undo_interaction(interaction=entry, by=make_user("Ada", "admin"))


def test_what_a_source_delivered_is_not_taken_back(acme: Customer, bob: User) -> None:
    entry = make_row(Interaction, acme, kind="call", at=NOW, author=bob)
    with pytest.raises(NotLogged):
        undo_interaction(interaction=entry, by=bob)
