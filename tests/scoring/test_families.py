"""The score of a parent with all below it."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.families import closes_circle, family_of, parent_problem
from accounts.models import Customer, User
from scoring.comparing.families import Family, family
from scoring.explaining import explain
from tests.cast import give, make_customer, make_user
from tests.healthsite.pages.world import MONTH_BEFORE, D, customer_at, live, score

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return make_user("Ada", role="admin")


def with_family(user: User, **changes: Any) -> Family:
    """A parent at 80 with ARR 10, children at 60 (ARR 30) and 40 (ARR 60), a grandchild without ARR at 20."""
    live(**changes)
    top = customer_at(80, name="Top", arr=10, currency="EUR")
    left = customer_at(60, name="Left", arr=30, currency="EUR", parent=top)
    customer_at(40, name="Right", arr=60, currency="EUR", parent=top)
    customer_at(20, name="Deep", parent=left)
    score()
    found = family(top, explain(top), user)
    assert found is not None
    return found


def test_all_below_are_weighed_by_what_each_pays_itself(ada: User) -> None:
    found = with_family(ada)
    assert found.score == pytest.approx(50)  # 0.1 x 80 + 0.3 x 60 + 0.6 x 40
    assert (found.counted, found.arr) == (3, 100)
    assert found.band is not None
    assert found.band.label == "Fair"
    assert [one.customer.name for one in found.members] == ["Deep", "Right", "Left"]
    assert found.worst is not None
    assert found.worst.customer.name == "Deep"


@pytest.mark.parametrize(("rule", "expected"), [("mean", 50), ("worst", 20), ("own", 80)])
def test_the_scorecard_says_by_which_rule(rule: str, expected: float, ada: User) -> None:
    assert with_family(ada, rollup=rule).score == pytest.approx(expected)


def test_whom_the_viewer_does_not_see_is_counted_and_not_named() -> None:
    bob = make_user("Bob")
    found = with_family(bob)
    assert (found.members, found.hidden, found.worst, found.worst_is_hidden) == ((), 3, None, True)
    assert found.score == pytest.approx(50)


def test_seeing_one_child_names_that_one() -> None:
    bob = make_user("Bob")
    live()
    top = customer_at(80)
    seen, _hidden = customer_at(60, name="Seen", parent=top), customer_at(40, parent=top)
    give(seen, bob)
    score()
    found = family(top, explain(top), bob)
    assert found is not None
    assert ([one.customer.name for one in found.members], found.hidden) == (["Seen"], 1)


def test_a_circle_is_told_and_counts_each_once(ada: User) -> None:
    live()
    top = customer_at(80)
    child = customer_at(60, parent=top)
    Customer.objects.filter(pk=top.pk).update(parent=child)
    score()
    top.refresh_from_db()
    found = family(top, explain(top), ada)
    assert found is not None
    assert (found.is_circle, found.size, found.score) == (True, 1, 70)


def test_a_customer_without_children_has_no_family(ada: User) -> None:
    live()
    alone = customer_at(80)
    score()
    assert family(alone, explain(alone), ada) is None


def test_a_past_date_rolls_up_what_was_recorded_then(ada: User) -> None:
    live()
    top = customer_at(80, on=MONTH_BEFORE)
    customer_at(60, on=MONTH_BEFORE, parent=top)
    score(MONTH_BEFORE, D)
    found = family(top, explain(top, MONTH_BEFORE), ada, MONTH_BEFORE)
    assert found is not None
    assert found.score == pytest.approx(70)


def test_nobody_becomes_the_parent_of_one_above() -> None:
    top = make_customer("Top")
    middle = make_customer("Middle", parent=top)
    low = make_customer("Low", parent=middle)
    other = make_customer("Other")
    assert parent_problem(top, low).startswith("Low is itself below Top;")
    assert parent_problem(top, top).startswith("Top cannot be its own parent;")
    assert parent_problem(low, top) == parent_problem(top, other) == parent_problem(Customer(), top) == ""
    assert family_of(middle) == [middle.pk, low.pk]


def test_a_link_closes_a_circle_where_its_customer_is_above_the_parent() -> None:
    assert closes_circle(1, 3, {3: 2, 2: 1})
    assert not closes_circle(4, 3, {3: 2, 2: 1})
    assert not closes_circle(4, 3, {3: 2, 2: 3})  # somebody else's circle ends the search
