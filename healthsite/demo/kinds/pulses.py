"""How the CSM feels about a demo customer, every four weeks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from accounts.models import Pulse
from healthsite.demo.kinds.assignments import csm_on
from healthsite.demo.lives import Life
from healthsite.demo.rows import Row
from healthsite.demo.world import moment

_WEEKS: Final = 4
_REASONS: Final = {"green": "Good talks, plans are on track", "yellow": "Slower to answer", "red": "Unhappy, at risk"}


def pulses(life: Life) -> Iterator[Row]:
    """A colour with its reason."""
    mood = life.level("mood").tolist()
    for place, day in enumerate(life.days):
        author = csm_on(life, day)
        if author and life.has_turn(day, weeks=_WEEKS):
            band = _colour(mood[place])
            yield life.row(Pulse, day, at=moment(day, 16), author=author, band=band, reason=_REASONS[band])


def _colour(mood: float) -> str:
    if mood < -0.15:
        return "red"
    return "yellow" if mood < 0.25 else "green"
