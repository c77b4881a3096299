"""What holds for every scorecard and every customer."""

from __future__ import annotations

from dataclasses import fields
from random import Random

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scoring.engine.changes import Snapshot, snapshot, split_change
from scoring.engine.explaining import contribution_lines, waterfall
from scoring.engine.frame import Frame, State, has_value
from scoring.engine.scoring import Scored, score
from scoring.engine.version import Version, canonical_json, definition_of, parse_version
from tests.scoring.engine.builders import Row, frame_of, scores
from tests.scoring.engine.strategies import overrides, rows, values, versions

EXACT = 1e-9  # points: sums that a reader checks
some = settings(max_examples=30, deadline=None, derandomize=True)


def parts_of(scored: Scored) -> dict[str, np.ndarray]:
    arrays = {one.name: getattr(scored, one.name) for one in fields(scored) if one.name != "flags"}
    return {**arrays, **scored.flags}


def known_now(row: Row, fill: Row) -> Row:
    """The same customer after all that was missing has arrived."""
    frame = frame_of(row)
    return {metric: row[metric] if has_value(frame.column(metric)[1])[0] else fill[metric] for metric in row}


@some
@given(versions(ruled=True), st.lists(rows(), min_size=1, max_size=3))
def test_a_score_lies_in_its_clamp_and_in_its_range_and_its_reasons_sum_to_it(card: Version, batch: list[Row]) -> None:
    result = scores(card, *batch)
    has = ~np.isnan(result.score)

    assert ((card.clamp[0] <= result.score) & (result.score <= card.clamp[1]))[has].all()
    assert ((result.low <= result.score) & (result.score <= result.high))[has].all()
    effects = result.cap_effects.sum(axis=1) + result.clamp_effect + result.override_effect
    reasons = result.contributions.sum(axis=1) + effects
    np.testing.assert_allclose(reasons[has], result.score[has], rtol=0, atol=EXACT)
    assert (result.cap_effects <= 0).all()
    np.testing.assert_allclose(result.weights[has].sum(axis=1), 1, rtol=0, atol=EXACT)


@some
@given(versions(ruled=True), rows(), rows(known=True))
def test_data_that_arrives_never_takes_the_score_out_of_its_range(card: Version, row: Row, fill: Row) -> None:
    before, after = scores(card, row), scores(card, known_now(row, fill))
    assume(not np.isnan(before.score[0]))

    assert before.low[0] - EXACT <= after.score[0] <= before.high[0] + EXACT


@some
@given(versions(ruled=True), rows(), rows(known=True), st.integers(-1, 2))
def test_data_that_arrives_never_moves_a_certain_band(card: Version, row: Row, fill: Row, band: int) -> None:
    last = np.array([band], np.int8)
    before, after = (score(frame_of(one), card, None, last) for one in (row, known_now(row, fill)))
    assume(before.band_certain[0])

    assert after.band[0] == before.band[0]


@some
@given(versions(ruled=True), st.lists(rows(), min_size=2, max_size=5), st.randoms(use_true_random=False))
def test_a_customers_score_is_the_same_to_the_bit_alone_in_a_batch_and_in_any_order(
    card: Version, batch: list[Row], random: Random
) -> None:
    order = list(range(len(batch)))
    random.shuffle(order)
    by_hand, bands = [random.choice([np.nan, 40.0]) for _ in batch], [random.randint(-1, 2) for _ in batch]

    def told(*places: int) -> dict[str, np.ndarray]:
        given = np.array([by_hand[i] for i in places]), np.array([bands[i] for i in places], np.int8)
        return parts_of(score(frame_of(*(batch[i] for i in places)), card, *given))

    together, shuffled = told(*range(len(batch))), told(*order)
    for place, i in enumerate(order):
        alone = told(i)
        for name in alone.keys() - {"ids"}:
            assert alone[name][0].tobytes() == together[name][i].tobytes() == shuffled[name][place].tobytes(), name


@some
@given(versions(ascending=True, capped=False), rows(), st.data())
def test_with_ascending_curves_a_better_value_never_lowers_the_score_nor_the_band(
    card: Version, row: Row, data: st.DataObject
) -> None:
    metric = data.draw(st.sampled_from(card.metric_keys))
    # Known values are all pairs of a number and FRESH, which have an order; the type of a value is wider.
    raw = sorted([data.draw(values(known=True)), data.draw(values(known=True))])  # type: ignore[type-var]
    result = scores(card, *({**row, metric: value} for value in raw))

    assert result.score[0] <= result.score[1] + EXACT


@some
@given(versions(ruled=True), versions(ruled=True), rows(), rows(), st.booleans(), overrides(), overrides())
def test_the_causes_of_a_change_sum_to_it(
    card: Version, other: Version, before: Row, after: Row, same: bool, was: float, will: float
) -> None:
    later = card if same else other
    first, second = overridden(card, before, was), overridden(later, after, will)
    assume(not np.isnan(first.score[0]) and not np.isnan(second.score[0]))

    changes = split_change(snapshot(first, 0, card), snapshot(second, 0, later))
    assert abs(sum(change.points for change in changes) - (second.score[0] - first.score[0])) < EXACT


@some
@given(versions(ruled=True), rows(), st.data())
def test_a_measure_whose_value_stayed_has_no_value_line(card: Version, row: Row, data: st.DataObject) -> None:
    moved = data.draw(st.sets(st.sampled_from(card.metric_keys)))
    later = {metric: data.draw(values()) if metric in moved else value for metric, value in row.items()}

    changes = split_change(*(snapshot(scores(card, one), 0, card) for one in (row, later)))
    assert {change.measure for change in changes if change.cause == "value"} <= moved
    assert {change.measure for change in changes if change.cause == "data"} <= moved


@some
@given(versions(ruled=True), rows())
def test_lines_and_waterfall_end_at_the_score(card: Version, row: Row) -> None:
    result = scores(card, row)
    assume(not np.isnan(result.score[0]))

    assert abs(sum(line.contribution for line in contribution_lines(result, 0, card)) - result.score[0]) < EXACT
    assert abs(waterfall(result, 0, card).total - result.score[0]) < EXACT


@some
@given(versions(ruled=True), rows())
def test_stored_values_and_states_make_the_same_score_again(card: Version, row: Row) -> None:
    result = scores(card, row)
    stored = snapshot(result, 0, parse_version(definition_of(card)))

    assert score(frame_again(stored), stored.version).score.tobytes() == result.score.tobytes()


@some
@given(versions(ruled=True), rows(), overrides())
def test_an_override_is_the_score_and_its_reasons_sum_to_it(card: Version, row: Row, by_hand: float) -> None:
    result = overridden(card, row, by_hand)
    assume(not np.isnan(result.score[0]))

    assert result.score[0] == (result.automatic[0] if np.isnan(by_hand) else by_hand)
    assert abs(sum(line.contribution for line in contribution_lines(result, 0, card)) - result.score[0]) < EXACT
    assert result.automatic.tobytes() == scores(card, row).score.tobytes()


def overridden(card: Version, row: Row, by_hand: float) -> Scored:
    return score(frame_of(row), card, np.array([by_hand]))


def frame_again(stored: Snapshot) -> Frame:
    return frame_of({metric: (raw, State(stored.states[metric])) for metric, raw in stored.raw.items()})


@some
@given(versions(ruled=True))
def test_a_version_written_out_and_read_again_has_the_same_text(card: Version) -> None:
    text = canonical_json(definition_of(card))

    assert canonical_json(definition_of(parse_version(definition_of(card)))) == text
