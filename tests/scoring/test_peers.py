"""How a customer stands among its peers."""

from __future__ import annotations

import numpy as np
import pytest

from accounts.models import Customer, User
from scoring.comparing.peers import Peers, peers, percentile
from scoring.explaining import explain
from scoring.models import CurrentScore, Policy
from tests.cast import give, make_user
from tests.healthsite.pages.world import customer_at, live, score

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return make_user("Ada", role="admin")


def least(number: int) -> None:
    Policy.objects.create(pk=1, peers_least=number)


def of(customer: Customer, choice: str, user: User) -> Peers:
    return peers(customer, explain(customer), choice, user)


def shares(found: Peers) -> list[float | None]:
    return [one.percentile for one in found.standings]


def test_a_percentile_is_the_share_below_and_half_of_the_ties() -> None:
    others = np.array([10.0, 20, 20, 30, np.nan])
    assert [percentile(own, others) for own in (5, 10, 20, 25, 40)] == [0, 12.5, 50, 75, 100]


def test_score_and_components_are_compared_without_oneself(ada: User) -> None:
    least(3)
    live()
    me = customer_at(60)
    for points in (40, 60, 80, 50):
        customer_at(points)
    score()
    found = of(me, "all", ada)
    assert (found.name, found.size, found.left_out) == ("Everybody", 4, 0)
    assert [one.label for one in found.standings] == ["Health", "Satisfaction", "Outcomes"]
    assert shares(found) == [62.5, 62.5, 62.5]


def test_a_group_of_one_fewer_than_the_least_is_not_compared(ada: User) -> None:
    least(3)
    live()
    me = customer_at(60, industry="Retail")
    others = [customer_at(points, industry="Retail") for points in (40, 50)]
    customer_at(70, industry="Energy")
    score()
    found = of(me, "industry", ada)
    assert (found.name, found.size, found.least, found.is_compared) == ("Industry Retail", 2, 3, False)
    Customer.objects.filter(industry="Energy").update(industry="Retail")
    assert shares(of(me, "industry", ada))[0] == pytest.approx(200 / 3)
    assert len(others) == 2


def test_who_is_scored_by_another_version_is_left_out_and_counted(ada: User) -> None:
    least(2)
    first = live()
    me, *others = [customer_at(points) for points in (60, 40, 50, 70)]
    score()
    other = live(min_coverage=0.2)
    assert other != first
    CurrentScore.objects.filter(customer=others[0]).update(version=other)
    found = of(me, "all", ada)
    assert (found.size, found.left_out, shares(found)[0]) == (2, 1, 50)


def test_my_portfolio_is_what_i_may_see() -> None:
    least(1)
    live()
    bob = make_user("Bob")
    me, mine, _theirs = [customer_at(points) for points in (60, 40, 50)]
    for customer in (me, mine):
        give(customer, bob)
    score()
    found = of(me, "mine", bob)
    assert (found.name, found.size, shares(found)[0]) == ("My portfolio", 1, 100)


def test_a_customer_without_an_industry_or_a_stage_has_no_such_group(ada: User) -> None:
    live()
    me = customer_at(60)
    score()
    CurrentScore.objects.update(stage=0)
    assert (of(me, "industry", ada).name, of(me, "stage", ada).name) == ("", "")


def test_a_large_group_is_compared_by_a_part_of_it(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scoring.comparing.peers.MOST_RESCORED", 5)
    least(1)
    live()
    me = customer_at(60)
    for points in range(40, 52):
        customer_at(points)
    score()
    whole, part, _ = of(me, "all", ada).standings
    assert (whole.compared, whole.percentile, part.percentile) == (12, 100, 100)
    assert 3 <= part.compared <= 5
