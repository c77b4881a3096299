"""What a metric is: a declared number about a customer on a date, and the reading that computes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from scoring.engine.frame import Bools, Floats

if TYPE_CHECKING:
    from scoring.metrics.block import Block


class Quiet(StrEnum):
    """What no rows in the window mean (presets 0.3)."""

    ZERO = "zero"  # none happened, if the source is alive and covers the customer
    MISSING = "missing"  # nothing is known
    COUNTS = "counts"  # a "days since": it goes on growing while the source is alive


@dataclass(frozen=True, slots=True)
class Reading:
    """What a metric found for n customers. Each array has length n.

    value: the number, NaN where there is none. sample: how many of the customer's own rows fed it (what the minimum
    sample is compared with). last: day number of the latest row that could have changed it, NaN where none; needed only
    of metrics whose silence is missing. possible: False where it cannot be computed whatever happened, such as a share
    of unknown seats. lower_bound: the facts can only show part of it.
    """

    value: Floats
    sample: Floats
    last: Floats | None = None
    possible: Bools | None = None
    lower_bound: Bools | None = None


Compute = Callable[["Block", int], Reading]


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric as declared: `window` in days (0 = as of the day), `validity` in days, `kinds` it is fed by.

    The first of `kinds` that covers a customer decides whether its source is alive. `evidence` says whether its rows
    are the customer's own dated facts, assets or subscriptions (presets 0.5).
    """

    key: str
    label: str
    unit: str
    better: Literal["up", "down", "between"]
    meaning: str
    kinds: tuple[str, ...]
    window: int
    quiet: Quiet
    validity: int
    cite: str
    compute: Compute
    minimum: int = 1
    evidence: bool = True
    follows_period: bool = False  # a window of 30 days is the version's analysis period


class Registry(dict[str, Metric]):
    """Metrics by key; `declare` adds one beside the function that computes it."""

    def declare(self, key: str, **declaration: Any) -> Callable[[Compute], Compute]:
        """Register the decorated function as the metric `key`; raises ValueError when the key is taken."""

        def register(compute: Compute) -> Compute:
            if key in self:
                raise ValueError(f"metric {key!r} is declared twice")
            self[key] = Metric(key=key, compute=compute, **declaration)
            return compute

        return register


REGISTRY: Registry = Registry()
declare = REGISTRY.declare


def share(part: Floats, whole: Floats) -> Floats:
    """100 x part / whole, NaN where the whole is nought or unknown."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole > 0, 100.0 * part / whole, np.nan)


def parameter(parameters: Mapping[str, float], name: str) -> float:
    """A number frozen in the version, NaN where the version has none."""
    return float(parameters.get(name, np.nan))
