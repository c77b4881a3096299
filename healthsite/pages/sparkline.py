"""A small line of scores, drawn on the server: points of an SVG polyline, and what it says in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from accounts.wording import counted
from scoring.engine.display import shown

WIDTH, HEIGHT, MARGIN = 88, 22, 2
LEAST_SPAN = 10.0  # points; smaller movements look as small as they are
EVERY = 2  # pixels; closer points cannot be told apart and would only make the page heavier


@dataclass(frozen=True, slots=True)
class Sparkline:
    """`points` for the polyline; `label` for those who cannot see it."""

    points: str
    label: str


def sparkline(scores: Sequence[tuple[date, float | None]]) -> Sparkline | None:
    """The line through the scores there are, oldest first; None for fewer than two."""
    known = [(day.toordinal(), score) for day, score in scores if score is not None]
    if len(known) < 2:
        return None
    first, last = known[0][0], known[-1][0]
    low, high = _span([score for _, score in known])
    across, up = (WIDTH - 2 * MARGIN) / (last - first), (HEIGHT - 2 * MARGIN) / (high - low)
    step = max(1, len(known) * EVERY // WIDTH)
    drawn = [*known[:-1:step], known[-1]]
    points = " ".join(
        f"{MARGIN + (day - first) * across:.0f},{HEIGHT - MARGIN - (score - low) * up:.1f}" for day, score in drawn
    )
    return Sparkline(points, f"{counted(last - first, 'day')}, from {shown(known[0][1])} to {shown(known[-1][1])}")


def _span(scores: Sequence[float]) -> tuple[float, float]:
    low, high = min(scores), max(scores)
    spare = max(0.0, LEAST_SPAN - (high - low)) / 2
    return low - spare, high + spare
