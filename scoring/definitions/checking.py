"""Checks the body of any definition before it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from scoring.engine.reading import InvalidScorecard
from scoring.indicators.parsing import InvalidIndicator, check_indicator
from scoring.vocabulary.parsing import check_revenue_tier, check_segment, check_stage, check_tier, check_value

CHECKS: Final[Mapping[str, Callable[[object], None]]] = {
    "indicator": check_indicator,
    "segment": check_segment,
    "stage": check_stage,
    "tier": check_tier,
    "revenue_tier": check_revenue_tier,
    "value": check_value,
}


class InvalidDefinition(ValueError):
    """A body that cannot be used; the message names the place, the value and what would be right."""


def check(kind: str, body: object) -> None:
    """Raise InvalidDefinition unless a definition of this kind may have this body."""
    if kind not in CHECKS:
        raise InvalidDefinition(f"kind is {kind!r}; give one of {', '.join(CHECKS)}")
    try:
        CHECKS[kind](body)
    except (InvalidScorecard, InvalidIndicator) as error:
        raise InvalidDefinition(str(error)) from error
