"""Expecting something of a metric, and muting it until a date."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied

from accounts.expecting import authors_of, end_expectation, expect, expectations_of, muted_until
from accounts.models import Customer, Expectation, User
from accounts.noting import NotLogged
from tests.cast import give, make_customer, make_row, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 10, 1, 9, tzinfo=UTC)
TODAY = NOW.date()
DAY = timedelta(days=1)


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


def say(customer: Customer, by: User, **fields: Any) -> Expectation:
    usual: dict[str, Any] = {"metric": "nps", "from_on": TODAY, "until_on": TODAY + 30 * DAY, "expected": None}
    return expect(customer=customer, by=by, **{**usual, "reason": "Migration", **fields})


def wrong(customer: Customer, by: User, **fields: Any) -> dict[str, str]:
    with pytest.raises(NotLogged) as refusal:
        say(customer, by, **fields)
    assert not Expectation.objects.exists()
    return refusal.value.errors


def test_a_mute_holds_up_to_its_end_and_not_with_it(acme: Customer, bob: User) -> None:
    made = say(acme, bob)
    assert made.until_on is not None
    assert muted_until(acme, TODAY) == {"nps": (made.until_on, "Migration")}
    assert muted_until(acme, made.until_on - DAY) == {"nps": (made.until_on, "Migration")}
    assert muted_until(acme, made.until_on) == {}
    assert muted_until(acme, TODAY - DAY) == {}


def test_a_value_mutes_nothing(acme: Customer, bob: User) -> None:
    say(acme, bob, expected=40.0, until_on=None)
    assert muted_until(acme, TODAY) == {}


def test_of_two_that_hold_the_later_one_counts(acme: Customer, bob: User) -> None:
    say(acme, bob, from_on=TODAY - DAY)
    say(acme, bob, expected=40.0)
    assert muted_until(acme, TODAY) == {}
    assert list(muted_until(acme, TODAY - DAY)) == ["nps"]


def test_one_that_begins_on_the_same_date_takes_the_others_place(acme: Customer, bob: User) -> None:
    say(acme, bob)
    say(acme, bob, expected=12.0)
    assert Expectation.objects.get().expected == 12.0


def test_who_said_it_and_why_is_kept(acme: Customer, bob: User) -> None:
    made = say(acme, bob)
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (bob, str(made.pk))
    assert "Migration" in entry.change_message
    assert authors_of([made])[made.pk][0] == "Bob"


def test_nobody_is_the_author_of_what_a_file_said(acme: Customer) -> None:
    assert authors_of([make_row(Expectation, acme, metric="nps", from_on=TODAY)]) == {}


def test_it_is_news_for_scoring(acme: Customer, bob: User) -> None:
    say(acme, bob)
    acme.refresh_from_db()
    assert acme.facts_changed_at == NOW


def test_the_same_again_changes_nothing(acme: Customer, bob: User) -> None:
    assert say(acme, bob) == say(acme, bob)
    assert LogEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"until_on": None}, "until_on", "muted until a date"),
        ({"until_on": TODAY}, "until_on", "has to be after 1 October 2025"),
        ({"until_on": TODAY + 367 * DAY}, "until_on", "until 2 October 2026 at most"),
        ({"until_on": date(9999, 12, 31)}, "until_on", "too far away"),
        ({"expected": float("nan")}, "expected", "no value"),
        ({"expected": float("inf")}, "expected", "no value"),
        ({"metric": " "}, "metric", "no metric"),
        ({"metric": "x" * 65}, "metric", "no metric"),
        ({"metric": "a\0b"}, "metric", "no metric"),
        ({"reason": "  "}, "reason", "empty"),
        ({"reason": "x" * 256}, "reason", "256 characters; 255 fit"),
        ({"reason": "a\0b"}, "reason", "NUL"),
    ],
)
def test_what_makes_no_sense_is_refused(
    acme: Customer, bob: User, fields: dict[str, Any], field: str, words: str
) -> None:
    assert words in wrong(acme, bob, **fields)[field]


def test_a_mute_may_last_a_year(acme: Customer, bob: User) -> None:
    assert say(acme, bob, until_on=TODAY + 366 * DAY).until_on == date(2026, 10, 2)


def test_a_value_may_hold_without_an_end(acme: Customer, bob: User) -> None:
    assert say(acme, bob, expected=5.0, until_on=None).until_on is None


def test_a_viewer_expects_nothing(acme: Customer) -> None:
    vera = make_user("Vera", "viewer")
    give(acme, vera, "collaborator")
    with pytest.raises(PermissionDenied):
        say(acme, vera)


def test_nobody_expects_anything_of_a_customer_out_of_scope(bob: User) -> None:
    with pytest.raises(PermissionDenied):
        say(make_customer(), bob)


def test_it_ends_early_and_the_days_before_stay_muted(acme: Customer, bob: User) -> None:
    made = say(acme, bob, from_on=TODAY - 10 * DAY)
    end_expectation(expectation=made, by=bob, on=TODAY)
    assert muted_until(acme, TODAY) == {}
    assert muted_until(acme, TODAY - DAY) == {"nps": (TODAY, "Migration")}
    assert list(expectations_of(acme, TODAY)) == []


def test_one_that_has_not_begun_ends_before_it_begins(acme: Customer, bob: User) -> None:
    made = say(acme, bob, from_on=TODAY + DAY)
    assert list(expectations_of(acme, TODAY)) == [made]
    assert end_expectation(expectation=made, by=bob, on=TODAY).until_on == made.from_on


def test_what_is_over_is_not_ended_again(acme: Customer, bob: User) -> None:
    made = say(acme, bob)
    for on in (TODAY, TODAY + DAY):
        end_expectation(expectation=made, by=bob, on=on)
    assert made.until_on == TODAY
    assert LogEntry.objects.count() == 2


def test_only_who_may_write_ends_it(acme: Customer, bob: User) -> None:
    with pytest.raises(PermissionDenied):
        end_expectation(expectation=say(acme, bob), by=make_user("Charlie"), on=TODAY)


def test_what_mutes_is_one_question_to_the_database(acme: Customer, bob: User, django_assert_num_queries: Any) -> None:
    for metric in ("nps", "csat", "ces"):
        say(acme, bob, metric=metric)
    with django_assert_num_queries(1):
        assert len(muted_until(acme, TODAY)) == 3
