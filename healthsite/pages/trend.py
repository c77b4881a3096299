"""The line of the past: what a chart is drawn from, and what it shows in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

from healthsite.pages import words
from scoring.engine.display import shown
from scoring.engine.version import Version
from scoring.explaining import Explained, trends
from scoring.models import ScorecardVersion

Point = tuple[date, float | None, int]  # day, score, version


@dataclass(frozen=True, slots=True)
class Trend:
    """Scores by day, the oldest first: the sentence, the rows of the table, and the data of the chart."""

    sentence: str
    rows: tuple[tuple[date, float | None, str], ...]  # newest first, with the scorecard where it changed
    chart: dict[str, Any]

    @property
    def has_line(self) -> bool:
        """Whether there are two scores to draw a line through."""
        return sum(score is not None for _, score, _ in self.rows) > 1


def trend(explained: Explained, customer_id: int, days: int) -> Trend:
    """The official scores of so many days up to a score, and that score itself. One query, two with other versions."""
    last = explained.as_of
    points = trends([customer_id], last - timedelta(days=days), last)[customer_id]
    if not points or points[-1][0] < last:  # today's score is not recorded before the night
        points.append((last, explained.stored.score, explained.stored.version_id))
    names = {explained.stored.version_id: str(explained.version)}
    if others := {version for _, _, version in points} - names.keys():
        versions = ScorecardVersion.objects.select_related("scorecard").in_bulk(others)
        names |= {pk: str(version) for pk, version in versions.items()}
    marks = version_marks(points, names)
    return Trend(
        sentence=trend_sentence(points),
        rows=tuple((day, score, marks.get(day, "")) for day, score, _ in reversed(points)),
        chart=chart_data(points, explained.version.engine, marks),
    )


def version_marks(points: Sequence[Point], names: Mapping[int, str]) -> dict[date, str]:
    """The days on which another scorecard version took over, and which."""
    return {day: names[version] for (_, _, before), (day, _, version) in pairwise(points) if before != version}


def trend_sentence(points: Sequence[Point]) -> str:
    """What the chart shows, in a sentence."""
    known = [(day, score) for day, score, _ in points if score is not None]
    if len(known) < 2:
        return "There are too few scores for a trend yet."
    (first, start), (last, end) = known[0], known[-1]
    moved = round(words.printed_score(end) - words.printed_score(start), 1)
    verb = f"rose by {moved}" if moved > 0 else f"fell by {-moved}" if moved < 0 else "ended where it began"
    lowest, highest = (ends(score for _, score in known) for ends in (min, max))
    return (
        f"From {first:%-d %B %Y} to {last:%-d %B %Y} health {verb}, from {shown(start)} to {shown(end)}; "
        f"it was between {shown(lowest)} and {shown(highest)}."
    )


def chart_data(points: Sequence[Point], version: Version, marks: Mapping[date, str]) -> dict[str, Any]:
    """Moments in milliseconds, thresholds with their colour role, and marks of versions."""
    return {
        "points": [{"x": milliseconds(day), "y": _height(score)} for day, score, _ in points],
        "bands": [{"label": band.label, "role": band.role, "lower": band.lower} for band in version.bands],
        "marks": [{"x": milliseconds(day), "label": label} for day, label in marks.items()],
    }


def milliseconds(day: date) -> int:
    """The day's midnight as browsers count it; the chart reads it in UTC, so that no zone shifts a date."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)


def _height(score: float | None) -> float | None:
    return None if score is None else words.printed_score(score)
