"""Nights that move customers between stages: once, in the order of dates, and not against a person."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from accounts.history import EVERYBODY
from accounts.models import CustomerPeriod
from scoring.models import Stay
from scoring.vocabulary.moving import Stays
from scoring.vocabulary.staying import settle
from scoring.vocabulary.stays import stage_numbers_on
from scoring.vocabulary.stepping import GROWTH, MATURE, ONBOARDING, RENEWAL
from tests.cast import make_customer, make_user
from tests.scoring.vocabulary.staging import night, show_current, stays

pytestmark = pytest.mark.django_db
D = date(2025, 9, 1)
DONE: dict[str, Any] = {"onboarding_open_steps": 0}
DUE: dict[str, Any] = {**DONE, "days_to_renewal": 30, "renewal_won": 0}


def on(days: int) -> date:
    return D + timedelta(days=days)


def test_who_has_open_steps_has_been_in_onboarding_since_the_period_began() -> None:
    acme = make_customer()
    assert night(D, acme, tenure_days=40) == 1
    assert stays(acme) == [(ONBOARDING, on(-40), None)]


def test_who_is_beyond_onboarding_is_placed_as_of_the_night() -> None:
    acme = make_customer()
    night(D, acme, **DONE)
    assert stays(acme) == [(GROWTH, D, None)]


def test_a_customer_goes_its_way() -> None:
    acme = make_customer()
    steady: dict[str, Any] = {**DONE, "usage_steady_90": 1, "tenure_days": 200}
    story: list[dict[str, Any]] = [{}, DONE, steady, DUE, {**DUE, "renewal_won": 1}, {**DONE, "usage_growing_28": 1}]
    assert [night(on(day), acme, **facts) for day, facts in enumerate(story)] == [1, 1, 1, 1, 1, 1]
    assert stays(acme) == [
        (ONBOARDING, on(-100), on(1)),
        (GROWTH, on(1), on(2)),
        (MATURE, on(2), on(3)),
        (RENEWAL, on(3), on(4)),
        (MATURE, on(4), on(5)),
        (GROWTH, on(5), None),
    ]


def test_who_was_put_into_the_renewal_again_goes_back_to_where_it_was_before_both() -> None:
    acme, bob = make_customer(), make_user("Bob")
    for stage, since, until, said in ((MATURE, 0, 1, ""), (RENEWAL, 1, 3, ""), (RENEWAL, 3, None, "They ask again")):
        ends = None if until is None else on(until)
        by = bob if said else None
        Stay.objects.create(
            customer=acme, stage=stage, from_on=on(since), until_on=ends, reason=said, by=by, expires_on=on(4)
        )
    assert night(on(4), acme, **{**DUE, "renewal_won": 1}) == 1
    assert stays(acme)[-1] == (MATURE, on(4), None)


def test_the_same_night_again_moves_nobody_again() -> None:
    acme = make_customer()
    night(D, acme)
    assert [night(on(1), acme, **DUE) for _ in range(3)] == [1, 0, 0]
    assert stays(acme)[-1] == (GROWTH, on(1), None)
    assert night(on(2), acme, **DUE) == 1


def test_a_night_before_one_that_moved_a_customer_leaves_this_one_alone() -> None:
    """What a later night decided about the others is nothing to a customer: the same alone and in any company."""
    acme, other = make_customer(), make_customer()
    night(D, acme)
    night(on(2), acme, **DONE)
    assert night(on(1), acme, other, **DONE) == 1
    assert stays(acme) == [(ONBOARDING, on(-100), on(2)), (GROWTH, on(2), None)]
    assert stays(other) == [(GROWTH, on(1), None)]


def test_who_has_left_since_is_not_placed_by_an_earlier_night() -> None:
    acme = make_customer()
    night(D, acme, **DONE)
    CustomerPeriod.objects.filter(customer=acme).update(ended_on=on(9))
    night(on(9), make_customer())
    assert night(on(4), acme, **DUE) == 0
    assert stays(acme) == [(GROWTH, D, on(9))]


def test_a_late_night_makes_its_step_where_the_later_one_moved_nobody() -> None:
    """On day 2 nothing happens; day 1 comes after it and ends Onboarding, and day 3 goes on from there."""
    acme = make_customer()
    night(D, acme)
    assert [night(on(2), acme), night(on(1), acme, **DONE), night(on(3), acme, **DUE)] == [
        0,
        1,
        1,
    ]
    assert stays(acme)[1:] == [(GROWTH, on(1), on(3)), (RENEWAL, on(3), None)]


def test_who_leaves_is_in_no_stage_from_that_day_on_and_begins_anew() -> None:
    acme, other = make_customer(), make_customer()
    night(D, acme, other, **DONE)
    CustomerPeriod.objects.filter(customer=acme).update(ended_on=on(2))
    night(on(3), other, **DONE)
    assert stays(acme) == [(GROWTH, D, on(2))]
    CustomerPeriod.objects.create(customer=acme, started_on=on(10))
    night(on(12), acme, other, tenure_days=2)
    assert stays(acme)[1:] == [(ONBOARDING, on(10), None)]
    assert len(stays(other)) == 1


def test_a_stay_that_somebody_has_ended_since_it_was_read_keeps_its_end() -> None:
    acme, other = make_customer(), make_customer()
    night(D, acme, other, **DONE)
    CustomerPeriod.objects.filter(customer=acme).update(ended_on=on(2))
    read = Stays.read(EVERYBODY, on(3))
    Stay.objects.filter(customer=acme).update(until_on=on(1))
    settle(on(3), read, np.array([other.pk]), [])
    assert stays(acme) == [(GROWTH, D, on(1))]


def test_a_stay_of_the_day_on_which_somebody_leaves_ends_with_it() -> None:
    acme, bob = make_customer(), make_user("Bob")
    Stay.objects.create(customer=acme, stage=MATURE, from_on=D, by=bob, reason="Agreed with them")
    CustomerPeriod.objects.filter(customer=acme).update(ended_on=D)
    night(D, make_customer())
    assert stays(acme) == [(MATURE, D, D)]


def test_a_person_holds_a_customer_until_the_day_it_expires() -> None:
    acme, bob = make_customer(), make_user("Bob")
    held = {"customer": acme, "stage": MATURE, "by": bob, "reason": "Agreed with them"}
    Stay.objects.create(from_on=D, expires_on=on(3), **held)
    assert [night(on(day), acme, **DUE) for day in (1, 2, 3)] == [0, 0, 1]
    assert stays(acme) == [(MATURE, D, on(3)), (RENEWAL, on(3), None)]


def test_without_an_end_a_person_holds_a_customer_for_good() -> None:
    acme, bob = make_customer(), make_user("Bob")
    Stay.objects.create(customer=acme, stage=ONBOARDING, from_on=D, by=bob, reason="Starts over")
    assert night(on(400), acme, **DUE) == 0


def test_a_stage_of_the_customers_file_is_taken_for_good_where_nobody_was_placed() -> None:
    acme, other = make_customer(lifecycle_stage="mature"), make_customer(lifecycle_stage="churned")
    night(D, acme, other, **DUE)
    assert (stays(acme), stays(other)) == ([(MATURE, D, None)], [(RENEWAL, D, None)])
    assert night(on(9), acme, **DUE) == 0
    Stay.objects.filter(customer=acme).update(until_on=on(10))
    night(on(11), acme, **DONE)
    assert stays(acme)[-1] == (GROWTH, on(11), None)


def test_current_scores_of_the_date_or_later_show_the_stage() -> None:
    acme, newer, ahead = make_customer(), make_customer(), make_customer()
    shown = [show_current(acme, D), show_current(newer, on(1)), show_current(ahead, on(-1))]
    night(D, acme, newer, ahead, tenure_days=5)
    for one in shown:
        one.refresh_from_db()
    assert [(one.stage, one.stage_since) for one in shown] == [(1, on(-5)), (1, on(-5)), (0, None)]


def test_the_stays_that_a_night_finds_say_the_stage_of_its_date() -> None:
    """On each date as the database says it: before the first stay, after a step, moved by hand on a day, and left."""
    acme, other, gone = make_customer(), make_customer(), make_customer()
    for customer, stage, since, until in (
        *((acme, ONBOARDING, 1, 3), (acme, GROWTH, 3, 3), (acme, MATURE, 3, None)),
        *((other, GROWTH, 0, 4), (other, RENEWAL, 4, None), (gone, MATURE, 2, 5)),
    ):
        Stay.objects.create(
            customer=customer, stage=stage, from_on=on(since), until_on=None if until is None else on(until)
        )
    ids = np.array([acme.pk, other.pk, gone.pk])
    found = [Stays.read(EVERYBODY, on(day)).stages_of(ids).tolist() for day in range(-1, 7)]
    assert found == [stage_numbers_on(ids, on(day)).tolist() for day in range(-1, 7)]
    assert found[1:6] == [[0, 2, 0], [1, 2, 0], [1, 2, 3], [3, 2, 3], [3, 4, 3]]
    assert Stays.read(EVERYBODY, on(3)).stages_of(ids[1:]).tolist() == [2, 3]


def test_the_number_of_queries_does_not_grow_with_customers(django_assert_max_num_queries: Any) -> None:
    few, many = [make_customer() for _ in range(2)], [make_customer() for _ in range(30)]
    night(D, *few, *many)
    with django_assert_max_num_queries(12):
        night(on(1), *few, *many, **DONE)
    assert Stay.objects.filter(stage=GROWTH, until_on=None).count() == 32
