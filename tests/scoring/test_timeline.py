"""Events that a customer's nights tell."""

from __future__ import annotations

from datetime import date, timedelta

from scoring.timeline import Night, events_of

FIRST = date(2025, 9, 1)


def nights(*scores: float | None, version: int = 1, bands: tuple[float, ...] = (50, 75)) -> list[Night]:
    return [
        Night(FIRST + timedelta(days=i), i, score, sum((score or 0) >= bound for bound in bands), version)
        for i, score in enumerate(scores)
    ]


def told(rows: list[Night]) -> list[tuple[str, int, int]]:
    return [(event.kind, event.before.run, event.after.run) for event in events_of(rows)]


def test_a_change_of_band_is_told_once() -> None:
    assert told(nights(80, 80, 74, 74)) == [("band", 1, 2)]


def test_steady_nights_tell_nothing() -> None:
    assert told(nights(80, 79, 78, 77)) == []


def test_a_night_without_a_score_is_no_change_of_band() -> None:
    assert told(nights(80, None, 40)) == []


def test_more_than_ten_points_in_a_week_are_a_fall_told_when_it_begins() -> None:
    assert told(nights(70, 70, 70, 70, 70, 70, 70, 59.9, 59.9)) == [("fall", 0, 7)]


def test_exactly_ten_points_are_none() -> None:
    assert told(nights(70, 70, 70, 70, 70, 70, 70, 60)) == []


def test_a_fall_that_ended_can_begin_again() -> None:
    week = [70.0] * 7
    assert [kind for kind, *_ in told(nights(*week, 59, 70, 59))] == ["fall", "fall"]


def test_a_fall_takes_the_record_of_a_week_before_and_not_an_older_one() -> None:
    rows = nights(70, 70, 70, 70, 70, 70, 70, 55)
    assert told(rows[1:]) == []


def test_another_version_is_told_and_nothing_is_compared_across_it() -> None:
    rows = [*nights(80), *nights(None, 40, version=2)[1:]]
    assert told(rows) == [("version", 0, 1)]
