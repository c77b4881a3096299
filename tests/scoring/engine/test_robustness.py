"""How often a customer lies in each band under plausible other weights."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.engine.banding import Bands
from scoring.engine.frame import Floats, has_value
from scoring.engine.measuring import Measured
from scoring.engine.robustness import bounds_of, robustness
from scoring.engine.scoring import Scored
from scoring.engine.version import Version
from scoring.engine.weightings import Plausible, Weightings, draw_weightings
from tests.scoring.engine.builders import Row, cap, compare, component, measure, scores, version
from tests.scoring.engine.strategies import rows, versions

FEW = Plausible(draws=16)
some = settings(max_examples=40, deadline=None, derandomize=True)


def one_draw(weightings: Weightings, d: int) -> tuple[Floats, list[Floats]]:
    return weightings.components[:, d], [within[:, d] for within in weightings.within]


def capped_score(card: Version, scored: Scored, i: int, draw: tuple[Floats, list[Floats]]) -> float:
    """One customer under one weighting, step by step as the rules say it, in double precision."""
    shares, within = draw
    known = Measured(scored.raw, scored.states, scored.points).fields(card)
    facts = {name: column[[i]] for name, column in known.items()}
    before = {
        key: np.array([mean_of(card, scored.points[i], c, within[c])]) for c, key in enumerate(card.component_keys)
    }
    after = dict(before)
    for one in card.caps:
        if one.on and one.target != "score" and one.when.evaluate({**facts, **before})[0][0]:
            after[one.target] = np.fmin(after[one.target], one.at_most) + 0 * before[one.target]
    there = [c for c, key in enumerate(card.component_keys) if not np.isnan(after[key][0])]
    total = sum(shares[c] * after[card.component_keys[c]][0] for c in there) / sum(shares[c] for c in there)
    result = round(float(total), 10)
    for one in card.caps:
        if one.on and one.target == "score" and one.when.evaluate({**facts, **after})[0][0]:
            result = min(result, one.at_most)
    return float(np.clip(result, *card.clamp))


def mean_of(card: Version, points: Floats, component: int, weights: Floats) -> float:
    mine = points[np.array(card.component_of) == component]
    used = ~np.isnan(mine) & (weights > 0)
    return round(float(mine[used] @ weights[used] / weights[used].sum()), 10) if used.any() else np.nan


def brute_force(card: Version, scored: Scored, plausible: Plausible) -> Floats:
    weightings = draw_weightings(card, plausible)
    found = np.full((len(scored.ids), len(card.bands)), np.nan)
    raw = np.where(has_value(scored.states), scored.raw, np.nan)
    every = Bands(card, dict(zip(card.inputs, raw.T, strict=True)), len(raw)).lowers
    for i in np.flatnonzero(~np.isnan(scored.automatic)).tolist():
        made = [capped_score(card, scored, i, one_draw(weightings, d)) for d in range(plausible.draws)]
        places = np.searchsorted(every[i], made, side="right") - 1
        found[i] = np.bincount(places, minlength=len(card.bands)) / plausible.draws
    return found


@some
@given(versions(ruled=True), st.lists(rows(), min_size=1, max_size=3))
def test_shares_are_what_a_plain_loop_over_the_weightings_finds(card: Version, batch: list[Row]) -> None:
    scored = scores(card, *batch)
    shares = robustness(scored, card, FEW)

    has = ~np.isnan(scored.automatic)
    np.testing.assert_allclose(shares[has].sum(axis=1), 1, rtol=0, atol=1e-12)
    np.testing.assert_allclose(shares, brute_force(card, scored, FEW), rtol=0, atol=1e-9)


def test_single_precision_flips_fewer_than_one_weighting_in_ten_thousand() -> None:
    card = version(
        components=[component(f"c{c}", 1 + c, *[measure(f"m{c}{j}", 1 + j) for j in range(4)]) for c in range(3)]
    )
    chance = np.random.default_rng(5)
    batch: list[Row] = [
        {f"m{c}{j}": float(chance.uniform(30, 80)) for c in range(3) for j in range(4)} for _ in range(60)
    ]
    scored, plausible = scores(card, *batch), Plausible(draws=500)

    flipped = np.abs(robustness(scored, card, plausible) - brute_force(card, scored, plausible)).sum() / 2
    assert flipped / len(batch) < 1e-4


def test_who_has_the_same_points_everywhere_lies_on_one_side_of_a_bound_for_certain() -> None:
    at, below = (dict.fromkeys(("logins", "seats", "answers"), points) for points in (70.0, 69.9999999))
    shares = robustness(scores(version(), at, below), version())
    assert shares.tolist() == [[0, 0, 1], [0, 1, 0]]


def test_a_card_of_one_measure_is_certain() -> None:
    card = version(components=[component("use", 3, measure("logins"))])
    assert robustness(scores(card, {"logins": 39.999}, {"logins": 40}), card).tolist() == [[1, 0, 0], [0, 1, 0]]


def test_the_nearer_the_bound_the_less_certain() -> None:
    middle, near = {"logins": 60, "seats": 44, "answers": 60}, {"logins": 90, "seats": 10, "answers": 2}
    shares = robustness(scores(version(), middle, near), version())
    assert shares[0, 1] == 1
    assert 0.4 < shares[1, 0] < 0.7  # 38 points: red, but some weigh answers less


def test_the_same_seed_draws_the_same_and_another_one_others() -> None:
    scored = scores(version(), {"logins": 90, "seats": 10, "answers": 2})
    first, again, other = (robustness(scored, version(), Plausible(seed=seed)) for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


@pytest.mark.parametrize("parts", [2, 5, 9])
def test_a_weight_of_average_size_moves_by_about_a_third(parts: int) -> None:
    card = version(components=[component("use", 1, *[measure(f"m{j}") for j in range(parts)])])
    drawn = draw_weightings(card, Plausible(draws=4000)).within[0]
    assert drawn.std(axis=1) * parts == pytest.approx(1 / 3, abs=0.02)
    assert drawn.mean(axis=1) == pytest.approx(1 / parts, abs=0.01)


def test_what_has_no_weight_gets_none() -> None:
    card = version(
        components=[component("use", 1, measure("logins"), measure("seats", 0)), component("care", 0, measure("a"))]
    )
    weightings = draw_weightings(card, FEW)
    assert (weightings.within[0][1] == 0).all()
    assert (weightings.components[1] == 0).all()


def test_a_cap_that_holds_makes_its_band_certain() -> None:
    card = version(caps=[cap("score", compare("late", ">", 0), 35)])
    row = {"logins": 95, "seats": 90, "answers": 80}
    shares = robustness(scores(card, {**row, "late": 1}, {**row, "late": 0}, row), card)
    assert shares.tolist() == [[1, 0, 0], [0, 0, 1], [0, 0, 1]]  # one that cannot be tested does not count


def test_a_cap_on_a_component_is_applied_under_every_weighting() -> None:
    card = version(caps=[cap("use", compare("late", ">", 0), 20)])
    row: Row = {"logins": 100, "seats": 60, "answers": 90, "late": 1}
    scored = scores(card, row)
    shares = robustness(scored, card, FEW)
    assert scored.automatic[0] == 37.5  # 0.75 x 20 + 0.25 x 90
    assert shares == pytest.approx(brute_force(card, scored, FEW))
    assert 0.3 < shares[0, 0] < 0.9


def test_the_clamp_is_applied_under_every_weighting() -> None:
    card = version(clamp=[45, 65])
    assert robustness(scores(card, {"logins": 0, "seats": 1, "answers": 90}), card)[0].tolist() == [0, 1, 0]


def test_missing_weight_is_passed_on_before_the_bands_are_asked() -> None:
    card = version()
    shares = robustness(scores(card, {"logins": 90, "seats": None, "answers": None}), card)
    assert shares.tolist() == [[0, 0, 1]]


def test_bounds_by_rule_hold_for_whom_the_rule_holds() -> None:
    card = version(thresholds=[{"label": "New", "when": compare("age", "<", 90), "lowers": [0, 20, 50]}])
    row = {"logins": 55, "seats": 55, "answers": 55}
    shares = robustness(scores(card, {**row, "age": 10}, {**row, "age": 100}), card)
    assert shares.tolist() == [[0, 0, 1], [0, 1, 0]]


def test_a_hysteresis_keeps_the_band_of_before_a_little_longer() -> None:
    card = version(hysteresis=3)
    scored = scores(card, {"logins": 38, "seats": 38, "answers": 38})
    bounds = [bounds_of(scored, card, np.array([band], dtype=np.int8))[0].tolist() for band in (-1, 0, 1, 2)]
    assert bounds == [[0, 40, 70], [0, 43, 70], [0, 37, 73], [0, 40, 67]]
    assert robustness(scored, card, before=np.array([1], dtype=np.int8)).tolist() == [[0, 1, 0]]
    assert robustness(scored, card, before=np.array([0], dtype=np.int8)).tolist() == [[1, 0, 0]]
