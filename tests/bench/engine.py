"""What the engine does for 100,000 customers at once: a changed weight, plausible weightings, and rules."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scoring.engine.card import Version
from scoring.engine.measuring import measure
from scoring.engine.reweighing import reweigh
from scoring.engine.robustness import robustness
from scoring.engine.scoring import score
from tests.bench import arrays
from tests.bench.timing import Result, at_most, in_turn


def whatif() -> Result:
    """New scores and bands after a weight has changed; the floor is one product of the points with the weights."""
    card = arrays.version()
    data = measure(arrays.frame(card), card)
    heavier, points = _heavier(card), np.nan_to_num(data.points)
    shares = np.array(heavier.measure_shares)
    return at_most("whatif", in_turn(lambda: reweigh(data, heavier), lambda: points @ shares), seconds=0.05)


def _heavier(card: Version) -> Version:
    first = replace(card.components[0], weight=2 * card.components[0].weight)
    return replace(card, components=(first, *card.components[1:]))


def weightings() -> Result:
    """The bands under 1,000 plausible weightings; the floor is the matrix product alone, in single precision."""
    card = arrays.version()
    scored = score(arrays.frame(card), card)
    points = np.nan_to_num(scored.points).astype(np.float32)
    drawn = np.random.default_rng(1).dirichlet(card.measure_shares, 1000).astype(np.float32)

    def floor() -> None:
        for start in range(0, len(points), 4096):
            points[start : start + 4096] @ drawn.T

    return at_most("robustness", in_turn(lambda: robustness(scored, card), floor), seconds=0.5)


def rules() -> Result:
    """100 rules asked of everybody; the floor compares the same columns without asking what is unknown."""
    asked, fields = arrays.rules(), arrays.fields()
    columns = [[(fields[one.field], one.numbers[0]) for one in rule.comparisons()] for rule in asked]

    def product() -> None:
        for rule in asked:
            rule.evaluate(fields)

    def floor() -> list[bool]:
        return [bool((column > value)[0]) for compared in columns for column, value in compared]

    return at_most("rules", in_turn(product, floor), seconds=0.1)
