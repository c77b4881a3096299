"""Every benchmark by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from tests.bench import engine, nights
from tests.bench.timing import Result

BENCHMARKS: Final[Mapping[str, Callable[[], Result]]] = {
    "whatif": engine.whatif,
    "robustness": engine.weightings,
    "rules": engine.rules,
    "one-customer": nights.one_customer,
    "backfill": nights.backfill,
}
