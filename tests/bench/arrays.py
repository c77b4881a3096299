"""100,000 made-up customers as arrays, for what the engine alone has to do."""

from __future__ import annotations

import numpy as np

from scoring.engine.conditions import Comparison, Group, Rule
from scoring.engine.frame import Frame, State
from scoring.engine.version import Version, parse_version
from scoring.presets import load_preset

CUSTOMERS = 100_000
PATTERNS = 12  # ways in which data are missing: feeds are missing for groups of customers, not at random


def version() -> Version:
    """The framework of document 002: 23 measures in five components."""
    return parse_version(load_preset("framework-002"))


def frame(card: Version, n: int = CUSTOMERS) -> Frame:
    """Values all over each curve; every pattern lacks some of the measures."""
    dice = np.random.default_rng(7)
    missing = dice.random((PATTERNS, len(card.inputs))) < 0.2
    pattern = dice.integers(0, PATTERNS, n)
    curves = {measure.metric: measure.curve.breakpoints for measure in card.measures}
    values, states = {}, {}
    for place, metric in enumerate(card.inputs):
        points = curves.get(metric, ((0.0, 0.0), (10.0, 100.0)))
        values[metric] = dice.uniform(points[0][0], points[-1][0], n)
        states[metric] = np.where(missing[pattern, place], State.MISSING, State.FRESH).astype(np.uint8)
    ones = dict.fromkeys(card.inputs, np.ones(n, np.bool_))
    return Frame(ids=np.arange(1, n + 1), values=values, states=states, evidence=ones)


def rules(count: int = 100) -> list[Rule]:
    """Rules of three conditions each, as alerts and segments have them."""
    dice = np.random.default_rng(8)
    signs = ("<", "<=", ">", ">=", "==")
    return [
        Group(
            "all" if number % 2 else "any",
            tuple(
                Comparison(f"field_{dice.integers(20)}", str(dice.choice(signs)), (float(dice.uniform(0, 100)),))
                for _ in range(3)
            ),
        )
        for number in range(count)
    ]


def fields(n: int = CUSTOMERS) -> dict[str, np.ndarray]:
    """Twenty fields, a tenth of each unknown."""
    dice = np.random.default_rng(9)
    found = {f"field_{number}": dice.uniform(0, 100, n) for number in range(20)}
    for column in found.values():
        column[dice.random(n) < 0.1] = np.nan
    return found
