"""Curves: exact on breakpoints, straight between them, flat outside."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.engine.curve import Curve

SWEET_SPOT = Curve(((0, 80), (1, 100), (3, 100), (7, 40), (15, 0)))


@pytest.mark.parametrize(
    ("raw", "points"), [(-5, 80), (0, 80), (0.5, 90), (1, 100), (2, 100), (3, 100), (5, 70), (7, 40), (11, 20), (99, 0)]
)
def test_a_curve_runs_straight_between_its_breakpoints_and_flat_outside(raw: float, points: float) -> None:
    assert SWEET_SPOT.points_at(np.array([raw], dtype=float))[0] == points


def test_a_value_on_a_breakpoint_gets_exactly_its_points() -> None:
    breakpoints = ((-1.0, 0.0), (-0.2, 40.1), (0.1, 60.3), (0.3, 79.9), (0.7, 100.0))
    raw = np.array([raw for raw, _ in breakpoints])

    assert Curve(breakpoints).points_at(raw).tolist() == [points for _, points in breakpoints]


def test_an_unknown_raw_value_has_no_points() -> None:
    assert np.isnan(SWEET_SPOT.points_at(np.array([np.nan])))[0]


def test_rounding_never_carries_points_past_100() -> None:
    # Plain interpolation gives 100.00000000000001 here.
    assert Curve(((-0.9, 0), (3.9, 100))).points_at(np.nextafter(np.array([3.9]), 0))[0] <= 100
