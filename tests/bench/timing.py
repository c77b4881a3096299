"""Times a piece of the product and its floor, and says whether the budget holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any, Final

ROUNDS: Final = 3


@dataclass(frozen=True, slots=True)
class Result:
    """What was measured; the budget is met when `measured` does not exceed it."""

    name: str
    seconds: float
    floor: float
    budget: str
    within: bool

    @property
    def line(self) -> str:
        """Name, seconds, floor seconds, ratio, budget, and ok or over."""
        ratio = self.seconds / self.floor if self.floor else float("inf")
        verdict = "ok" if self.within else "over"
        return f"{self.name} {self.seconds:.4f} {self.floor:.4f} {ratio:.2f} {self.budget} {verdict}"


def in_turn(product: Callable[[], Any], floor: Callable[[], Any], rounds: int = ROUNDS) -> tuple[float, float]:
    """Median seconds of both, run turn by turn after one round that nobody counts."""
    product(), floor()
    pairs = [(_seconds(product), _seconds(floor)) for _ in range(rounds)]
    return median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)


def _seconds(work: Callable[[], Any]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


def at_most(name: str, measured: tuple[float, float], *, seconds: float, ratio: float | None = None) -> Result:
    """A result that must stay below so many seconds, and below so many times its floor where a ratio is given."""
    took, floor = measured
    within = took <= seconds and (ratio is None or took <= ratio * floor)
    budget = f"{seconds:g}s" + (f",{ratio:g}x" if ratio is not None else "")
    return Result(name, took, floor, budget, within)
