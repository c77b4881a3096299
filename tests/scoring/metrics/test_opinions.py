"""Opinions that turn, and the indicators I23, I24 and I30."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from accounts.models import Contact, Customer, Survey
from scoring.engine.frame import State
from scoring.metrics.block import Block
from scoring.metrics.surveys import long_ago_too, surveys
from tests.cast import make_customer, make_row
from tests.scoring.indicating import holding
from tests.scoring.metrics.overwriting import overwrite
from tests.scoring.metrics.reading import D, at, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Customer:
    return make_customer()


@pytest.fixture(autouse=True)
def alive() -> None:
    """Another customer's answer of today shows that the source is alive; acme's own old one, that it is covered."""
    answer(make_customer(), 0, 8)


def answer(customer: Customer, days: int, score: float, kind: str = "nps", **fields: Any) -> Survey:
    return make_row(Survey, customer, kind=kind, score=score, at=at(D - timedelta(days=days)), **fields)


def person(customer: Customer, *roles: str) -> Contact:
    return make_row(Contact, customer, name="Dana Doe", roles=list(roles))


def half_years(customer: Customer, now: list[int], before: list[int]) -> None:
    """Answers of the last 180 days and of the 180 before."""
    for score in now:
        answer(customer, 20, score)
    for score in before:
        answer(customer, 200, score)


def test_nps_is_compared_with_the_half_year_before(acme: Customer) -> None:
    half_years(acme, [9, 8, 3, 3], [9, 9, 8, 8])  # -25 against 50
    assert read("nps_change_180", acme) == (-75.0, State.FRESH)


@pytest.mark.parametrize(("now", "before"), [([1, 1], [9, 9, 9]), ([1, 1, 1], [9, 9])])
def test_three_answers_are_needed_on_each_side(acme: Customer, now: list[int], before: list[int]) -> None:
    half_years(acme, now, before)
    assert read("nps_change_180", acme) == (None, State.MISSING)
    assert "I23" not in holding(acme)


@pytest.mark.parametrize(("now", "held"), [([7, 7, 7, 7, 6], True), ([7, 7, 7, 7, 7], False)])
def test_nps_falls_from_twenty_points_on(acme: Customer, now: list[int], held: bool) -> None:
    half_years(acme, now, [8, 8, 8])  # a detractor in five is -20
    assert ("I23" in holding(acme)) is held


@pytest.mark.parametrize(("days", "change"), [(179, None), (180, 0.0)])
def test_the_earlier_half_year_begins_after_180_days(acme: Customer, days: int, change: float | None) -> None:
    half_years(acme, [8, 8, 8], [])
    for _ in range(3):
        answer(acme, days, 8)
    assert read("nps_change_180", acme)[0] == change


@pytest.mark.parametrize(
    ("before", "after", "days", "lost"), [(9, 6, 10, 1), (8, 6, 10, 0), (9, 7, 10, 0), (9, 0, 179, 1), (9, 0, 180, 0)]
)
def test_a_promoter_turns_detractor(acme: Customer, before: int, after: int, days: int, lost: int) -> None:
    dana = person(acme)
    answer(acme, 300, before, contact=dana)
    answer(acme, days, after, contact=dana)
    assert read("promoters_lost_180", acme) == (float(lost), State.FRESH)
    assert ("I23" in holding(acme)) is bool(lost)


def test_the_answers_of_two_people_turn_nobody(acme: Customer) -> None:
    answer(acme, 300, 9, contact=person(acme))
    answer(acme, 10, 2, contact=person(acme))
    answer(acme, 9, 2)
    assert read("promoters_lost_180", acme) == (0.0, State.FRESH)


@pytest.mark.parametrize(
    ("answers", "lost"),
    [
        ([(200, 9), (120, 8), (20, 4)], 1),  # slid down
        ([(200, 8), (120, 8), (20, 4)], 0),
        ([(750, 9), (370, 6), (20, 4)], 1),  # exactly two years before
        ([(751, 9), (370, 6), (20, 4)], 0),
        ([(385, 10), (20, 4)], 1),  # asked once a year
        ([(909, 10), (179, 4)], 1),
        ([(910, 10), (179, 4)], 0),
        ([(385, 10), (180, 4)], 0),
        ([(385, 10), (100, 3), (10, 9)], 0),  # came back
    ],
)
def test_a_promoter_of_two_years_before_is_remembered(
    acme: Customer, answers: list[tuple[int, int]], lost: int
) -> None:
    answer(acme, 400, 9, contact=person(acme))  # somebody else, before and after
    dana = person(acme)
    for days, score in answers:
        answer(acme, days, score, contact=dana)
    answer(acme, 30, 9, contact=person(acme))
    assert read("promoters_lost_180", acme) == (float(lost), State.FRESH)


def test_promoters_of_long_ago_count_for_nothing_else(acme: Customer) -> None:
    dana = person(acme)
    answer(acme, 365, 10, contact=dana)
    assert read("nps", acme) == (None, State.MISSING)
    answer(acme, 364, 3)
    assert read("nps", acme)[0] == -100.0


def test_old_answers_of_promoters_are_read_with_the_others(acme: Customer, django_assert_num_queries: Any) -> None:
    answer(acme, 385, 10, contact=person(acme))
    block = Block(np.array([acme.pk]), D)
    with django_assert_num_queries(1):
        assert (len(surveys(block)), len(long_ago_too(block))) == (0, 1)


def test_who_came_back_is_not_lost(acme: Customer) -> None:
    dana = person(acme)
    for days, score in ((300, 9), (100, 3), (10, 8)):
        answer(acme, days, score, contact=dana)
    assert read("promoters_lost_180", acme) == (0.0, State.FRESH)


@pytest.mark.parametrize(
    ("score", "days", "kind", "low"),
    [(2, 89, "review", 1), (2.5, 5, "review", 0), (1, 90, "review", 0), (1, 5, "csat", 0)],
)
def test_a_bad_review_gives_two_stars_or_fewer(acme: Customer, score: float, days: int, kind: str, low: int) -> None:
    answer(acme, days, score, kind)
    assert read("low_reviews_90", acme) == (float(low), State.FRESH)
    assert ("I24" in holding(acme)) is bool(low)


@pytest.mark.parametrize(
    ("role", "score", "days", "found"),
    [
        ("decision_maker", 9, 29, 1),
        ("executive_sponsor", 10, 0, 1),
        ("champion", 9, 1, 1),
        ("champion", 8, 1, 0),
        ("champion", 9, 30, 0),
        ("user", 10, 1, 0),
    ],
)
def test_a_new_promoter_is_somebody_who_counts(acme: Customer, role: str, score: int, days: int, found: int) -> None:
    answer(acme, days, score, contact=person(acme, "user", role))
    assert read("new_promoters_30", acme) == (float(found), State.FRESH)
    assert ("I30" in holding(acme)) is bool(found)


def test_a_promoter_who_answers_twice_is_one(acme: Customer) -> None:
    dana = person(acme, "champion")
    answer(acme, 9, 10, contact=dana)
    answer(acme, 3, 9, contact=dana)
    answer(acme, 3, 10)
    assert read("new_promoters_30", acme) == (1.0, State.FRESH)


@pytest.mark.parametrize(("left", "found"), [(0, 0.0), (-1, 1.0)])
def test_a_promoter_who_has_left_is_none(acme: Customer, left: int, found: float) -> None:
    answer(acme, 9, 10, contact=make_row(Contact, acme, name="Dana", roles=["champion"], left_on=D - timedelta(left)))
    assert read("new_promoters_30", acme)[0] == found


def test_the_role_of_that_day_counts(acme: Customer) -> None:
    dana = person(acme, "user")
    answer(acme, 9, 10, contact=dana)
    overwrite("contacts", dana, D - timedelta(days=2), roles=["champion"])
    assert read("new_promoters_30", acme, D - timedelta(days=3))[0] == 0.0
    assert read("new_promoters_30", acme)[0] == 1.0
