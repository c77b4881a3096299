"""What a metric is: a declared number about a customer on a date, and the reading that computes it."""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterator, KeysView, Mapping, ValuesView
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, Protocol

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


class Own(Protocol):
    """Where metrics lie that were declared without code."""

    def find(self, key: object) -> Metric | None:
        """The metric of a key, retired ones too."""

    def in_use(self) -> Mapping[str, Metric]:
        """Those that may be chosen, by key."""


class Registry(dict[str, Metric]):
    """Metrics by key; `declare` adds one beside the function that computes it.

    A key that no module declares is looked for among those declared without code: a retired one is found, as old
    scores were made by it, but iteration and length leave it out. Whatever a module declares needs no query.
    """

    _own: Own | None = None

    def look_in(self, own: Own) -> None:
        """Take further metrics from there."""
        self._own = own

    def declare(self, key: str, **declaration: Any) -> Callable[[Compute], Compute]:
        """Register the decorated function as the metric `key`; raises ValueError when the key is taken."""

        def register(compute: Compute) -> Compute:
            if dict.__contains__(self, key):
                raise ValueError(f"metric {key!r} is declared twice")
            self[key] = Metric(key=key, compute=compute, **declaration)
            return compute

        return register

    def __missing__(self, key: str) -> Metric:
        found = self._own.find(key) if self._own else None
        if found is None:
            raise KeyError(key)
        return found

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or (self._own is not None and self._own.find(key) is not None)

    def get(self, key: str, default: Any = None) -> Any:
        """The metric of a key, else the default."""
        try:
            return self[key]
        except KeyError:
            return default

    def __iter__(self) -> Iterator[str]:
        yield from super().__iter__()
        if self._own is not None:
            yield from self._own.in_use()

    def __len__(self) -> int:
        return super().__len__() + (len(self._own.in_use()) if self._own else 0)

    def keys(self) -> KeysView[str]:  # type: ignore[override]  # a view of all of them is none of a dict
        """All keys."""
        return KeysView(self)

    def values(self) -> ValuesView[Metric]:  # type: ignore[override]  # as of keys
        """All metrics."""
        return ValuesView(self)

    def items(self) -> ItemsView[str, Metric]:  # type: ignore[override]  # as of keys
        """All of both."""
        return ItemsView(self)


REGISTRY: Registry = Registry()
declare = REGISTRY.declare


def share(part: Floats, whole: Floats) -> Floats:
    """100 x part / whole, NaN where the whole is nought or unknown."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole > 0, 100.0 * part / whole, np.nan)


def parameter(parameters: Mapping[str, float], name: str) -> float:
    """A number frozen in the version, NaN where the version has none."""
    return float(parameters.get(name, np.nan))
