"""Overriding a score for a while."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from accounts.business_days import end_of
from accounts.models import Customer, Team, User
from accounts.noting import NotLogged
from scoring.engine.scoring import score as score_block
from scoring.freshening import freshen
from scoring.judgements.overriding import (
    Overrides,
    end_override,
    expiring,
    holding,
    over,
    override,
    overrides_on,
)
from scoring.loading import load
from scoring.models import CurrentScore, Override, Policy
from scoring.scorecards.publishing import live_version
from tests.cast import give, make_customer, make_user
from tests.healthsite.pages.world import NOW
from tests.scoring.judgements.cast import DAY, TODAY, scored, stored_override

pytestmark = pytest.mark.django_db


def set_to(customer: Customer, by: User, points: float = 80, **fields: Any) -> Override:
    usual: dict[str, Any] = {"reason": "They renewed", "until_on": TODAY + 30 * DAY, "on": TODAY}
    return override(customer=customer, by=by, score=points, **{**usual, **fields})


def wrong(customer: Customer, by: User, **fields: Any) -> dict[str, str]:
    with pytest.raises(NotLogged) as refusal:
        set_to(customer, by, **fields)
    assert not Override.objects.exists()
    return refusal.value.errors


def on(customer: Customer, day: date) -> float | None:
    found = float(overrides_on(np.array([customer.pk]), day)[0])
    return None if np.isnan(found) else found


def test_it_is_kept_with_who_why_and_the_automatic_score(acme: Customer, bob: User) -> None:
    made = set_to(acme, bob)
    assert (made.score, made.by, made.reason, made.at) == (80, bob, "They renewed", NOW)
    assert made.automatic == pytest.approx(60)


def test_it_is_news_for_scoring(acme: Customer, bob: User) -> None:
    set_to(acme, bob)
    acme.refresh_from_db()
    assert acme.facts_changed_at == NOW


def test_those_of_many_dates_say_the_same_as_each_date(acme: Customer, bob: User) -> None:
    """One after the other, one that was made after its first days, and somebody who is not asked for."""
    other, third = make_customer(), make_customer()
    for customer, begins, ends, made, points in (
        *((acme, 1, 3, 0, 20.0), (acme, 3, 6, 2, 30.0), (acme, 5, 7, 4, 40.0)),
        *((other, 2, 8, 5, 50.0), (third, 0, 9, 0, 60.0)),
    ):
        span, at = (TODAY + begins * DAY, TODAY + ends * DAY), NOW + made * DAY
        stored_override(customer, bob, *span, at=at, score=points, ended_at=at)
    ids, last = np.array([acme.pk, other.pk]), TODAY + 9 * DAY
    found = Overrides((acme.pk, other.pk), TODAY, last)
    days = [TODAY + n * DAY for n in range(10)]
    np.testing.assert_array_equal([found.on(ids, day) for day in days], [overrides_on(ids, day) for day in days])
    assert np.nan_to_num(found.on(ids, days[5])).tolist() == [40.0, 50.0]
    assert np.nan_to_num(found.on(ids, days[4])).tolist() == [30.0, 0.0]


def test_it_holds_up_to_its_end_and_not_with_it(acme: Customer, bob: User) -> None:
    set_to(acme, bob)
    days = [TODAY - DAY, TODAY, TODAY + 29 * DAY, TODAY + 30 * DAY]
    assert [on(acme, day) for day in days] == [None, 80, 80, None]


def test_one_made_the_day_after_does_not_touch_a_day(acme: Customer, bob: User) -> None:
    late = end_of(TODAY)
    made = stored_override(acme, bob, TODAY, TODAY + 9 * DAY, at=late - timedelta(microseconds=1))
    assert on(acme, TODAY) == 80
    Override.objects.filter(pk=made.pk).update(at=late)
    assert on(acme, TODAY) is None
    assert on(acme, TODAY + DAY) == 80


def test_one_that_ended_early_still_held_before(acme: Customer, bob: User) -> None:
    made = set_to(acme, bob)
    with time_machine.travel(NOW + 5 * DAY):
        end_override(override=made, by=bob, on=TODAY + 5 * DAY)
    assert [on(acme, TODAY + days * DAY) for days in (4, 5)] == [80, None]
    assert (made.ended_by, made.until_on) == (bob, TODAY + 5 * DAY)


def test_ending_twice_has_one_effect(acme: Customer, bob: User) -> None:
    made = set_to(acme, bob)
    for days in (2, 5):
        with time_machine.travel(NOW + days * DAY):
            end_override(override=made, by=bob, on=TODAY + days * DAY)
    assert made.until_on == TODAY + 2 * DAY


def test_what_ran_out_is_not_ended_again(acme: Customer, bob: User) -> None:
    made = stored_override(acme, bob, TODAY - 9 * DAY, TODAY)
    assert end_override(override=made, by=bob, on=TODAY).ended_at is None


def test_a_newer_one_ends_the_older(acme: Customer, bob: User) -> None:
    first = set_to(acme, bob)
    with time_machine.travel(NOW + 3 * DAY):
        set_to(acme, bob, 30, on=TODAY + 3 * DAY)
    first.refresh_from_db()
    assert (first.until_on, first.ended_by) == (TODAY + 3 * DAY, bob)
    assert [on(acme, TODAY + days * DAY) for days in (2, 3)] == [80, 30]


def test_a_second_one_on_the_same_day_is_the_one_that_counts(acme: Customer, bob: User) -> None:
    set_to(acme, bob)
    set_to(acme, bob, 30)
    assert on(acme, TODAY) == 30
    assert holding(TODAY).count() == 1


def test_one_that_ran_out_makes_room_and_nobody_ended_it(acme: Customer, bob: User) -> None:
    old = stored_override(acme, bob, TODAY - 9 * DAY, TODAY - DAY)
    set_to(acme, bob, 30)
    old.refresh_from_db()
    assert (old.until_on, old.ended_by, old.ended_at is None) == (TODAY - DAY, None, False)


def test_the_same_again_changes_nothing(acme: Customer, bob: User) -> None:
    assert set_to(acme, bob) == set_to(acme, bob)
    assert Override.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"points": 100.1}, "score", "from 0 to 100"),
        ({"points": -0.1}, "score", "from 0 to 100"),
        ({"points": float("nan")}, "score", "from 0 to 100"),
        ({"reason": " \n"}, "reason", "empty"),
        ({"reason": "x" * 2001}, "reason", "2000 fit"),
        ({"reason": "a\0b"}, "reason", "NUL"),
        ({"until_on": TODAY}, "until_on", "after 1 October 2025"),
        ({"until_on": TODAY + 91 * DAY}, "until_on", "90 days at most, until 30 December 2025"),
    ],
)
def test_what_makes_no_sense_is_refused(
    acme: Customer, bob: User, fields: dict[str, Any], field: str, words: str
) -> None:
    assert words in wrong(acme, bob, **fields)[field]


@pytest.mark.parametrize("points", [0, 100])
def test_the_ends_of_the_scale_and_the_longest_time_are_allowed(acme: Customer, bob: User, points: float) -> None:
    assert set_to(acme, bob, points, until_on=TODAY + 90 * DAY).score == points


def test_an_admin_decides_how_long(acme: Customer, bob: User) -> None:
    Policy.objects.create(pk=1, override_days=10)
    assert "10 days at most" in wrong(acme, bob, until_on=TODAY + 11 * DAY)["until_on"]


def test_only_a_scored_customer_is_overridden(acme: Customer, bob: User) -> None:
    unknown = make_customer("Nobody knows")
    give(unknown, bob)
    assert "has no score" in wrong(unknown, bob)["score"]


@pytest.mark.parametrize("role", ["viewer", "executive", "account_executive", "csm"])
def test_who_only_sees_the_customer_does_not_override(acme: Customer, role: str) -> None:
    someone = make_user("Someone", role)
    give(acme, someone, "collaborator")
    with pytest.raises(PermissionDenied):
        set_to(acme, someone)


def test_a_csm_leaves_others_alone(acme: Customer) -> None:
    with pytest.raises(PermissionDenied):
        set_to(acme, make_user("Charlie"))


def test_who_was_csm_is_not_any_more(acme: Customer) -> None:
    former = make_user("Former")
    give(acme, former, until_on=TODAY)
    with pytest.raises(PermissionDenied):
        set_to(acme, former)


def test_a_manager_overrides_in_their_team_only(bob: User, acme: Customer) -> None:
    alice, zoe = make_user("Alice", "manager"), make_user("Zoe", "manager")
    bob.team = Team.objects.create(name="North")
    bob.save()
    bob.team.managers.add(alice)
    assert set_to(acme, alice).by == alice
    with pytest.raises(PermissionDenied):
        set_to(acme, zoe)


def test_the_engine_takes_them_and_leaves_the_automatic_score_beneath(acme: Customer, bob: User) -> None:
    other, version = scored(40), live_version()
    set_to(acme, bob)
    ids = np.array([acme.pk, other.pk])
    assert version is not None
    made = score_block(load(ids, TODAY, version.engine).frame, version.engine, overrides_on(ids, TODAY))
    assert made.score == pytest.approx([80, 40])
    assert made.automatic == pytest.approx([60, 40])


def test_reading_them_is_one_query_whatever_their_number(
    acme: Customer, bob: User, django_assert_num_queries: Any
) -> None:
    ids = np.array([acme.pk, *(make_customer().pk for _ in range(20))])
    set_to(acme, bob)
    with django_assert_num_queries(1):
        assert np.isnan(overrides_on(ids, TODAY)).sum() == 20


def test_somebody_between_two_customers_of_a_block_is_left_out(bob: User, acme: Customer) -> None:
    set_to(acme, bob)
    assert np.isnan(overrides_on(np.array([acme.pk - 1, acme.pk + 1]), TODAY)).all()
    assert len(overrides_on(np.array([], dtype=np.int64), TODAY)) == 0


@pytest.mark.parametrize(("days", "soon"), [(7, True), (8, False), (1, True)])
def test_those_that_end_within_a_week_are_named(acme: Customer, bob: User, days: int, soon: bool) -> None:
    made = set_to(acme, bob, until_on=TODAY + days * DAY)
    assert list(expiring(TODAY)) == ([made] if soon else [])


def test_one_that_never_was_in_force_is_not_told_of(acme: Customer, bob: User) -> None:
    set_to(acme, bob)
    set_to(acme, bob, 30)
    assert not over(TODAY).exists()


def test_the_live_score_follows_and_comes_back(acme: Customer, bob: User) -> None:
    made = set_to(acme, bob)
    freshen()
    current = CurrentScore.objects.get()
    assert (current.score, current.role) == (80, "green")
    assert current.automatic == pytest.approx(60)
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        end_override(override=made, by=bob, on=TODAY)
        freshen()
    current.refresh_from_db()
    assert (current.role, current.automatic) == ("yellow", None)
    assert current.score == pytest.approx(60)


def test_one_that_ends_today_is_over(acme: Customer, bob: User) -> None:
    made = stored_override(acme, bob, TODAY - 9 * DAY, TODAY)
    assert list(over(TODAY)) == [made]
    assert not expiring(TODAY).exists()
