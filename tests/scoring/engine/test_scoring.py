"""The score of a small card by hand: use (weight 3) = logins, seats; care (weight 1) = answers; raw value = points."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.engine.frame import State
from scoring.engine.scoring import Reason, score
from tests.scoring.engine.builders import (
    Row,
    Value,
    compare,
    component,
    definition,
    frame_of,
    measure,
    scores,
    version,
)  # fmt: skip

ALL: Row = {"logins": 80, "seats": 40, "answers": 100}


def seats_with(missing: str) -> list[dict[str, object]]:
    return [
        component("use", 3, measure("logins"), measure("seats", missing=missing)),
        component("care", 1, measure("answers")),
    ]


def test_components_and_score_are_weighted_means() -> None:
    result = scores(version(), ALL)

    assert result.component_points.tolist() == [[60, 100]]
    assert result.score.tolist() == [70]  # (3 x 60 + 1 x 100) / 4
    assert result.contributions.tolist() == [[30, 15, 25]]
    assert result.weights.tolist() == [[0.375, 0.375, 0.25]]


def test_a_missing_measure_shares_its_weight_within_its_component() -> None:
    result = scores(version(), {**ALL, "seats": None})

    assert result.weights.tolist() == [[0.75, 0, 0.25]]
    assert result.score.tolist() == [85]  # (3 x 80 + 100) / 4
    assert np.isnan(result.points[0, 1])


def test_an_empty_component_shares_its_weight_among_the_others() -> None:
    result = scores(version(), {"logins": 80, "seats": 40})

    assert result.component_weights.tolist() == [[1, 0]]
    assert np.isnan(result.component_points[0, 1])
    assert result.score.tolist() == [60]


@pytest.mark.parametrize(
    ("missing", "absent", "points", "score_"),
    [
        ("leave_out", None, np.nan, 85),  # (3 x 80 + 100) / 4
        ("neutral", None, 50, 73.75),  # use 65
        ("worst", None, 0, 55),  # use 40
        ("carry", None, np.nan, 85),
        ("carry", (20.0, State.MISSING), 20, 62.5),  # the last value, still valid: use 50
        ("carry", (20.0, State.EXPIRED), np.nan, 85),
        ("leave_out", (20.0, State.MISSING), np.nan, 85),
        ("neutral", (20.0, State.EXPIRED), 50, 73.75),
    ],
)
def test_each_missing_rule_by_hand(missing: str, absent: Value, points: float, score_: float) -> None:
    result = scores(version(components=seats_with(missing)), {**ALL, "seats": absent})

    assert result.score.tolist() == [score_]
    np.testing.assert_array_equal(result.points[0, 1], points)
    assert result.coverage.tolist() == [0.625]  # no stand-in counts as data


@pytest.mark.parametrize("state", [State.FRESH, State.LOWER_BOUND, State.CARRIED, State.SUPPLIED])
def test_a_carried_or_supplied_value_scores_and_covers_like_a_fresh_one(state: State) -> None:
    result = scores(version(), {**ALL, "seats": (40.0, state)})

    assert (result.score[0], result.coverage[0], result.states[0, 1]) == (70, 1, state)


@pytest.mark.parametrize(
    ("known", "coverage"),
    [(["logins"], 0.375), (["answers"], 0.25), (["logins", "answers"], 0.625), (["logins", "seats"], 0.75), ([], 0)],
)
def test_coverage_is_the_share_of_weight_with_data(known: list[str], coverage: float) -> None:
    assert scores(version(), {"other": 1, **dict.fromkeys(known, 50)}).coverage.tolist() == [coverage]


@pytest.mark.parametrize(
    ("min_coverage", "reason"), [(0.25, Reason.SCORED), (0.2500001, Reason.LOW_COVERAGE), (0, Reason.SCORED)]
)
def test_below_the_minimum_coverage_there_is_no_score(min_coverage: float, reason: Reason) -> None:
    result = scores(version(min_coverage=min_coverage), {"answers": 90})

    assert result.reason.tolist() == [reason]
    assert np.isnan(result.score[0]) == (reason != Reason.SCORED)


def test_without_a_score_there_is_no_band_no_range_no_flag_and_no_contribution() -> None:
    result = scores(version(min_coverage=0.9), {"answers": 90})

    assert (result.band[0], bool(result.band_certain[0])) == (-1, False)
    assert np.isnan([result.low[0], result.high[0], result.uncapped[0]]).all()
    assert not any(flag[0] for flag in result.flags.values())
    assert result.contributions.tolist() == [[0, 0, 0]]
    assert result.component_points[0, 1] == 90


def test_silence_is_no_evidence() -> None:
    result = score(frame_of(ALL, evidence=False), version())

    assert result.reason.tolist() == [Reason.NO_EVIDENCE]
    assert np.isnan(result.score[0])


def test_one_measure_with_evidence_is_enough_if_it_has_a_value_and_a_weight() -> None:
    frame = frame_of(ALL, {**ALL, "seats": None}, evidence=False)
    frame.evidence["seats"][:] = True
    weightless = [component("use", 1, measure("logins"), measure("seats", 0)), component("care", 1, measure("answers"))]

    assert score(frame, version()).reason.tolist() == [Reason.SCORED, Reason.NO_EVIDENCE]
    assert score(frame, version(components=weightless)).reason.tolist() == [Reason.NO_EVIDENCE] * 2


def test_with_nothing_known_at_all_the_reason_is_coverage_or_else_evidence() -> None:
    nothing: Row = {"logins": None}

    assert scores(version(), nothing).reason.tolist() == [Reason.LOW_COVERAGE]
    assert scores(version(min_coverage=0), nothing).reason.tolist() == [Reason.NO_EVIDENCE]


def test_a_component_without_weight_is_shown_and_moves_nothing() -> None:
    card = version(components=[component("use", 0, measure("logins")), component("care", 1, measure("answers"))])
    result = scores(card, {"logins": 10, "answers": 90})

    assert result.component_points.tolist() == [[10, 90]]
    assert result.score.tolist() == [90]


@pytest.mark.parametrize(
    ("points", "band"),
    [(0, 0), (39.9999999, 0), (40, 1), (69.999999, 1), (69.99999999999, 2), (70, 2), (100, 2)],
)
def test_bands_are_half_open_and_follow_the_unrounded_score(points: float, band: int) -> None:
    result = scores(version(), {"logins": points, "seats": points, "answers": points})

    assert result.band.tolist() == [band]


@pytest.mark.parametrize("cut", [40, 60, 70, 75, 80])
def test_measures_that_all_stand_on_a_cut_reach_it_exactly_whatever_the_weights(cut: int) -> None:
    use = component("use", 0.7, measure("logins", 0.1), measure("seats", 0.2), measure("days", 0.3))
    card = version(components=[use, component("care", 0.1, measure("answers", 0.7))])

    assert scores(card, dict.fromkeys(card.metric_keys, cut)).score.tolist() == [cut]


def test_flags_keep_the_sign_of_their_rule_on_the_cut_itself() -> None:
    # S004-8: exactly 70 is in the high band, and not above 70.
    result = scores(version(), *(dict.fromkeys(ALL, points) for points in (20, 39, 40, 70, 71)))

    assert result.flags["emergency"].tolist() == [False, False, False, False, False]
    assert result.flags["churn_risk"].tolist() == [True, True, False, False, False]
    assert result.flags["expansion"].tolist() == [False, False, False, False, True]


def test_a_flag_reads_score_components_and_metrics_and_is_off_where_it_cannot_tell() -> None:
    rule = {"all": [compare("score", ">", 60), compare("care", ">=", 90), compare("budget", ">", 0)]}
    card = version(flags={**definition()["flags"], "expansion": rule})

    result = scores(card, {**ALL, "budget": 1}, {**ALL, "budget": None}, {**ALL, "answers": 89, "budget": 1})
    assert result.flags["expansion"].tolist() == [True, False, False]
    assert result.raw[0].tolist() == [80, 40, 100, 1]  # what only rules read comes after the measures


def test_the_expansion_flag_needs_half_the_coverage() -> None:
    halves = [component("use", 1, measure("logins")), component("care", 1, measure("answers"), measure("seats"))]
    result = scores(version(components=halves), {"logins": 90}, {"answers": 90, "seats": None})

    assert result.coverage.tolist() == [0.5, 0.25]
    assert result.flags["expansion"].tolist() == [True, False]


def test_the_clamp_has_a_line_of_its_own() -> None:
    result = scores(version(clamp=[10, 60]), ALL, dict.fromkeys(ALL, 0))

    assert result.score.tolist() == [60, 10]
    assert result.uncapped.tolist() == [70, 0]
    assert result.clamp_effect.tolist() == [-10, 10]


def test_an_empty_frame_has_empty_results() -> None:
    result = score(frame_of(), version())

    assert result.score.shape == (0,)
    assert result.contributions.shape == (0, 3)


def test_where_the_age_is_unknown_the_range_takes_in_every_curve() -> None:
    """80 logins are 80 points of an old account and 20 of one below 100 days."""
    young = [{"below_days": 100, "curve": [[0, 100], [100, 0]]}]
    card = version(components=[component("use", 1, measure("logins", ages=young))])
    result = scores(card, {"logins": 80}, {"logins": 80, "tenure_days": 99}, {"logins": 80, "tenure_days": 100})
    assert result.score.tolist() == [80, 20, 80]
    assert [*zip(result.low.tolist(), result.high.tolist(), strict=True)] == [(20, 80), (20, 20), (80, 80)]
    assert result.band_certain.tolist() == [False, True, True]
