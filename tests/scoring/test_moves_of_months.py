"""What customers of this book win in a month."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scoring.comparing.moves_of_months import ASSUMED, Moves, realistic_moves, whole_measures
from scoring.models import ScorecardVersion
from tests.healthsite.pages.world import MONTH_BEFORE, D, customer_at, live, score, supply

pytestmark = pytest.mark.django_db


def moves(version: ScorecardVersion) -> dict[str, tuple[float, bool]]:
    found: Moves = realistic_moves(version, D)
    both = zip(found.realistic.gains.tolist(), found.seen.tolist(), strict=True)
    return {
        metric: (round(gain, 6), seen) for metric, (gain, seen) in zip(version.engine.metric_keys, both, strict=True)
    }


def book(rises: list[float]) -> ScorecardVersion:
    """Customers whose goal attainment rose by so many points in a month; their other values stay."""
    version = live()
    for rise in rises:
        supply(customer_at(50, on=MONTH_BEFORE), goal_attainment=50 + rise)
    score(MONTH_BEFORE, D)
    return version


def test_it_is_the_upper_quartile_of_those_that_rose() -> None:
    found = moves(book([4, 8, 12, 16, 20, -30, 0]))
    assert found["goal_attainment"] == (16.0, True)
    assert found["csat"] == (ASSUMED, False)  # nobody's rose


def test_four_that_rose_are_too_few_to_tell() -> None:
    assert moves(book([4, 8, 12, 16]))["goal_attainment"] == (ASSUMED, False)


def test_without_a_night_a_month_before_all_is_assumed() -> None:
    version = live()
    for _ in range(6):
        supply(customer_at(50, on=MONTH_BEFORE), goal_attainment=70)
    score(MONTH_BEFORE - timedelta(days=10), D)
    assert set(moves(version).values()) == {(ASSUMED, False)}


def test_nobody_works_on_what_is_given() -> None:
    components = [
        {
            "key": "all",
            "label": "All",
            "weight": 1,
            "measures": [
                {"metric": "tenure_days", "weight": 1, "curve": [[0, 0], [365, 100]]},
                {"metric": "champions_active", "weight": 1, "curve": [[0, 0], [2, 100]]},
                {"metric": "csat", "weight": 1, "curve": [[1, 0], [5, 100]]},
            ],
        }
    ]
    version = live(components=components)
    assert [gain for gain, _ in moves(version).values()] == [0, ASSUMED, ASSUMED]
    assert whole_measures(version.engine).tolist() == [True, True, False]
