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
_REASONS: Final = {
    "green": (
        "Good talks, plans are on track.",
        "They bring new ideas to every call.",
        "Our sponsor speaks well of us.",
    ),
    "yellow": ("Slower to answer than before.", "Polite, but nobody decides.", "The new team does not know us yet."),
    "red": ("Unhappy, and says so openly.", "They ask others for offers.", "Nobody picks up the phone any more."),
}


def pulses(life: Life) -> Iterator[Row]:
    """A colour with its reason."""
    mood = life.level("mood").tolist()
    for place, day in enumerate(life.days):
        author = csm_on(life, day)
        if author and life.has_turn(day, weeks=_WEEKS):
            band = _colour(mood[place])
            reason = _REASONS[band][day.toordinal() // 7 % 3]
            yield life.row(Pulse, day, at=moment(day, 16), author=author, band=band, reason=reason)


def _colour(mood: float) -> str:
    if mood < -0.15:
        return "red"
    return "yellow" if mood < 0.25 else "green"
