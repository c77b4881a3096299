"""Numbers as shown: floored, and never at odds with the band."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.engine.display import shown, shown_delta
from tests.scoring.engine.builders import scores, version


@pytest.mark.parametrize(
    ("score", "text"),
    [
        (59.96, "59.9"),
        (59.9999999, "59.9"),
        (60, "60.0"),
        (69.99999999999, "70.0"),
        (69.9999999999, "69.9"),
        (0.29999999999999999, "0.3"),
        (1.1, "1.1"),
        (0, "0.0"),
        (0.09, "0.0"),
        (100, "100.0"),
        (np.float64(83.1722), "83.1"),
        (float("nan"), "–"),
        (None, "–"),
    ],
)
def test_a_shown_score_is_floored_to_one_decimal(score: float | None, text: str) -> None:
    assert shown(score) == text


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        (60, 62.55, "+2.5"),
        (62.55, 60, "−2.5"),
        (60.01, 60.09, "0.0"),
        (60, 59.99, "−0.1"),
        (None, 60, "–"),
        (60, None, "–"),
        (float("nan"), 60, "–"),
        (60, float("nan"), "–"),
    ],
)
def test_a_shown_difference_is_that_of_the_shown_numbers(before: float | None, after: float | None, text: str) -> None:
    assert shown_delta(before, after) == text


@pytest.mark.parametrize("noise", [1e-13, 1e-12, 1e-11, 1e-10, 2e-10, 1e-9, 1e-6, 0.04])
def test_the_shown_number_and_the_band_agree_on_every_side_of_a_cut(noise: float) -> None:
    result = scores(version(), {"logins": 70 - noise, "seats": 70 - noise, "answers": 70 - noise})

    assert (float(shown(result.score[0])) >= 70) == (result.band[0] == 2)
