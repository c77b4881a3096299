"""The cheapest realistic way to the next better band."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.engine.changes import snapshot
from scoring.engine.frame import has_value
from scoring.engine.improving import Realistic, WayUp, way_up
from scoring.engine.version import Version
from tests.scoring.engine.builders import Row, cap, compare, component, measure, scores, version
from tests.scoring.engine.strategies import rows, versions

some = settings(max_examples=40, deadline=None, derandomize=True)


def way(card: Version, row: Row, gains: list[float], before: int = -1, whole: bool = False) -> WayUp | None:
    realistic = Realistic(np.array(gains, dtype=np.float64), np.full(len(gains), whole))
    return way_up(snapshot(scores(card, row), 0, card), realistic, before)


def lifts(found: WayUp | None) -> list[tuple[str, float, float]]:
    assert found is not None
    return [(one.measure, one.raw, round(one.raw_to, 4)) for one in found.lifts]


def test_one_measure_is_enough_and_moves_no_further_than_it_must() -> None:
    # 0.375 x 40 + 0.375 x 40 + 0.25 x 40 = 40; the next band begins at 70 and is 30 points away.
    found = way(version(), {"logins": 62, "seats": 62, "answers": 62}, [20, 20, 20])
    assert lifts(found) == [("logins", 62, 83.3333)]  # 8 points of the score at 0.375 a point
    assert found is not None
    assert (round(found.score, 4), found.band) == (70, 2)
    assert found.lifts[0].months == pytest.approx(21.3333 / 20, abs=1e-4)


def test_of_several_that_would_do_it_is_the_one_with_the_least_effort() -> None:
    assert lifts(way(version(), {"logins": 62, "seats": 62, "answers": 62}, [11, 18, 20])) == [("seats", 62, 83.3333)]


def test_fewer_measures_come_before_less_effort() -> None:
    # Logins alone take 1.9 months; logins and seats together would take less than two half months.
    found = way(version(), {"logins": 62, "seats": 92, "answers": 17}, [11.2, 40, 1])
    assert [name for name, _, _ in lifts(found)] == ["logins"]


def test_two_measures_where_one_is_not_enough() -> None:
    found = way(version(), {"logins": 62, "seats": 62, "answers": 62}, [10, 6, 0])
    assert lifts(found) == [("logins", 62, 82), ("seats", 62, 63.3333)]  # the one that brings more goes first


def test_where_two_months_of_everything_are_not_enough_it_says_how_far_they_lead() -> None:
    found = way(version(), {"logins": 50, "seats": 50, "answers": 50}, [5, 5, 5])
    assert found is not None
    assert (found.is_reachable, found.score, found.band) == (False, 60, 1)


def test_nothing_is_to_be_done_in_the_best_band() -> None:
    assert way(version(), {"logins": 90, "seats": 90, "answers": 90}, [5, 5, 5]) is None


def test_what_is_not_actionable_or_not_known_is_left_alone() -> None:
    found = way(version(), {"logins": 62, "seats": None, "answers": 62}, [0, 50, 50])
    assert lifts(found) == [("answers", 62, 94)]  # 8 points at a quarter


def test_a_curve_that_falls_is_followed_down_to_the_nearest_value() -> None:
    card = version(components=[component("care", 1, measure("tickets", curve=[[0, 100], [10, 0]]))])
    assert lifts(way(card, {"tickets": 8}, [30])) == [("tickets", 8, 6)]


def test_on_a_curve_with_a_best_place_in_the_middle_the_nearer_side_is_taken() -> None:
    card = version(components=[component("care", 1, measure("tickets", curve=[[0, 0], [10, 100], [20, 0]]))])
    assert lifts(way(card, {"tickets": 3}, [30])) == [("tickets", 3, 4)]
    assert lifts(way(card, {"tickets": 17.5}, [30])) == [("tickets", 17.5, 16)]


def test_people_come_whole() -> None:
    card = version(components=[component("care", 1, measure("people", curve=[[0, 0], [4, 100]]))])
    assert lifts(way(card, {"people": 1}, [20], whole=True)) == [("people", 1, 2)]
    assert lifts(way(card, {"people": 1}, [20])) == [("people", 1, 1.6)]


@pytest.mark.parametrize(("tickets", "to"), [(7.0, 4.9999), (3.0, 1.9999)])
def test_on_a_falling_curve_of_steps_it_goes_just_below_the_step(tickets: float, to: float) -> None:
    steps = measure("tickets", curve=[[0, 80], [2, 50], [5, 10]], steps=True)
    found = way(version(components=[component("care", 1, steps)]), {"tickets": tickets}, [50])
    (name, raw, raw_to) = lifts(found)[0]
    assert (name, raw) == ("tickets", tickets)
    assert to < raw_to <= round(to)


def test_a_rising_curve_of_steps_is_climbed_step_by_step() -> None:
    steps = measure("logins", curve=[[0, 10], [3, 45], [6, 90]], steps=True)
    assert lifts(way(version(components=[component("use", 1, steps)]), {"logins": 1}, [50])) == [("logins", 1, 3)]


def test_the_curve_of_the_customers_age_is_climbed() -> None:
    young = [{"below_days": 90, "curve": [[0, 0], [50, 100]]}]
    card = version(components=[component("use", 1, measure("logins", ages=young))])
    assert lifts(way(card, {"logins": 18, "tenure_days": 30}, [20])) == [("logins", 18, 20)]
    assert lifts(way(card, {"logins": 36, "tenure_days": 100}, [20])) == [("logins", 36, 40)]


def test_a_cap_is_lifted_where_that_is_the_way() -> None:
    card = version(caps=[cap("score", compare("seats", "<", 70), 60)])
    found = way(card, {"logins": 90, "seats": 60, "answers": 90}, [20, 20, 20])
    assert lifts(found) == [("seats", 60, 70)]  # 78.75 points but for the cap


def test_a_cap_that_nothing_lifts_makes_the_band_unreachable() -> None:
    card = version(caps=[cap("score", compare("late", ">", 0), 60)])
    found = way(card, {"logins": 90, "seats": 60, "answers": 90, "late": 5}, [20, 20, 20])
    assert found is not None
    assert not found.is_reachable


def test_a_hysteresis_has_to_be_overcome() -> None:
    found = way(version(hysteresis=3), {"logins": 68, "seats": 68, "answers": 68}, [20, 20, 20], before=1)
    assert found is not None
    assert found.score == pytest.approx(73, abs=1e-4)


def test_a_band_of_before_that_is_left_already_does_not_count() -> None:
    found = way(version(hysteresis=3), {"logins": 68, "seats": 68, "answers": 68}, [20, 20, 20])
    assert found is not None
    assert found.score == pytest.approx(70, abs=1e-4)


@some
@given(versions(ruled=True), rows(), st.data())
def test_the_way_really_reaches_a_better_band_and_a_little_less_does_not(card: Version, row: Row, data: Any) -> None:
    gains = [data.draw(st.sampled_from([0, 1, 10, 40])) for _ in card.measures]
    before = scores(card, row)
    found = way(card, row, gains)
    if found is None or not found.is_reachable:
        return
    moved = {**row, **{one.measure: one.raw_to for one in found.lifts}}
    after = scores(card, moved)
    assert after.band[0] == found.band > before.band[0]
    assert after.automatic[0] == found.score
    for one in found.lifts:
        j = card.metric_keys.index(one.measure)
        assert has_value(before.states[:, j])[0]
        assert one.raw_to != one.raw
        assert one.points_to - one.points <= 2 * gains[j] + 1e-9
    last = max(found.lifts, key=lambda one: one.months)
    without = {name: raw for name, raw in moved.items() if name != last.measure} | {last.measure: row[last.measure]}
    assert len(found.lifts) > 1 or scores(card, without).band[0] == before.band[0]


@some
@given(versions(), rows(), st.sampled_from([0, 5, 60]))
def test_whole_numbers_reach_it_too_or_it_says_that_they_do_not(card: Version, row: Row, gain: float) -> None:
    found = way(card, row, [gain] * len(card.measures), whole=True)
    if found is None or not found.is_reachable:
        return
    moved = {**row, **{one.measure: one.raw_to for one in found.lifts}}
    assert scores(card, moved).band[0] == found.band
    assert all(one.raw_to == round(one.raw_to) for one in found.lifts)


@pytest.mark.parametrize(("gain", "reached"), [(27.5, True), (27.4, False)])
def test_a_step_that_is_too_high_for_two_months_is_no_way(gain: float, reached: bool) -> None:
    """From 20 points the next step, at 60, is 55 points up: the whole of it or nothing."""
    steps = measure("logins", curve=[[0, 0], [50, 20], [60, 75]], steps=True)
    found = way(version(components=[component("use", 1, steps)]), {"logins": 55}, [gain])
    assert found is not None
    assert (found.is_reachable, found.score) == ((True, 75) if reached else (False, 20))
