"""Executives who log in and champions who leave, and the indicators I2 and I13."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from accounts.models import Change, Contact, Customer, Expectation, Interaction
from scoring.engine.frame import State
from tests.cast import make_customer, make_row, make_source
from tests.scoring.indicating import holding
from tests.scoring.metrics.reading import D, at, read
from tests.scoring.metrics.using import use

pytestmark = pytest.mark.django_db
LAST_YEAR = date(2024, 6, 1)


def ago(days: int) -> date:
    return D - timedelta(days=days)


@pytest.fixture
def acme() -> Customer:
    return make_customer()


@pytest.fixture(autouse=True)
def alive() -> None:
    """Another customer's contact logged in today, and was met: the source is alive."""
    other = make_customer()
    make_row(Contact, other, name="Zoe", last_login_at=at(D))
    make_row(Interaction, other, kind="meeting", at=at(D))


def person(customer: Customer, *roles: str, login: int | None = None, **fields: Any) -> Contact:
    """A contact who last logged in so many days before D."""
    moment = None if login is None else at(ago(login))
    fields = {"name": "Ann", "since": LAST_YEAR, **fields}
    return make_row(Contact, customer, roles=list(roles), last_login_at=moment, **fields)


def met(contact: Contact, *days: int, **fields: Any) -> None:
    for day in days:
        make_row(Interaction, contact.customer, kind="meeting", at=at(ago(day)), contact=contact, **fields)


@pytest.mark.parametrize(("days", "opens"), [(30, False), (31, True), (180, True), (181, False)])
@pytest.mark.parametrize("role", ["executive_sponsor", "decision_maker"])
def test_an_executive_who_logged_in_lately_no_longer_does(acme: Customer, role: str, days: int, opens: bool) -> None:
    person(acme, role, login=days)
    assert ("I2" in holding(acme)) is opens


def test_users_and_executives_who_left_are_not_asked_for(acme: Customer) -> None:
    person(acme, "user", login=40)
    person(acme, "executive_sponsor", login=40, left_on=ago(10))
    assert read("exec_login_days", acme) == (None, State.MISSING)


def test_the_usage_feed_knows_of_executives_too(acme: Customer) -> None:
    person(acme, "executive_sponsor", login=40)
    use(acme, 10, executive_logins=1)
    use(acme, 5, executive_logins=0)
    assert read("exec_login_days", acme) == (10.0, State.FRESH)


def test_a_later_login_is_not_known_on_an_earlier_day(acme: Customer) -> None:
    ann = person(acme, "executive_sponsor", login=2)
    log_change(ann, 40, 2)
    make_row(Contact, make_customer(), name="Yan", last_login_at=at(ago(3)))
    assert read("exec_login_days", acme, ago(3)) == (37.0, State.FRESH)


def log_change(contact: Contact, before: int, after: int) -> None:
    """The log's entry of a login."""
    moments = {"before": at(ago(before)).isoformat(), "after": at(ago(after)).isoformat()}
    owner = {"customer": contact.customer, "record_id": contact.pk, "kind": "contacts"}
    Change.objects.create(**owner, field="last_login_at", observed_on=ago(after), **moments)


@pytest.mark.parametrize(("days", "opens"), [(0, True), (29, True), (30, False), (-1, False)])
def test_a_champion_who_left_is_gone_for_thirty_days(acme: Customer, days: int, opens: bool) -> None:
    person(acme, "champion", left_on=ago(days))
    assert ("I13" in holding(acme)) is opens


def test_others_may_leave(acme: Customer) -> None:
    person(acme, "technical_admin", left_on=ago(1))
    assert "I13" not in holding(acme)


@pytest.mark.parametrize(("last", "opens"), [(45, True), (44, False)])
def test_a_champion_is_gone_after_45_silent_days(acme: Customer, last: int, opens: bool) -> None:
    met(person(acme, "champion"), *(last + 7 * week for week in range(4)))
    assert ("I13" in holding(acme)) is opens


@pytest.mark.parametrize(
    ("days", "opens"), [((50, 57, 64, 71), True), ((50, 51, 57, 64), False), ((50, 57, 64), False)]
)
def test_it_takes_four_active_weeks_before(acme: Customer, days: tuple[int, ...], opens: bool) -> None:
    met(person(acme, "champion"), *days)
    assert ("I13" in holding(acme)) is opens


def test_meetings_as_one_of_many_and_logins_are_activity(acme: Customer) -> None:
    ann = person(acme, "champion", login=50)
    log_change(ann, 57, 50)
    met(ann, 64)
    make_row(Interaction, acme, kind="call", at=at(ago(71))).attendees.add(ann)
    assert "I13" in holding(acme)


def test_a_missed_meeting_is_no_activity(acme: Customer) -> None:
    ann = person(acme, "champion")
    met(ann, 50, 57, 64)
    met(ann, 71, attended=False)
    assert "I13" not in holding(acme)


def test_a_champion_who_left_is_still_here_on_an_earlier_day(acme: Customer) -> None:
    ann = person(acme, "champion", left_on=ago(2))
    owner = {"customer": acme, "record_id": ann.pk, "kind": "contacts"}
    Change.objects.create(**owner, field="left_on", before=None, after=ago(2).isoformat(), observed_on=ago(2))
    make_row(Contact, make_customer(), name="Yan", last_login_at=at(ago(3)))
    assert "I13" not in holding(acme, ago(3))


def test_a_note_mutes(acme: Customer) -> None:
    person(acme, "champion", left_on=ago(1))
    Expectation.objects.create(customer=acme, source=make_source(), metric="champion_gone", from_on=D)
    assert "I13" not in holding(acme)
