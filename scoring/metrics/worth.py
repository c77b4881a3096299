"""Fields of the customer beside any score: size, worth, and whether a renewal has been decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from scoring.definitions import entries
from scoring.engine.curve import Curve
from scoring.engine.frame import Floats
from scoring.metrics.block import Block
from scoring.metrics.customers import size_class
from scoring.metrics.evaluating import evaluate
from scoring.metrics.metric import REGISTRY
from scoring.metrics.renewing import DECIDED_DAYS, decided
from scoring.metrics.subscriptions import arr, recurring

SMALL, MID_MARKET, ENTERPRISE = 1.0, 2.0, 3.0
# What a part of the value score may read beside metrics: columns of the customer that hold words, and numbers.
WORDS: Final = ("growth_potential", "support_level", "industry", "region", "country", "territory")
NUMBERS: Final = ("arr", "size", "is_reference")


def size(block: Block) -> Floats:
    """1 small, 2 mid-market, 3 enterprise (n), NaN = unknown; "large" counts as enterprise (library 5)."""
    points = size_class(block, 0).value
    return np.select([points >= 80, points >= 60, points >= 0], [ENTERPRISE, MID_MARKET, SMALL], np.nan)


def value_points(block: Block) -> Floats:
    """0-100: the weighted mean of the parts of the value score, what is unknown left out (library 5, S000-12).

    NaN where nothing is known, or an admin has switched the value score off.
    """
    parts = [part for entry in entries("value") for part in entry.body["parts"]]
    weights = np.array([[part["weight"]] for part in parts], np.float64).reshape(-1, 1)
    points = np.array([_points(part, block) for part in parts], np.float64).reshape(-1, len(block))
    used = np.where(np.isnan(points), 0.0, weights)
    whole, earned = used.sum(axis=0), (used * np.nan_to_num(points)).sum(axis=0)
    return np.divide(earned, whole, out=np.full(len(block), np.nan), where=whole > 0)


def _points(part: Mapping[str, Any], block: Block) -> Floats:
    """The points (n) of one part: by words, by steps or by a drawn curve."""
    if "words" in part:
        known = {word.strip().casefold(): points for word, points in part["words"].items()}
        said = block.customer(part["field"])
        return np.array([known.get(word.strip().casefold(), np.nan) for word in said], np.float64)
    drawn = part.get("steps") or part["curve"]
    return Curve(tuple((raw, points) for raw, points in drawn), steps="steps" in part).points_at(
        _number(part["field"], block)
    )


def _number(field: str, block: Block) -> Floats:
    if field in REGISTRY:
        return evaluate(REGISTRY[field], block, REGISTRY[field].window).values
    if field == "is_reference":
        found: Floats = block.customer(field)
        return found
    return yearly_contracts(block) if field == "arr" else size(block)


def yearly_contracts(block: Block) -> Floats:
    """ARR, nought of a customer without any contract: neither the customers file nor a subscription speaks of one.

    An amount that is merely not known stays so: of a subscription that names none, or without an exchange rate. That
    no contract is the lowest one is of the value score alone (library 5: "else 15").
    """
    none = np.isnan(block.customer("arr")) & (block.count(recurring(block)) == 0)
    return np.where(none, 0.0, block.once(arr))


def renewal_decided(block: Block) -> Floats:
    """1 where a renewal was won or lost in the 180 days up to the date that can be the one coming up, else 0."""
    return (block.count(decided(block, DECIDED_DAYS)) > 0).astype(np.float64)
