"""What an indicator is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

from scoring.engine.rules import Rule

FALLEN: Final = "measures_fallen_28"  # measures that fell by ten points or more in 28 days
OPEN: Final = "leading_open"  # how many of the leading indicators that count are open
STAGE: Final = "stage"  # a word: the key of the lifecycle stage

Kind = Literal["leading", "lagging", "opportunity", "state"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Indicator:
    """A condition with a name; open once it has held on so many `nights` in a row (library 1, "x 14d").

    A "state" is no news for anybody: other rules read it. `counts`: it is one of those that `OPEN` counts. Key, number
    and name are those of the definition, and empty while a body is only being checked.
    """

    kind: Kind
    rule: Rule
    nights: int
    meaning: str
    source: str
    counts: bool
    key: str = ""
    number: int = 0
    name: str = ""

    @property
    def bit(self) -> int:
        """A number with its bit alone set: its place in what nights record."""
        return 1 << self.number

    @property
    def counts_others(self) -> bool:
        """Whether it asks how many others are open."""
        return OPEN in self.rule.fields()
