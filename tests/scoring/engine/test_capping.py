"""Caps and ranges by hand, on the small card: use (weight 3) = logins, seats; care (weight 1) = answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from scoring.engine.frame import State
from tests.scoring.engine.builders import Row, cap, compare, component, measure, scores, version

ALL: Row = {"logins": 80, "seats": 40, "answers": 100}  # use 60, score 70


def ends(result: Any, i: int = 0) -> tuple[float, float, float]:
    return float(result.low[i]), float(result.score[i]), float(result.high[i])


def test_a_cap_on_a_component_is_a_line_scaled_by_the_components_weight() -> None:
    result = scores(version(caps=[cap("use", compare("seats", "<", 50), 20)]), ALL)

    assert result.component_points.tolist() == [[20, 100]]
    assert result.cap_effects.tolist() == [[-30]]  # 0.75 x (20 - 60)
    assert (result.score[0], result.uncapped[0]) == (40, 70)


def test_a_cap_on_the_score_comes_after_those_on_components() -> None:
    caps = [cap("score", compare("use", "<", 30), 35), cap("use", compare("seats", "<", 50), 20)]
    result = scores(version(caps=caps), ALL)

    assert result.score.tolist() == [35]
    assert result.cap_effects.tolist() == [[-5, -30]]


def test_a_component_cap_reads_other_components_as_they_are_before_caps() -> None:
    caps = [cap("use", compare("seats", "<", 50), 20), cap("care", compare("use", "<", 30), 10)]

    assert scores(version(caps=caps), ALL).component_points.tolist() == [[20, 100]]


def test_of_two_caps_on_one_component_the_second_only_takes_what_is_left() -> None:
    caps = [cap("use", compare("seats", "<", 50), 40), cap("use", compare("logins", ">", 50), 20)]

    assert scores(version(caps=caps), ALL).cap_effects.tolist() == [[-15, -15]]


@pytest.mark.parametrize(
    ("row", "caps"),
    [
        (ALL, [cap("use", compare("seats", "<", 50), 20, on=False)]),
        (ALL, [cap("use", compare("seats", "<", 40), 20)]),
        (ALL, [cap("use", compare("seats", "<", 50), 60)]),
        ({"answers": 100}, [cap("use", compare("answers", ">", 50), 20)]),
    ],
)
def test_a_cap_that_is_off_or_false_or_above_or_on_nothing_has_no_effect(row: Row, caps: list[Any]) -> None:
    result = scores(version(caps=caps), row)

    assert result.cap_effects.tolist() == [[0]]
    assert result.score[0] == result.uncapped[0]


def test_missing_and_expired_measures_stretch_the_range_from_worst_to_best() -> None:
    result = scores(version(), {**ALL, "seats": None})

    # seats 0: use 40, (120 + 100) / 4; seats 100: use 90, (270 + 100) / 4
    assert ends(result) == (55, 85, 92.5)
    assert not result.band_certain[0]


def test_with_everything_known_the_range_is_the_score() -> None:
    result = scores(version(caps=[cap("use", compare("seats", "<", 50), 20)]), ALL)

    assert ends(result) == (40, 40, 40)
    assert result.band_certain.tolist() == [True]


@pytest.mark.parametrize("missing", ["leave_out", "neutral", "worst"])
def test_a_stand_in_does_not_narrow_the_range(missing: str) -> None:
    card = version(components=[component("use", 1, measure("logins"), measure("seats", missing=missing))])
    result = scores(card, {"logins": 80})

    assert (result.low[0], result.high[0]) == (40, 90)


def test_a_cap_that_cannot_be_tested_spares_the_score_and_lowers_the_range() -> None:
    result = scores(version(caps=[cap("score", compare("outages", ">", 3), 30)]), ALL)

    assert result.caps_untestable.tolist() == [[True]]
    assert ends(result) == (30, 70, 70)


@pytest.mark.parametrize("state", [State.MISSING, State.EXPIRED])
def test_a_value_that_no_longer_holds_tests_no_cap(state: State) -> None:
    result = scores(version(caps=[cap("score", compare("outages", ">", 3), 30)]), {**ALL, "outages": (9.0, state)})

    assert result.caps_untestable.tolist() == [[True]]
    assert ends(result) == (30, 70, 70)


def test_a_cap_on_a_missing_measure_is_tested_both_ways() -> None:
    result = scores(version(caps=[cap("use", compare("seats", "<", 50), 20)]), {**ALL, "seats": None})

    # low: seats 0 and the cap: use 20; high: seats 100 and no cap: use 90
    assert ends(result) == (40, 85, 92.5)


def test_a_cap_that_reads_a_component_bites_at_the_end_where_it_holds() -> None:
    result = scores(version(caps=[cap("score", compare("use", "<", 50), 45)]), {**ALL, "seats": None})

    # use lies between 40 and 90: capped at the low end only
    assert ends(result) == (45, 85, 92.5)
    assert result.caps_untestable.tolist() == [[False]]


def test_a_cap_that_reads_a_component_far_from_its_bound_leaves_the_range_alone() -> None:
    result = scores(version(caps=[cap("score", compare("use", "<", 39), 10)]), {**ALL, "seats": None})

    assert ends(result) == (55, 85, 92.5)


def test_a_cap_between_two_bounds_is_found_although_neither_end_meets_it() -> None:
    between = {"all": [compare("use", ">", 60), compare("use", "<", 70)]}
    result = scores(version(caps=[cap("score", between, 10)]), {**ALL, "seats": None})

    assert ends(result) == (10, 85, 92.5)


def test_a_component_without_any_data_leaves_a_cap_that_reads_it_untested() -> None:
    result = scores(version(caps=[cap("score", compare("care", "<", 50), 30)]), {"logins": 80, "seats": 40})

    assert result.caps_untestable.tolist() == [[True]]
    assert ends(result) == (30, 60, 70)


def test_the_clamp_holds_at_both_ends_of_the_range() -> None:
    result = scores(version(clamp=[60, 90]), {**ALL, "seats": None})

    assert ends(result) == (60, 85, 90)


def test_without_caps_there_is_a_matrix_without_columns() -> None:
    result = scores(version(), ALL)

    assert result.cap_effects.shape == (1, 0)
    assert not np.any(result.caps_untestable)
