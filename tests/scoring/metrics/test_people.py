"""Metrics of contacts, from facts to values, with what is missing, expired and quiet."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from accounts.models import Batch, Change, Contact, Customer, CustomerPeriod, Interaction, Source, Usage
from scoring.engine.frame import State
from scoring.metrics import METRICS
from scoring.metrics.block import Block
from scoring.metrics.evaluating import evaluate
from scoring.metrics.periods import customer_since
from tests.cast import START, make_customer, make_row, make_source
from tests.scoring.metrics.reading import D, at, is_evidence, read

pytestmark = pytest.mark.django_db

SPONSOR, CHAMPION = "executive_sponsor", "champion"
SINCE_START = float((D - START).days)  # 272


def ago(days: int) -> date:
    return D - timedelta(days=days)


def contact(customer: Customer, *roles: str, login: int | None = None, **fields: Any) -> Contact:
    """A contact whose last login was so many days before D."""
    moment = None if login is None else at(ago(login))
    return make_row(Contact, customer, name="Dana Doe", roles=list(roles), last_login_at=moment, **fields)


def held(customer: Customer, days: int, kind: str = "meeting", *attendees: Contact, **fields: Any) -> Interaction:
    """An interaction so many days before D."""
    interaction = make_row(Interaction, customer, kind=kind, at=at(ago(days)), **fields)
    interaction.attendees.set(attendees)
    return interaction


def changed(record: Contact, field: str, before: Any, days: int) -> None:
    """The field of a contact was something else until so many days before D."""
    Change.objects.create(
        kind="contacts", record_id=record.pk, customer=record.customer, field=field, before=before,
        observed_on=ago(days),
    )  # fmt: skip


@pytest.fixture
def acme() -> Customer:
    return make_customer()


@pytest.fixture
def other() -> Customer:
    """Another customer, whose note of today shows that interactions are delivered."""
    customer = make_customer()
    held(customer, 0, "note")
    return customer


def delivered(days: int = 0) -> None:
    """A delivery of contacts so many days before D."""
    Batch.objects.create(
        source=make_source(), kind="contacts", file="contacts.csv", received_at=at(ago(days)), status=Batch.Status.DONE
    )


# -- who is active -----------------------------------------------------------------------------------------------------


def test_contacts_are_active_by_login_or_by_taking_part(acme: Customer, other: Customer) -> None:
    contact(acme, login=0)
    held(acme, 10, "meeting", contact(acme), contact(acme))
    held(acme, 10, "email_in", contact=contact(acme))
    contact(acme)
    assert read("stakeholders_active", acme) == (4.0, State.FRESH)


@pytest.mark.parametrize(("metric", "window"), [("champions_active", 60), ("stakeholders_active", 90)])
def test_activity_before_the_window_is_over(acme: Customer, other: Customer, metric: str, window: int) -> None:
    contact(acme, CHAMPION, login=window)
    contact(acme, CHAMPION, login=window - 1)
    held(acme, window, "call", contact(acme, CHAMPION))
    held(acme, window - 1, "call", contact(acme, CHAMPION))
    assert read(metric, acme) == (2.0, State.FRESH)


def test_a_contact_is_counted_once_however_active(acme: Customer, other: Customer) -> None:
    dana = contact(acme, CHAMPION, "user", login=3)
    held(acme, 10, "meeting", dana, contact=dana)
    held(acme, 12, "call", dana)
    assert read("champions_active", acme) == (1.0, State.FRESH)
    assert read("stakeholders_active", acme) == (1.0, State.FRESH)


def test_only_champions_are_champions(acme: Customer, other: Customer) -> None:
    for role in ("decision_maker", SPONSOR, "user"):
        contact(acme, role, login=3)
    contact(acme, "user", CHAMPION, login=3)
    assert read("champions_active", acme) == (1.0, State.FRESH)


@pytest.mark.parametrize(
    ("kind", "fields", "active"),
    [
        ("call", {}, 1.0),
        ("training", {"attended": True}, 1.0),
        ("training", {"attended": False}, 0.0),
        ("email_in", {}, 1.0),
        ("email_out", {}, 0.0),
        ("email_out", {"replied_at": at(ago(0))}, 1.0),
        ("email_out", {"replied_at": at(ago(-1))}, 0.0),
        ("note", {}, 0.0),
        ("community", {}, 0.0),
    ],
)
def test_an_interaction_is_two_way_when_the_contact_took_part(
    acme: Customer, other: Customer, kind: str, fields: dict[str, Any], active: float
) -> None:
    held(acme, 5, kind, contact(acme), **fields)
    assert read("stakeholders_active", acme) == (active, State.FRESH)


def test_nobody_active_is_zero_and_no_evidence(acme: Customer, other: Customer) -> None:
    contact(acme, CHAMPION)
    assert read("champions_active", acme) == (0.0, State.FRESH)
    assert not is_evidence("champions_active", acme)
    contact(acme, CHAMPION, login=2)
    assert is_evidence("champions_active", acme)


@pytest.mark.parametrize("metric", ["champions_active", "stakeholders_active"])
def test_without_any_contact_loaded_nobody_knows_who_is_active(acme: Customer, other: Customer, metric: str) -> None:
    held(acme, 3)
    contact(acme, CHAMPION, since=D + timedelta(days=1))
    assert read(metric, acme) == (None, State.MISSING)
    contact(acme, since=D)
    assert read(metric, acme) == (0.0, State.FRESH)


def test_who_has_left_is_not_active_but_was(acme: Customer, other: Customer) -> None:
    contact(acme, CHAMPION, login=6, left_on=ago(5))
    held(other, 6, "note")
    assert read("champions_active", acme) == (0.0, State.FRESH)
    assert read("champions_active", acme, ago(5)) == (0.0, State.FRESH)
    assert read("champions_active", acme, ago(6)) == (1.0, State.FRESH)


def test_roles_and_logins_are_those_of_the_day(acme: Customer, other: Customer) -> None:
    dana = contact(acme, "user", login=2)
    changed(dana, "roles", [CHAMPION], days=4)
    changed(dana, "last_login_at", at(ago(30)).isoformat(), days=2)
    held(other, 5, "note")
    assert read("champions_active", acme, ago(5)) == (1.0, State.FRESH)
    assert read("champions_active", acme) == (0.0, State.FRESH)


def test_a_later_login_whose_forerunner_is_unknown_says_nothing_of_the_day(acme: Customer, other: Customer) -> None:
    contact(acme, login=2)
    held(other, 3, "note")
    assert read("stakeholders_active", acme, ago(3)) == (0.0, State.FRESH)
    assert read("stakeholders_active", acme, ago(2)) == (1.0, State.FRESH)


def test_meetings_of_another_customer_do_not_make_a_contact_active(acme: Customer, other: Customer) -> None:
    held(other, 3, "meeting", contact(acme))
    block = Block(np.array([acme.pk, other.pk]), D)
    column = evaluate(METRICS["stakeholders_active"], block, 90)
    np.testing.assert_array_equal(column.values, [0.0, np.nan])


def test_without_interactions_the_feed_of_contacts_decides_until_it_expires(acme: Customer) -> None:
    contact(acme, CHAMPION, login=10)
    delivered(9)
    assert read("champions_active", acme, ago(2)) == (1.0, State.FRESH)
    assert read("champions_active", acme) == (1.0, State.CARRIED)
    assert read("champions_active", acme, D + timedelta(days=37)) == (None, State.EXPIRED)


# -- e-mail addresses --------------------------------------------------------------------------------------------------


def test_completeness_is_the_share_of_contacts_with_an_address(acme: Customer) -> None:
    delivered()
    for email in ("dana@example.com", "eve@example.com", "finn@example.com", ""):
        contact(acme, email=email)
    contact(acme, left_on=D)
    contact(acme, since=D + timedelta(days=1))
    assert read("contact_completeness", acme) == (75.0, State.FRESH)
    assert not is_evidence("contact_completeness", acme)


def test_a_customer_whose_contacts_all_left_has_none(acme: Customer) -> None:
    contact(acme, email="dana@example.com", left_on=ago(1))
    assert read("contact_completeness", acme) == (0.0, State.FRESH)


def test_without_a_contact_completeness_is_unknown_unless_the_source_is_complete(acme: Customer) -> None:
    delivered()
    assert read("contact_completeness", acme) == (None, State.MISSING)
    Source.objects.update(covers=["contacts"])
    assert read("contact_completeness", acme) == (0.0, State.FRESH)


def test_an_address_that_came_later_is_not_there_on_the_day(acme: Customer) -> None:
    changed(contact(acme, email="dana@example.com"), "email", "", days=3)
    delivered(4)
    assert read("contact_completeness", acme, ago(4)) == (0.0, State.FRESH)
    assert read("contact_completeness", acme, ago(3)) == (100.0, State.FRESH)


# -- the sponsor -------------------------------------------------------------------------------------------------------


def test_the_latest_sign_of_a_sponsor_counts(acme: Customer, other: Customer) -> None:
    dana = contact(acme, SPONSOR, login=90)
    assert read("sponsor_contact_days", acme) == (90.0, State.FRESH)
    make_row(Usage, acme, date=ago(70), executive_logins=1)
    assert read("sponsor_contact_days", acme) == (70.0, State.FRESH)
    held(acme, 50, "call", executive_present=True)
    assert read("sponsor_contact_days", acme) == (50.0, State.FRESH)
    held(acme, 30, "meeting", dana)
    assert read("sponsor_contact_days", acme) == (30.0, State.FRESH)
    held(acme, 20, "email_in", contact=dana)
    assert read("sponsor_contact_days", acme) == (20.0, State.FRESH)


def test_signs_of_others_are_none_of_the_sponsor(acme: Customer, other: Customer) -> None:
    contact(acme, "decision_maker", login=4)
    contact(acme, SPONSOR, login=4, left_on=ago(1))
    held(acme, 4, "meeting", contact(acme, CHAMPION), executive_present=False)
    held(acme, 4, "meeting", contact(acme, SPONSOR), executive_present=True, attended=False)
    held(acme, 4, "email_out", contact=contact(acme, SPONSOR))
    make_row(Usage, acme, date=ago(4), executive_logins=0, logins=5)
    assert read("sponsor_contact_days", acme) == (SINCE_START, State.FRESH)


def test_what_comes_after_the_day_is_not_seen(acme: Customer, other: Customer) -> None:
    make_row(Usage, acme, date=ago(-1), executive_logins=1)
    held(acme, -1, "call", executive_present=True)
    contact(acme, SPONSOR, login=-1)
    assert read("sponsor_contact_days", acme) == (SINCE_START, State.FRESH)


def test_a_sponsor_never_heard_of_counts_from_the_start_and_is_no_evidence(acme: Customer, other: Customer) -> None:
    held(acme, 3)
    assert read("sponsor_contact_days", acme) == (SINCE_START, State.FRESH)
    assert not is_evidence("sponsor_contact_days", acme)
    contact(acme, SPONSOR, login=3)
    assert is_evidence("sponsor_contact_days", acme)


def test_the_days_without_a_sponsor_end_at_a_year(other: Customer) -> None:
    old = make_customer(since=date(2020, 1, 1))
    contact(old, SPONSOR, login=365)
    assert read("sponsor_contact_days", old) == (365.0, State.FRESH)
    contact(old, SPONSOR, login=364)
    assert read("sponsor_contact_days", old) == (364.0, State.FRESH)


def test_contact_before_the_window_is_forgotten(other: Customer) -> None:
    young = make_customer(since=ago(100))
    contact(young, SPONSOR, login=365)
    held(young, 365, "call", executive_present=True)
    make_row(Usage, young, date=ago(365), executive_logins=1)
    assert read("sponsor_contact_days", young) == (100.0, State.FRESH)


def test_a_customer_who_came_back_counts_from_their_return(other: Customer) -> None:
    back = make_customer(since=date(2020, 1, 1))
    CustomerPeriod.objects.filter(customer=back).update(ended_on=date(2022, 1, 1))
    CustomerPeriod.objects.create(customer=back, started_on=ago(40))
    assert read("sponsor_contact_days", back) == (40.0, State.FRESH)


def test_a_prospect_never_in_touch_has_no_start_to_count_from(other: Customer) -> None:
    assert read("sponsor_contact_days", make_customer(since=None)) == (None, State.MISSING)


def test_a_silent_source_stops_the_count_and_expires(acme: Customer, other: Customer) -> None:
    held(acme, 10, "call", executive_present=True)
    assert read("sponsor_contact_days", acme, D + timedelta(days=7)) == (17.0, State.FRESH)
    assert read("sponsor_contact_days", acme, D + timedelta(days=8)) == (10.0, State.CARRIED)
    assert read("sponsor_contact_days", acme, D + timedelta(days=46)) == (None, State.EXPIRED)


def test_people_are_read_in_as_many_queries_for_many_customers(other: Customer, django_assert_num_queries: Any) -> None:
    customers = [other, *(make_customer() for _ in range(5))]
    for customer in customers:
        held(customer, 3, "meeting", contact(customer, SPONSOR, login=4))
    block = Block(np.array([customer.pk for customer in customers]), D)
    block.once(customer_since)
    # Contacts and their changes, main contacts, attendees, executives met, executive logins.
    with django_assert_num_queries(6):
        for metric in ("champions_active", "stakeholders_active", "contact_completeness", "sponsor_contact_days"):
            METRICS[metric].compute(block, METRICS[metric].window)


def test_departments_of_active_people_count_once_each() -> None:
    acme = make_customer()
    for department, login in (("IT", 5), (" it ", 5), ("Sales", 89), ("Finance", 90), ("", 1)):
        contact(acme, login=login, department=department)
    contact(acme, login=1, department="Legal", left_on=ago(1))
    held(acme, 0, "call")
    assert read("departments_active", acme) == (2.0, State.FRESH)


def test_without_any_department_nothing_is_known() -> None:
    acme = make_customer()
    contact(acme, login=1)
    held(acme, 0, "call")
    assert read("departments_active", acme) == (None, State.MISSING)
