"""The indicators that are evaluated every night, read from `library.json`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from scoring.engine.conditions import Rule
from scoring.engine.rules import parse_rule

FALLEN: Final = "measures_fallen_28"  # measures that fell by ten points or more in 28 days
OPEN: Final = "leading_open"  # how many of I1 to I12 are open
COUNTED: Final = range(1, 13)


@dataclass(frozen=True, slots=True)
class Indicator:
    """A condition with a name. `rule` is over metric keys, and for I19 over `FALLEN` and `OPEN`."""

    key: str
    name: str
    kind: Literal["leading"]
    rule: Rule
    source: str
    meaning: str

    @property
    def number(self) -> int:
        """The number in its key, and its bit in what is stored: 7 of I7."""
        return int(self.key[1:])

    @property
    def bit(self) -> int:
        """A number with its bit alone set."""
        return 1 << self.number


def _read(path: Path) -> Iterator[tuple[str, Indicator]]:
    for entry in json.loads(path.read_text(encoding="utf-8")):
        key = entry["key"]
        yield key, Indicator(**{**entry, "rule": parse_rule(entry["rule"], f"{key}.rule")})


INDICATORS: Final[Mapping[str, Indicator]] = dict(_read(Path(__file__).with_name("library.json")))
INDICATOR_METRICS: Final = tuple(
    sorted({field for one in INDICATORS.values() for field in one.rule.fields()} - {FALLEN, OPEN})
)
