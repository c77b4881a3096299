"""What a demo customer with a season has told us to expect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from accounts.models import Expectation
from healthsite.demo.lives import Life
from healthsite.demo.rows import Row

_SEASON: Final = (-65, 25)  # days from the anchor


def expectations(life: Life) -> Iterator[Row]:
    """The trend of its usage says nothing in the quiet season."""
    if life.story.swing:
        begins, ends = (life.world.day(offset) for offset in _SEASON)
        values = {"metric": "usage_trend", "reason": "Quiet season"}
        yield life.row(Expectation, begins, from_on=begins, until_on=ends, **values)
