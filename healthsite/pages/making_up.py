"""Where the points of a score come from: components, measures and caps as lines that add up as they are printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from healthsite.pages import telling, words
from healthsite.pages.moving import Move
from scoring.engine.card import Component, Measure
from scoring.engine.explaining import Line, waterfall
from scoring.engine.frame import State
from scoring.explaining import Explained
from scoring.metrics import METRICS

STATE_WORDS: Final = {
    State.FRESH: "fresh",
    State.LOWER_BOUND: "at least",
    State.CARRIED: "carried: its source is silent",
    State.SUPPLIED: "supplied ready-made",
    State.MISSING: "missing",
    State.EXPIRED: "expired",
}
STAND_INS: Final = {"neutral": "counts 50", "worst": "counts 0", "leave_out": "left out", "carry": "left out"}


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """A measure of a component as a page shows it; `weight` 0-1 of the whole score, as used."""

    label: str
    meaning: str
    raw: str
    state: str
    is_fresh: bool
    points: float | None
    weight: float
    printed: float
    curve: str


@dataclass(frozen=True, slots=True)
class ComponentLine:
    """A component: weight x score (0-100, before caps) = printed points; `moved` is its part of the change."""

    label: str
    weight: float
    score: float | None
    role: str
    printed: float
    moved: float | None
    measures: tuple[MeasureLine, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """A cap, the clamp, or what is no longer in the scorecard: a line with points but without weight."""

    label: str
    printed: float
    moved: float | None


@dataclass(frozen=True, slots=True)
class MakeUp:
    """All lines; their points add up to `total`, what they moved to `moved`, both as printed (X1)."""

    components: tuple[ComponentLine, ...]
    limits: tuple[Limit, ...]
    total: float
    moved: float | None


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the points view: what it adds, and the height reached."""

    label: str
    printed: float
    height: float


def make_up(explained: Explained, moved: Move | None) -> MakeUp:
    """The lines of a stored score, with what each moved since the day of `moved`."""
    engine, lines = explained.version.engine, explained.lines
    limits = [line for line in lines if line.measure is None]
    homes = {component.key: [one for one in lines if one.measure and one.component == component.key]
             for component in engine.components}  # fmt: skip
    total = words.printed_score(explained.stored.score)
    sums = [sum(line.contribution for line in of) for of in homes.values()]
    printed = words.adding_up([*sums, *(line.contribution for line in limits)], total)
    components = tuple(
        _component(explained, component, homes[component.key], part, moved)
        for component, part in zip(engine.components, printed, strict=False)
    )
    there = {line.component: part for line, part in zip(limits, printed[len(sums) :], strict=True)}
    return MakeUp(components, _limits(there, set(homes), moved), total, moved.total if moved else None)


def _limits(there: dict[str, float], components: set[str], moved: Move | None) -> tuple[Limit, ...]:
    gone = [line.home for line in moved.lines if line.home not in components | there.keys()] if moved else []
    return tuple(
        Limit(_limit_label(name, moved), there.get(name, 0.0), moved.of(name) if moved else None)
        for name in dict.fromkeys([*there, *gone])
    )


def _limit_label(name: str, moved: Move | None) -> str:
    """The cap's name, or that of a component which only the earlier scorecard has."""
    return (moved.labels.get(name) if moved else None) or telling.limit_name(name)


def _component(
    explained: Explained, component: Component, lines: Sequence[Line], printed: float, moved: Move | None
) -> ComponentLine:
    weight = sum(line.effective_weight for line in lines)
    score = sum(line.contribution for line in lines) / weight if weight else None
    parts = words.adding_up([line.contribution for line in lines], printed)
    return ComponentLine(
        label=component.label,
        weight=weight,
        score=score,
        role="" if score is None else role_of(score, explained),
        printed=printed,
        moved=moved.of(component.key) if moved else None,
        measures=tuple(
            _measure(line, part, measure) for line, part, measure in zip(lines, parts, component.measures, strict=True)
        ),
    )


def role_of(points: float, explained: Explained) -> str:
    """The colour role that so many points would have as a score."""
    return [band.role for band in explained.version.engine.bands if band.lower <= points][-1]


def _measure(line: Line, printed: float, measure: Measure) -> MeasureLine:
    metric = measure.metric
    state = State.MISSING if line.state is None else line.state
    is_fresh = state <= State.SUPPLIED
    return MeasureLine(
        label=telling.name_of(metric),
        meaning=METRICS[metric].meaning if metric in METRICS else "",
        raw=telling.raw_of(metric, line.raw),
        state=STATE_WORDS[state] if is_fresh else f"{STATE_WORDS[state]}, {_stand_in(line, measure)}",
        is_fresh=is_fresh,
        points=line.points,
        weight=line.effective_weight,
        printed=printed,
        curve=", ".join(f"{raw:,g} → {points:g}" for raw, points in measure.curve.breakpoints),
    )


def _stand_in(line: Line, measure: Measure) -> str:
    if measure.missing == "carry" and line.points is not None:
        return "last value counts"
    return STAND_INS[measure.missing]


def points_view(explained: Explained) -> tuple[Step, ...]:
    """Base and lines against each measure's par, then the caps; empty where no measure has a par (X2)."""
    if explained.stored.score is None or not any(measure.par for measure in explained.version.engine.measures):
        return ()
    found = waterfall(explained.scored, 0, explained.version.engine)
    names = [telling.name_of(one.measure) if one.measure else telling.limit_name(one.component) for one in found.lines]
    parts = [found.base, *(line.contribution for line in found.lines)]
    printed = words.adding_up(parts, words.printed_score(explained.stored.score))
    heights = [round(sum(printed[: n + 1]), 1) for n in range(len(printed))]
    return tuple(map(Step, ["Base", *names], printed, heights))
