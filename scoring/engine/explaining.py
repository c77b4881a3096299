"""One customer's score in lines that sum to it, as contributions or in points against each measure's par."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isnan

from scoring.engine.card import Version
from scoring.engine.frame import State
from scoring.engine.scoring import Scored

CLAMP = "clamp"
OVERRIDE = "override"


@dataclass(frozen=True, slots=True)
class Line:
    """One reason; a cap, the clamp or an override has no measure, and its name as component."""

    component: str
    measure: str | None
    raw: float | None
    points: float | None
    effective_weight: float  # 0-1
    contribution: float  # points of the score
    state: State | None = None


@dataclass(frozen=True, slots=True)
class Waterfall:
    """A base and the lines that lead from it to the total."""

    base: float
    lines: tuple[Line, ...]

    @property
    def total(self) -> float:
        """The sum of what is shown; never a number from elsewhere (X1)."""
        return self.running()[-1] if self.lines else self.base

    def running(self) -> list[float]:
        """The height reached after each line."""
        heights, height = [], self.base
        for line in self.lines:
            height += line.contribution
            heights.append(height)
        return heights


def contribution_lines(scored: Scored, i: int, version: Version) -> list[Line]:
    """Customer i's lines: every measure, then the caps that bit, the clamp and an override; they sum to the score."""
    return [*_measure_lines(scored, i, version), *_limit_lines(scored, i, version)]


def waterfall(scored: Scored, i: int, version: Version) -> Waterfall:
    """Customer i's score as base (sum of weight x par) and lines of weight x (points - par), caps last (X2, X32)."""
    base, lines = 0.0, []
    for line, measure in zip(_measure_lines(scored, i, version), version.measures, strict=True):
        par = line.effective_weight * measure.par
        base += par
        lines.append(replace(line, contribution=line.contribution - par))
    return Waterfall(base, (*lines, *_limit_lines(scored, i, version)))


def _measure_lines(scored: Scored, i: int, version: Version) -> list[Line]:
    return [_measure_line(scored, i, version, j) for j in range(len(version.measures))]


def _measure_line(scored: Scored, i: int, version: Version, j: int) -> Line:
    return Line(
        component=version.component_keys[version.component_of[j]],
        measure=version.metric_keys[j],
        raw=_known(scored.raw[i, j]),
        points=_known(scored.points[i, j]),
        effective_weight=float(scored.weights[i, j]),
        contribution=float(scored.contributions[i, j]),
        state=State(scored.states[i, j]),
    )


def _limit_lines(scored: Scored, i: int, version: Version) -> list[Line]:
    limits = [(cap.label, float(effect)) for cap, effect in zip(version.caps, scored.cap_effects[i], strict=True)]
    limits += [(CLAMP, float(scored.clamp_effect[i])), (OVERRIDE, float(scored.override_effect[i]))]
    return [Line(label, None, None, None, 0.0, effect) for label, effect in limits if effect]


def _known(value: float) -> float | None:
    return None if isnan(value) else float(value)
