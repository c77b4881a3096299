"""What would lift a score to the next band, in words."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.wording import counted, trimmed
from healthsite.pages import telling
from healthsite.pages.sureness.sure import band_before
from scoring.comparing.moves_of_months import ASSUMED, Moves, realistic_moves
from scoring.engine.card import Band
from scoring.engine.changes import snapshot
from scoring.engine.improving import MONTHS, Lift, way_up
from scoring.explaining import Explained


@dataclass(frozen=True, slots=True)
class Step:
    """A measure to move: values as a page shows them, points, months of typical work, and whether those are assumed."""

    label: str
    before: str
    after: str
    points: float
    points_to: float
    effort: str
    is_assumed: bool


@dataclass(frozen=True, slots=True)
class Way:
    """The way to a better band. Without steps none is realistic, and `score` is what all that is would come to."""

    band: Band
    score: float
    steps: tuple[Step, ...]
    months: float = MONTHS
    assumed: float = ASSUMED

    @property
    def has_assumed(self) -> bool:
        """Whether the effort of any step is assumed."""
        return any(step.is_assumed for step in self.steps)


def way_of(explained: Explained) -> Way | None:
    """The cheapest realistic way to the next better band; None in the best one. At most two queries."""
    engine = explained.version.engine
    moves = realistic_moves(explained.version, explained.as_of)
    found = way_up(snapshot(explained.scored, 0, engine), moves.realistic, band_before(explained))
    if found is None:
        return None
    steps = tuple(_step(lift, moves, engine.metric_keys.index(lift.measure)) for lift in found.lifts)
    return Way(engine.bands[found.band], found.score, steps)


def _step(lift: Lift, moves: Moves, j: int) -> Step:
    return Step(
        label=telling.name_of(lift.measure),
        before=telling.raw_of(lift.measure, lift.raw),
        after=telling.raw_of(lift.measure, lift.raw_to),
        points=lift.points,
        points_to=lift.points_to,
        effort=_effort(lift.months),
        is_assumed=not moves.seen[j],
    )


def _effort(months: float) -> str:
    if months < 0.1:
        return "less than a tenth of a month"
    return counted(1, "month") if round(months, 1) == 1 else f"{trimmed(months, 1)} months"
