"""How a score moved between two days: the split of the change in lines that add up as they are printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from healthsite.pages import telling, words
from healthsite.pages.telling import Place
from scoring.engine.changes import BEHAVIOUR, Change
from scoring.engine.display import shown
from scoring.explaining import Explained, changes_between

MOST_CAUSES = 3
NOTEWORTHY = 0.1  # points; what is less is no cause, but stays a line of the split
CAUSE_WORDS: Final = {
    "value": "value",
    "cap": "cap",
    "data": "data",
    "weight": "weights",
    "scorecard": "scorecard",
    "override": "override",
}


@dataclass(frozen=True, slots=True)
class Cause:
    """A line of the split: what happened, where it belongs, and how many points it moved, as printed."""

    text: str
    kind: str
    home: str  # key of the component, or label of the cap
    printed: float
    is_behaviour: bool  # the customer's own doing, not that of data or scorecard


@dataclass(frozen=True, slots=True)
class Move:
    """The change between two days, the largest causes first; the printed lines add up to the printed total.

    `switch` says which scorecard took the place of which, if one did; `is_same_version` whether none did, nor a newer
    version; `labels` are those of the components before.
    """

    since: date
    until: date
    before: str
    after: str
    total: float
    lines: tuple[Cause, ...]
    switch: str
    is_same_version: bool
    labels: Mapping[str, str]

    @property
    def behaviour(self) -> list[Cause]:
        """The few largest things that the customer did."""
        return [line for line in self._told if line.is_behaviour][:MOST_CAUSES]

    @property
    def data(self) -> list[Cause]:
        """The few largest things that data or scorecard did."""
        return [line for line in self._told if not line.is_behaviour][:MOST_CAUSES]

    @property
    def causes(self) -> list[Cause]:
        """All that are told in words."""
        return [*self.behaviour, *self.data]

    @property
    def _told(self) -> list[Cause]:
        return [line for line in self._merged if abs(line.printed) >= NOTEWORTHY]

    @property
    def _merged(self) -> list[Cause]:
        """The lines with all that another scorecard moved as one, which is what `telling.merged` does."""
        moved = [line.printed for line in self.lines if line.kind == "scorecard"]
        others = [line for line in self.lines if line.kind != "scorecard"]
        switch = [Cause(self.switch, "scorecard", "", round(sum(moved), 1), is_behaviour=False)] if moved else []
        return sorted([*others, *switch], key=lambda line: -abs(line.printed)) if switch else others

    @property
    def smaller(self) -> int:
        """How many causes are not told in words."""
        return len(self._merged) - len(self.causes)

    @property
    def rest(self) -> float:
        """What they come to."""
        return round(self.total - sum(line.printed for line in self.causes), 1)

    @property
    def is_all_behaviour(self) -> bool:
        """Whether neither data nor scorecard moved anything; caps are the customer's doing under one version only."""
        return self.is_same_version and all(line.is_behaviour for line in self.lines)

    def of(self, home: str) -> float:
        """What the lines of a component or cap come to."""
        return round(sum(line.printed for line in self.lines if line.home == home), 1)


def move(before: Explained, after: Explained) -> Move:
    """The split of the change from one stored score to another."""
    changes = sorted(changes_between(before, after), key=lambda change: -abs(change.points))
    total = round(words.printed_score(after.stored.score) - words.printed_score(before.stored.score), 1)
    printed = words.adding_up([change.points for change in changes], total)
    was, is_now = before.version, after.version
    return Move(
        since=before.as_of,
        until=after.as_of,
        before=shown(before.stored.score),
        after=shown(after.stored.score),
        total=total,
        lines=_lines(changes, printed, _place(before), _place(after)),
        switch=telling.switched(was, is_now) if was.scorecard_id != is_now.scorecard_id else "",
        is_same_version=was.pk == is_now.pk,
        labels={component.key: component.label for component in was.engine.components},
    )


def _place(explained: Explained) -> Place:
    return Place(explained.scored, 0, explained.version, explained.version.engine)


def _lines(changes: Sequence[Change], printed: Sequence[float], before: Place, after: Place) -> tuple[Cause, ...]:
    return tuple(
        Cause(
            text=telling.told(change, before, after),
            kind=CAUSE_WORDS[change.cause],
            home=change.component,
            printed=points,
            is_behaviour=change.cause in BEHAVIOUR,
        )
        for change, points in zip(changes, printed, strict=True)
    )
