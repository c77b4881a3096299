"""Which overrides were right."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Customer, User
from scoring.judgements.reviewing import reviews
from scoring.models import Override, ScoreRecord
from scoring.past.rescoring import score_day
from tests.healthsite.pages.world import D, supply
from tests.scoring.judgements.cast import stored_override

pytestmark = pytest.mark.django_db
BEGAN = D - timedelta(days=60)


@pytest.fixture
def made(acme: Customer, bob: User) -> Override:
    """To 80 where the engine said 50, 60 days before the last night; the score of then is 60."""
    return stored_override(acme, bob, BEGAN, BEGAN + timedelta(days=20), automatic=50.0)


def verdict(made: Override, **changes: Any) -> str:
    for name, value in changes.items():
        setattr(made, name, value)
    return reviews([made])[0].verdict


def test_the_score_that_is_nearer_later_was_right(made: Override) -> None:
    assert reviews([made])[0].later == pytest.approx(60)
    assert verdict(made) == "score"  # 20 away from the override, 10 from the score of then
    assert verdict(made, score=65.0) == "person"  # 5 away, and 10


def test_half_way_nobody_was_right(made: Override) -> None:
    later = reviews([made])[0].later
    assert later is not None
    assert verdict(made, score=later + 10, automatic=later - 10) == "even"


def test_a_day_without_a_record_says_nothing(made: Override) -> None:
    assert verdict(made, from_on=BEGAN - timedelta(days=1)) == ""


def test_without_an_automatic_score_there_is_no_verdict(made: Override) -> None:
    assert verdict(made, automatic=None) == ""


def test_an_override_of_then_is_looked_beneath(made: Override) -> None:
    ScoreRecord.objects.update(score=80.0, automatic=60.0)
    assert reviews([made])[0].later == 60


def test_another_night_is_not_taken_for_it(made: Override, acme: Customer) -> None:
    supply(acme, D - timedelta(days=1), csat=5)
    score_day(D - timedelta(days=1))
    assert reviews([made])[0].later == pytest.approx(60)


def test_all_of_them_are_one_query(made: Override, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        reviews([made] * 5)
