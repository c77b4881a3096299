"""The small line of scores."""

from __future__ import annotations

from datetime import date, timedelta

from healthsite.pages.sparkline import sparkline

FIRST = date(2025, 7, 1)


def scores(*values: float | None) -> list[tuple[date, float | None]]:
    return [(FIRST + timedelta(days=n), value) for n, value in enumerate(values)]


def test_a_line_runs_from_left_to_right_and_a_higher_score_is_higher_up() -> None:
    line = sparkline(scores(40, 80))
    assert line is not None
    assert line.points == "2,20.0 86,2.0"
    assert line.label == "1 day, from 40.0 to 80.0"


def test_small_movements_look_small() -> None:
    line = sparkline(scores(60, 61))
    assert line is not None
    heights = [float(point.split(",")[1]) for point in line.points.split()]
    assert abs(heights[0] - heights[1]) < 2


def test_days_without_a_score_are_left_out() -> None:
    line = sparkline(scores(40, None, 60))
    assert line is not None
    assert len(line.points.split()) == 2


def test_there_is_no_line_through_one_score() -> None:
    assert sparkline(scores(None, 50)) is None
    assert sparkline([]) is None


def test_a_long_line_keeps_its_ends_and_few_points() -> None:
    line = sparkline(scores(*range(91)))
    assert line is not None
    points = line.points.split()
    assert len(points) <= 47
    assert (points[0], points[-1]) == ("2,20.0", "86,2.0")
