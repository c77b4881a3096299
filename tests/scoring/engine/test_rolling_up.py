"""One score for a family."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.engine.card import Rollup
from scoring.engine.rolling_up import roll_up

NONE = np.nan


def rolled(scores: list[float], arrs: list[float], rule: Rollup = "arr_weighted") -> float | None:
    return roll_up(np.array(scores), np.array(arrs), rule).score


def test_by_default_each_member_weighs_what_it_pays() -> None:
    assert rolled([80, 40, 60], [10, 30, 60]) == pytest.approx(0.1 * 80 + 0.3 * 40 + 0.6 * 60)  # 56


def test_who_has_no_known_arr_is_left_out() -> None:
    assert rolled([80, 40, 0], [30, 10, NONE]) == 70


def test_where_nobody_has_a_known_arr_it_is_the_plain_mean() -> None:
    assert rolled([80, 40], [NONE, NONE]) == 60
    assert rolled([80, 40], [0, NONE]) == 60


def test_arr_of_a_member_without_a_score_does_not_make_the_others_unknown() -> None:
    assert rolled([NONE, 40, 60], [100, NONE, NONE]) == 50


@pytest.mark.parametrize(("rule", "score"), [("worst", 20), ("mean", 50), ("own", 80)])
def test_other_rules_take_the_worst_the_mean_or_the_parents_own(rule: Rollup, score: float) -> None:
    assert rolled([80, 50, 20], [1, 1, 1000], rule) == score


def test_without_any_score_there_is_none() -> None:
    assert rolled([NONE, NONE], [1, 1]) is None
    assert rolled([NONE, 50], [1, 1], "own") is None


def test_the_worst_is_named_among_those_below_the_parent() -> None:
    assert roll_up(np.array([10.0, 50.0, 20.0, NONE]), np.ones(4)).worst == 2
    assert roll_up(np.array([10.0, NONE]), np.ones(2)).worst is None
    assert roll_up(np.array([10.0]), np.ones(1)).worst is None


def test_it_says_how_many_members_counted() -> None:
    assert roll_up(np.array([10.0, 50.0, NONE]), np.array([5.0, NONE, 5.0])).counted == 1
