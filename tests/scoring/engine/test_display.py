"""Numbers as shown: floored, and never at odds with the band."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.engine.display import shown
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


@pytest.mark.parametrize("noise", [1e-13, 1e-12, 1e-11, 1e-10, 2e-10, 1e-9, 1e-6, 0.04])
def test_the_shown_number_and_the_band_agree_on_every_side_of_a_cut(noise: float) -> None:
    result = scores(version(), {"logins": 70 - noise, "seats": 70 - noise, "answers": 70 - noise})

    assert (float(shown(result.score[0])) >= 70) == (result.band[0] == 2)
