"""What a fact said before a later delivery overwrote it is kept, and can be put back for as long as somebody looks."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from accounts.changes import Observation, change
from accounts.history import Asked, corrections_after, put_back, read_states
from accounts.models import Attribute, Change, Contact, Customer, Ticket, Usage
from tests.accounts.ingestion.bringing import customer, states
from tests.cast import make_customer, make_row
from tests.digest import digest_of

pytestmark = pytest.mark.django_db
LATE, LATER = datetime(2025, 3, 10, tzinfo=UTC), datetime(2025, 3, 20, tzinfo=UTC)
EVER = datetime(2000, 1, 1, tzinfo=UTC)
TICKETS = "customer,external_id,opened_at,severity,csat\nC-1,T-1,2025-03-0{}T10:00:00Z,{},{}\n"


def around(one: Customer) -> tuple[int, int]:
    return one.pk, one.pk


def test_a_correction_of_a_fact_is_logged_on_the_facts_own_date(tmp_path: Path) -> None:
    one = customer()
    states(tmp_path, "tickets", TICKETS.format(1, "low", 3))
    assert not Change.objects.exists()
    assert states(tmp_path, "tickets", TICKETS.format(2, "high", 3)) == {"updated": 1}
    found = {entry.field: (entry.before, entry.after) for entry in Change.objects.all()}
    assert found == {
        "severity": ("low", "high"),
        "opened_at": ("2025-03-01T10:00:00+00:00", "2025-03-02T10:00:00+00:00"),
    }
    entry = Change.objects.first()
    assert entry
    assert (entry.kind, entry.customer, str(entry.observed_on)) == ("tickets", one, "2025-03-01")


def test_a_reading_that_is_told_anew_keeps_what_it_said(tmp_path: Path) -> None:
    customer()
    states(tmp_path, "usage", "customer,date,logins,minutes\nC-1,2025-03-01,5,\n")
    states(tmp_path, "usage", "customer,date,logins,minutes\nC-1,2025-03-01,7,60.5\n")
    log = Change.objects.order_by("field").values_list("field", "before", "after")
    assert list(log) == [("logins", 5, 7), ("minutes", None, 60.5)]


def test_the_same_again_and_a_newer_stamp_alone_are_no_corrections(tmp_path: Path) -> None:
    customer()
    text = "customer,date,logins,updated_at\nC-1,2025-03-01,5,2025-03-0{}T00:00:00Z\n"
    states(tmp_path, "usage", text.format(2))
    states(tmp_path, "usage", text.format(2))
    states(tmp_path, "usage", text.format(3))
    assert not Change.objects.exists()


def test_attributes_of_ones_own_are_kept_too(tmp_path: Path) -> None:
    one = customer()
    for value in ("red", "blue"):
        states(tmp_path, "attributes", f"customer,attribute,value\nC-1,fleet,{value}\n")
    with put_back(corrections_after(around(one), EVER)):
        assert Attribute.objects.get().value == "red"
    assert Attribute.objects.get().value == "blue"


def test_what_is_put_back_is_put_back_in_every_type_and_only_inside(tmp_path: Path) -> None:
    one = customer()
    states(tmp_path, "tickets", TICKETS.format(1, "low", ""))
    states(tmp_path, "tickets", TICKETS.format(2, "high", 4))
    before = digest_of()
    with put_back(corrections_after(around(one), EVER)):
        ticket = Ticket.objects.get()
        assert (ticket.severity, ticket.csat, ticket.opened_at) == ("low", None, datetime(2025, 3, 1, 10, tzinfo=UTC))
    assert digest_of() == before


def test_a_ticket_that_was_once_said_to_end_before_it_opened_ends_then(tmp_path: Path) -> None:
    """It was taken before such rows were refused, and the log keeps what it said."""
    one = customer()
    states(tmp_path, "tickets", TICKETS.format(1, "low", 3))
    ticket = Ticket.objects.get()
    Change.objects.create(
        kind="tickets", record_id=ticket.pk, customer=one, field="closed_at", observed_on=date(2025, 3, 1),
        before="2025-02-01T00:00:00+00:00", after=None,
    )  # fmt: skip
    with put_back(corrections_after(around(one), EVER)):
        assert Ticket.objects.get().closed_at == ticket.opened_at
    assert Ticket.objects.get().closed_at is None


def test_what_raises_inside_leaves_everything_as_it_is(tmp_path: Path) -> None:
    one = customer()
    for logins in (5, 7):
        states(tmp_path, "usage", f"customer,date,logins\nC-1,2025-03-01,{logins}\n")
    with pytest.raises(ZeroDivisionError), put_back(corrections_after(around(one), EVER)):
        raise ZeroDivisionError
    assert Usage.objects.get().logins == 7


def test_corrections_known_before_the_moment_and_of_others_stay(tmp_path: Path) -> None:
    one = customer()
    for logins in (5, 7):
        states(tmp_path, "usage", f"customer,date,logins\nC-1,2025-03-01,{logins}\n")
    Change.objects.update(known_at=LATE)
    assert corrections_after(around(one), LATE) == {"usage": {Usage.objects.get().pk: {"logins": 5}}}
    assert corrections_after(around(one), LATER) == {}
    assert corrections_after(around(make_customer()), LATE) == {}


# -- states ------------------------------------------------------------------------------------------------------------


def moved(contact: Contact, day: date, step: tuple[str, str], known_at: datetime) -> None:
    entry = change("contacts", contact, "title", step, Observation(day))
    entry.known_at = known_at
    entry.save()


def title(contact: Contact, day: date, known_by: datetime | None) -> list[str]:
    asked = Asked((contact.customer_id, contact.customer_id), day, known_by)
    return list(read_states("contacts", ["title"], asked).on(day)["title"])


@pytest.fixture
def ines() -> Contact:
    """A since ever, B from the 5th on but known from LATE on only, C from the 8th on and known at once."""
    contact = make_row(Contact, make_customer(), name="Ines", title="C", known_at=EVER)
    moved(contact, date(2025, 3, 5), ("A", "B"), LATE)
    moved(contact, date(2025, 3, 8), ("B", "C"), datetime(2025, 3, 8, tzinfo=UTC))
    return contact


@pytest.mark.parametrize(
    ("day", "known_by", "expected"),
    [
        (4, None, "A"),
        (6, None, "B"),
        (9, None, "C"),
        (6, datetime(2025, 3, 7, tzinfo=UTC), "A"),  # nobody knew of B yet
        (6, LATER, "B"),
        (6, LATE, "A"),  # the moment itself is too late
        (9, datetime(2025, 3, 9, tzinfo=UTC), "C"),  # B was never seen, and C stands
    ],
)
def test_a_state_as_it_was_known(day: int, known_by: datetime | None, expected: str, ines: Contact) -> None:
    assert title(ines, date(2025, 3, day), known_by) == [expected]


def test_a_record_that_appeared_later_was_not_there(ines: Contact) -> None:
    Contact.objects.update(known_at=LATE)
    assert title(ines, date(2025, 3, 9), LATE) == []
    assert title(ines, date(2025, 3, 9), LATER) == ["C"]


@pytest.mark.parametrize(("known_by", "expected"), [(LATE, ""), (LATER, "Retail")])
def test_of_a_customer_who_was_not_known_yet_nothing_is_known(known_by: datetime, expected: str) -> None:
    one = make_customer(industry="Retail", arr=100, known_at=LATE)
    rows = read_states("customers", ["industry", "arr"], Asked(around(one), date(2025, 3, 1), known_by))
    found = rows.on(date(2025, 3, 1))
    assert (found["industry"][0], np.isnan(found["arr"][0])) == (expected, not expected)
