"""Each measure against one window earlier, as a page shows it: status by word, shape and colour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from accounts.models import Customer
from accounts.wording import counted
from healthsite.pages import telling
from scoring.comparing.windows import Arrow, arrows
from scoring.explaining import Explained

SHAPES: Final = {"better": "↑", "worse": "↓", "steady": "→", "unknown": "·"}
TONES: Final = {"better": "up", "worse": "down", "steady": "quiet", "unknown": "quiet"}
WORDS: Final = {"better": "better", "worse": "worse", "steady": "steady", "unknown": "no comparison"}


@dataclass(frozen=True, slots=True)
class ArrowLine:
    """A measure's line; `points` None = not comparable."""

    label: str
    component: str
    window: str
    since: date | None
    before: str
    now: str
    points: float | None
    shape: str
    tone: str
    word: str


def arrow_lines(customer: Customer, explained: Explained) -> list[ArrowLine]:
    """A line for each measure, in the order of the scorecard. Three queries at most."""
    engine = explained.version.engine
    homes = [engine.components[c].label for c in engine.component_of]
    return [_line(one, home) for one, home in zip(arrows(customer, explained), homes, strict=True)]


def _line(arrow: Arrow, component: str) -> ArrowLine:
    return ArrowLine(
        label=telling.name_of(arrow.metric),
        component=component,
        window=counted(arrow.window, "day"),
        since=arrow.since,
        before=telling.raw_of(arrow.metric, arrow.before),
        now=telling.raw_of(arrow.metric, arrow.now),
        points=arrow.points,
        shape=SHAPES[arrow.direction],
        tone=TONES[arrow.direction],
        word=WORDS[arrow.direction],
    )
