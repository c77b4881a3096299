"""A measure's curve drawn over the histogram of one's own values, as the numbers of an SVG; pure functions.

The drawing is 264 wide: points 0-100 run upward between TOP and FOOT, bars stand beneath on the same scale of values.
static/js/curves.js draws the line again while points are typed, with the same numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.wording import counted
from scoring.engine.card import Band
from scoring.scorecards.describing import number
from scoring.scorecards.distributing import Distribution

LEFT, RIGHT = 24.0, 258.0
TOP, FOOT = 6.0, 86.0
GROUND, BAR = 116.0, 26.0  # the bars' foot, and the height of the tallest
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Stripe:
    """A band as a stripe behind the curve."""

    y: float
    height: float
    role: str


@dataclass(frozen=True, slots=True)
class Line:
    """A curve: the corners of its line as SVG has them, its breakpoints as dots, and what it is."""

    corners: str
    dots: tuple[Point, ...]
    label: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """All of one picture. `low` and `high` are the ends of the scale of values."""

    low: float
    high: float
    lines: tuple[Line, ...]
    stripes: tuple[Stripe, ...]
    bars: tuple[tuple[float, float, float, float], ...]  # x, y, width, height
    said: str
    note: str

    @property
    def ends(self) -> tuple[str, str]:
        """The ends of the scale as they are printed."""
        return short(self.low), short(self.high)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A curve to draw: its breakpoints in their order, and whether it goes in steps."""

    points: Sequence[Point]
    steps: bool
    label: str = "Curve"


def draw(curves: Sequence[Drawn], bands: Sequence[Band], values: Distribution | None) -> Drawing:
    """The picture of a measure: its curves (the first is the usual one) over the bands, and its values beneath."""
    low, high = _ends([raw for curve in curves for raw, _ in curve.points], values)
    return Drawing(
        low=low,
        high=high,
        lines=tuple(_line(curve, low, high) for curve in curves if curve.points),
        stripes=stripes(bands),
        bars=_bars(values, low, high) if values else (),
        said="; ".join(f"{curve.label}: {_said(curve)}" for curve in curves),
        note=noted(values),
    )


def stripes(bands: Sequence[Band]) -> tuple[Stripe, ...]:
    """The bands from the lowest; none where there are no bands."""
    tops = [*(band.lower for band in bands[1:]), 100.0] if bands else []
    return tuple(
        Stripe(_y(top), round(_y(band.lower) - _y(top), 2), band.role) for band, top in zip(bands, tops, strict=True)
    )


def noted(values: Distribution | None) -> str:
    """Whose values the bars show, and for how many there are none."""
    if values is None:
        return "None of the current scores holds values of this metric over this window."
    whose = f"{counted(sum(values.counts), 'customer')} with a value"
    without = [
        f"{count:,} {word}"
        for count, word in ((values.missing, "without data"), (values.expired, "with data too old"))
        if count
    ]
    sample = f", a sample of {values.of:,}" if values.sampled else ""
    return ", ".join([whose, *without]) + sample


def short(value: float) -> str:
    """A number for the end of a scale: 1.5M, 20k, 0.25."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            return f"{value / (1e3 if letter == 'k' else size):.4g}{letter}"
    return f"{value:.4g}"


def _ends(raws: Sequence[float], values: Distribution | None) -> Point:
    edges = [values.edges[0], values.edges[-1]] if values else []
    every = [*raws, *edges] or [0.0, 1.0]
    low, high = min(every), max(every)
    return (low, high) if low < high else (low, low + 1.0)


def _line(curve: Drawn, low: float, high: float) -> Line:
    dots = tuple((_x(raw, low, high), _y(points)) for raw, points in curve.points)
    corners = [(LEFT, dots[0][1])]
    for x, y in dots:
        corners += [(x, corners[-1][1]), (x, y)] if curve.steps else [(x, y)]
    corners.append((RIGHT, dots[-1][1]))
    return Line(" ".join(f"{x:g},{y:g}" for x, y in corners), dots, curve.label)


def _bars(values: Distribution, low: float, high: float) -> tuple[tuple[float, float, float, float], ...]:
    most = max(values.counts, default=0) or 1
    found = []
    for count, first, last in zip(values.counts, values.edges, values.edges[1:], strict=False):
        x, end, height = _x(first, low, high), _x(last, low, high), round(BAR * count / most, 2)
        if count:
            found.append((x, round(GROUND - height, 2), round(max(end - x - 0.6, 0.4), 2), height))
    return tuple(found)


def _x(raw: float, low: float, high: float) -> float:
    return round(LEFT + (RIGHT - LEFT) * (raw - low) / (high - low), 2)


def _y(points: float) -> float:
    return round(FOOT - (FOOT - TOP) * points / 100, 2)


def _said(curve: Drawn) -> str:
    return ", ".join(f"{number(raw)} → {number(points)}" for raw, points in curve.points)
