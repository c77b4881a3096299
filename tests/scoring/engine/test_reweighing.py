"""Reweighing makes the same score and band as scoring, to the last bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from scoring.engine.frame import State
from scoring.engine.measuring import measure
from scoring.engine.reweighing import reweigh
from scoring.engine.scoring import score
from tests.scoring.engine.builders import Row, cap, compare, frame_of, version

ROWS: tuple[Row, ...] = (
    {"logins": 90, "seats": 10, "answers": 70},
    {"logins": 33.3, "answers": 12.1},
    {"answers": 55},
    {"logins": None, "seats": (44, State.EXPIRED), "answers": (44, State.CARRIED)},
    {"logins": 40, "seats": 40, "answers": 40},
    {},
)
STRICT = {"label": "Strict", "when": compare("logins", ">", 80), "lowers": [0, 60, 95]}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"min_coverage": 0.6},
        {"min_coverage": 0},
        {"clamp": [20, 60]},
        {"caps": [cap("score", compare("seats", "<", 30), 30), cap("use", compare("answers", ">", 60), 20)]},
        {"caps": [cap("score", compare("logins", "<", 30), 10, on=False)]},
        {"thresholds": [STRICT]},
        {"hysteresis": 5},
    ],
)
def test_it_is_what_scoring_makes(changes: dict[str, Any]) -> None:
    card, frame = version(**changes), frame_of(*ROWS)
    overrides, before = np.array([np.nan, 71, 20, np.nan, 39, 50]), np.array([0, 1, 2, -1, 1, 0], np.int8)
    expected, found = score(frame, card, overrides, before), reweigh(measure(frame, card), card, overrides, before)
    assert np.array_equal(found.score, expected.score, equal_nan=True)
    assert found.band.tolist() == expected.band.tolist()


def test_without_overrides_and_a_band_before_too() -> None:
    card, frame = version(hysteresis=5), frame_of(*ROWS)
    expected, found = score(frame, card), reweigh(measure(frame, card), card)
    assert np.array_equal(found.score, expected.score, equal_nan=True)
    assert found.band.tolist() == expected.band.tolist()
