"""Bands: half-open, by the bounds that hold for a customer, and left late where a version says so."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from scoring.engine.conditions import code_of
from scoring.engine.frame import State
from scoring.engine.scoring import score
from scoring.engine.version import InvalidScorecard, definition_of, parse_version
from tests.scoring.engine.builders import Row, compare, component, definition, frame_of, measure, scores, version

ENTERPRISE = {"label": "Enterprise", "when": compare("size", "==", 3), "lowers": [0, 50, 80]}
RETAIL = {"label": "Retail", "when": compare("industry", "in", ["Retail", "Food"]), "lowers": [0, 30, 60]}
ONE = [component("use", 1, measure("logins"))]


def band(points: float, *thresholds: dict[str, Any], **row: Any) -> int:
    card = version(components=ONE, thresholds=list(thresholds))
    return int(scores(card, {"logins": points, **row}).band[0])


@pytest.mark.parametrize(("points", "expected"), [(39.9, 0), (40, 1), (69.9, 1), (70, 2), (100, 2)])
def test_without_rules_the_bounds_are_the_versions(points: float, expected: int) -> None:
    assert band(points) == expected
    assert band(points, ENTERPRISE, size=2) == expected
    assert band(points, ENTERPRISE) == expected  # size unknown: the rule cannot be told and does not hold


@pytest.mark.parametrize(("points", "expected"), [(49.9, 0), (50, 1), (79.9, 1), (80, 2)])
def test_the_bounds_of_a_rule_hold_for_its_customers(points: float, expected: int) -> None:
    assert band(points, ENTERPRISE, size=3) == expected


def test_of_several_rules_the_first_that_holds_counts() -> None:
    both: Row = {"size": 3, "industry": code_of("retail ")}

    assert band(45, ENTERPRISE, RETAIL, **both) == 0
    assert band(45, RETAIL, ENTERPRISE, **both) == 1


def test_the_range_is_told_by_the_same_bounds() -> None:
    card = version(components=ONE, thresholds=[ENTERPRISE])

    assert scores(card, {"logins": 75, "size": 3}).band_certain[0]
    assert card.inputs == ("logins", "size")


@pytest.mark.parametrize(
    ("before", "points", "expected"),
    [
        (1, 38.0, 1),  # within two points of the bound it stays
        (1, 37.9, 0),
        (1, 71.9, 1),
        (1, 72.0, 2),
        (0, 41.9, 0),
        (0, 42.0, 1),
        (2, 50.0, 1),  # far away
        (-1, 41.0, 1),  # nothing to remember
        (7, 41.0, 1),  # a band that is no more
    ],
)
def test_a_band_is_left_only_beyond_the_hysteresis(before: int, points: float, expected: int) -> None:
    card = version(components=ONE, hysteresis=2)
    scored = score(frame_of({"logins": points}), card, band_before=np.array([before], np.int8))

    assert scored.band[0] == expected


def test_without_hysteresis_the_band_before_does_not_matter() -> None:
    scored = score(frame_of({"logins": 39.9}), version(components=ONE), band_before=np.array([1], np.int8))

    assert scored.band[0] == 0


def test_an_override_decides_score_band_and_flags_and_leaves_the_reasons() -> None:
    overrides = np.array([75.0, np.nan])
    scored = score(frame_of({"logins": 30}, {"logins": 30}), version(components=ONE), overrides)

    assert scored.score.tolist() == [75, 30]
    assert scored.automatic.tolist() == [30, 30]
    assert scored.override_effect.tolist() == [45, 0]
    assert scored.band.tolist() == [2, 0]
    assert scored.flags["expansion"].tolist() == [True, False]
    assert scored.flags["churn_risk"].tolist() == [False, True]
    assert (scored.low[0], scored.high[0]) == (30, 30)


def test_nobody_without_a_score_is_overridden() -> None:
    scored = score(frame_of({"logins": None}), version(components=ONE), np.array([75.0]))

    assert np.isnan(scored.score[0])
    assert scored.override_effect[0] == 0


def test_steps_keep_their_points_up_to_the_next_breakpoint() -> None:
    stepped = measure("logins", curve=[[0, 15], [25, 45], [100, 75]], steps=True)
    card = version(components=[component("use", 1, stepped)])
    points = scores(card, *({"logins": raw} for raw in (-5, 0, 24.9, 25, 99, 100, 500))).points[:, 0]

    assert points.tolist() == [15, 15, 15, 45, 45, 75, 75]


def test_young_accounts_have_their_own_curve() -> None:
    ages = [{"below_days": 30, "curve": [[0, 80], [10, 100]]}, {"below_days": 90, "curve": [[0, 50], [10, 100]]}]
    card = version(components=[component("use", 1, measure("logins", curve=[[0, 0], [10, 100]], ages=ages))])
    rows: list[Row] = [{"logins": 0, "tenure_days": days} for days in (0, 29, 30, 89, 90, None)]

    assert scores(card, *rows).points[:, 0].tolist() == [80, 80, 50, 50, 0, 0]
    assert card.inputs == ("logins", "tenure_days")


def test_an_expired_tenure_is_unknown() -> None:
    ages = [{"below_days": 30, "curve": [[0, 80], [10, 100]]}]
    card = version(components=[component("use", 1, measure("logins", curve=[[0, 0], [10, 100]], ages=ages))])

    assert scores(card, {"logins": 0, "tenure_days": (5.0, State.EXPIRED)}).points[0, 0] == 0


def test_what_a_version_says_beside_is_written_only_where_it_is_said() -> None:
    plain, rich = version(), version(thresholds=[ENTERPRISE], hysteresis=2, rollup="worst")

    assert not {"thresholds", "hysteresis", "rollup"} & definition_of(plain).keys()
    assert parse_version(definition_of(rich)) == rich


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lowers": [0, 50]}, "thresholds[0].lowers is [0.0, 50.0]; give a lower bound for each of the 3 bands"),
        ({"lowers": [5, 50, 80]}, "thresholds[0].lowers[0] is 5.0; the lowest band starts at 0"),
        ({"lowers": [0, 50, 50]}, "thresholds[0].lowers[2] is 50.0; give more than the band before it, 50"),
        ({"lowers": [0, 50, 101]}, "thresholds[0].lowers[2] is 101; give a number from 0 to 100"),
        (
            {"when": compare("score", "<", 5)},
            "thresholds[0].when is 'score'; bounds of bands must not read the score that they divide",
        ),
        (
            {"when": compare("use", "<", 5)},
            "thresholds[0].when is 'use'; bounds of bands must not read the score that they divide",
        ),
        ({"when": compare("region", "==", "x")}, "thresholds[0].when is 'region'; a rule reads metrics, facts"),
        (
            {"when": compare("industry", "==", 3)},
            "thresholds[0].when is 3.0; industry holds words: compare it with one",
        ),
        (
            {"when": compare("logins", "==", "x")},
            "thresholds[0].when is 'x'; logins holds numbers: compare it with one",
        ),
        ({"label": ""}, "thresholds[0].label is ''; give a text"),
    ],
)
def test_bad_thresholds_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidScorecard) as refusal:
        parse_version(
            definition(components=ONE, thresholds=[{**ENTERPRISE, **changes}]),
            ["logins"],
            {"size": False, "industry": True},
        )
    assert str(refusal.value).startswith(message)


@pytest.mark.parametrize(
    ("ages", "place"),
    [
        ([{"below_days": 0, "curve": [[0, 0], [1, 1]]}], "below_days is 0"),
        ([{"below_days": 30, "curve": [[1, 0], [0, 1]]}], "curve[1][0] is 0"),
        (
            [{"below_days": 90, "curve": [[0, 0], [1, 1]]}, {"below_days": 30, "curve": [[0, 0], [1, 1]]}],
            "below_days is 30",
        ),
    ],
)
def test_bad_curves_by_age_are_refused(ages: list[Any], place: str) -> None:
    with pytest.raises(ValueError, match="ages") as refusal:
        version(components=[component("use", 1, measure("logins", ages=ages))])
    assert place in str(refusal.value)


def test_bounds_that_might_not_hold_leave_the_band_open() -> None:
    """By the usual bounds 75 is green; whether those of enterprise hold, from 80, nobody knows without a size."""
    card = version(components=ONE, thresholds=[{**ENTERPRISE, "lowers": [0, 50, 80]}])
    known, unknown = scores(card, {"logins": 75, "size": 1}, {"logins": 75}).band_certain
    assert (known, unknown) == (True, False)


def test_a_band_that_only_memory_holds_is_certain_where_memory_holds_both_ends() -> None:
    """Seats are unknown and weigh 5 of 100: 70 logins lie between 66.5 and 71.5; green is left below 67."""
    card = version(components=[component("use", 1, measure("logins", 95), measure("seats", 5))], hysteresis=3)

    def certain(logins: float, before: int) -> bool:
        return bool(score(frame_of({"logins": logins}), card, None, np.array([before], np.int8)).band_certain[0])

    assert [certain(70, 1), certain(70, 2), certain(75, 2)] == [True, False, True]
