"""The split of a change, by hand, on the small card: use (weight 3) = logins, seats; care (weight 1) = answers."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any

import numpy as np
import pytest

from scoring.engine.changes import Change, Snapshot, snapshot, split_change
from scoring.engine.frame import State
from scoring.engine.version import Version
from tests.scoring.engine.builders import Row, Value, cap, compare, component, definition, measure, scores, version

ALL: Row = {"logins": 80, "seats": 40, "answers": 100}  # 70
PAIR = [component("all", 1, measure("a"), measure("b"))]


def on(card: Version, row: Row) -> Snapshot:
    return snapshot(scores(card, row), 0, card)


def split(
    before: Row, after: Row, card: Version | None = None, later: Version | None = None
) -> list[tuple[object, ...]]:
    card = card or version()
    return [astuple(change)[:4] for change in split_change(on(card, before), on(later or card, after))]


def test_a_snapshot_holds_all_that_makes_the_score_again() -> None:
    flags = {**definition()["flags"], "expansion": compare("budget", ">", 1)}
    card = version(flags=flags)

    assert on(card, {**ALL, "budget": 7, "seats": (5.0, State.CARRIED)}) == Snapshot(
        card,
        {"logins": 80, "seats": 5, "answers": 100, "budget": 7},
        {"logins": State.FRESH, "seats": State.CARRIED, "answers": State.FRESH, "budget": State.FRESH},
    )


def test_nothing_changed_has_no_causes() -> None:
    assert split(ALL, ALL) == []


def test_a_changed_value_is_the_only_cause_of_its_change() -> None:
    assert split(ALL, {**ALL, "seats": 60}) == [("value", "use", "seats", 7.5)]


def test_the_hand_example_of_an_arrival() -> None:
    # a 40 -> 60 and b missing -> 90, equal weights: score 40 -> 75
    assert split({"a": 40}, {"a": 60, "b": 90}, version(components=PAIR)) == [
        ("data", "all", "b", 20),
        ("value", "all", "a", 15),
    ]


@pytest.mark.parametrize(
    ("gone", "detail"),
    [(None, "missing"), ((40.0, State.EXPIRED), "expired"), ((np.nan, State.EXPIRED), "expired")],
)
def test_a_measure_that_goes_takes_its_reweighting_with_it(gone: Value, detail: str) -> None:
    card = version()

    changes = split_change(on(card, ALL), on(card, {**ALL, "seats": gone}))
    assert [(one.cause, one.measure, one.points, one.detail) for one in changes] == [("data", "seats", 15, detail)]


def test_a_measure_that_comes_is_an_arrival() -> None:
    card = version()

    assert split_change(on(card, {**ALL, "seats": None}), on(card, ALL)) == [
        Change("data", "use", "seats", -15, "arrived")
    ]


def test_one_measure_may_go_while_the_only_other_one_comes() -> None:
    # b comes first: from 40 to 65, then a goes: from 65 to 90
    assert split({"a": 40}, {"b": 90}, version(components=PAIR)) == [("data", "all", "b", 25), ("data", "all", "a", 25)]


def test_a_stand_in_that_gives_way_to_data_is_an_arrival() -> None:
    card = version(components=[component("all", 1, measure("a"), measure("b", missing="neutral"))])

    assert split({"a": 40}, {"a": 40, "b": 90}, card) == [("data", "all", "b", 20)]


def test_a_value_carried_past_its_validity_goes_as_data() -> None:
    card = version(components=[component("all", 1, measure("a"), measure("b", missing="carry"))])

    assert split({"a": 40, "b": (90.0, State.MISSING)}, {"a": 40, "b": (90.0, State.EXPIRED)}, card) == [
        ("data", "all", "b", -25)
    ]


def test_new_weights_of_the_same_scorecard_are_a_weight_cause() -> None:
    later = version(
        components=[component("use", 1, measure("logins"), measure("seats")), component("care", 1, measure("answers"))]
    )

    # 70 -> 80: logins 30 -> 20, seats 15 -> 10, answers 25 -> 50
    assert split(ALL, ALL, later=later) == [
        ("weight", "use", "logins", -10),
        ("weight", "use", "seats", -5),
        ("weight", "care", "answers", 25),
    ]


def test_a_value_that_moved_on_the_day_of_new_weights_moves_under_the_new_ones() -> None:
    later = version(
        components=[component("use", 1, measure("logins"), measure("seats")), component("care", 1, measure("answers"))]
    )

    assert split(ALL, {**ALL, "seats": 60}, later=later)[-1] == ("value", "use", "seats", 5)


@pytest.mark.parametrize(
    ("weight", "changes", "told"),
    [
        (2, {}, {"a": "weighed", "b": "weighed"}),
        (1, {"curve": [[0, 0], [50, 100]]}, {"a": "scored"}),
        (2, {"curve": [[0, 0], [50, 100]]}, {"a": "weighed and scored", "b": "weighed"}),
    ],
)
def test_of_a_newer_version_it_is_told_whether_it_weighs_or_scores_otherwise(
    weight: float, changes: dict[str, Any], told: dict[str, str]
) -> None:
    card = version(components=PAIR)
    later = version(components=[component("all", 1, measure("a", weight, **changes), measure("b"))])
    found = split_change(on(card, {"a": 40, "b": 80}), on(later, {"a": 40, "b": 80}))
    assert {change.measure: change.detail for change in found} == told
    assert {change.cause for change in found} == {"weight"}


def test_where_another_stand_in_counts_that_is_told() -> None:
    card = version(components=PAIR)
    later = version(components=[component("all", 1, measure("a"), measure("b", missing="neutral"))])
    found = split_change(on(card, {"a": 40}), on(later, {"a": 40}))
    assert [(change.measure, change.detail, change.points) for change in found] == [
        ("a", "weighed", -20),  # it shares the weight now
        ("b", "stood in", 25),
    ]


def test_measures_that_come_and_go_with_a_version_are_told_as_such() -> None:
    card, later = (version(components=[component("all", 1, measure("a"), measure(other))]) for other in "bc")
    row: Row = {"a": 40, "b": 80, "c": 60}
    found = split_change(on(card, row), on(later, row))
    assert [(change.measure, change.detail) for change in found] == [("b", "left"), ("c", "joined")]


def test_another_scorecard_is_a_cause_of_its_own() -> None:
    later = version(key="other", components=[component("mood", 1, measure("answers"), measure("smiles"))])

    # 70 -> 75: answers 25 -> 50, smiles new 25, logins and seats gone
    assert split(ALL, {"answers": 100, "smiles": 50}, later=later) == [
        ("scorecard", "use", "logins", -30),
        ("scorecard", "use", "seats", -15),
        ("scorecard", "mood", "answers", 25),
        ("scorecard", "mood", "smiles", 25),
    ]


def test_a_scorecard_of_which_nothing_was_known_takes_the_whole_change() -> None:
    later = version(key="other", components=[component("mood", 1, measure("answers"))])

    assert split({"logins": 80}, {"answers": 50}, later=later) == [
        ("scorecard", "use", "logins", -80),
        ("scorecard", "mood", "answers", 50),
    ]


def test_a_cap_that_begins_to_bite_stands_beside_the_value_that_made_it() -> None:
    card = version(caps=[cap("use", compare("seats", "<", 30), 20)])

    # seats 40 -> 20: use 60 -> 50, capped at 20; score 70 -> 40
    assert split(ALL, {**ALL, "seats": 20}, card) == [
        ("value", "use", "seats", -7.5),
        ("cap", "use at most 20", None, -22.5),
    ]


def test_the_clamp_counts_as_a_cap() -> None:
    card = version(clamp=[0, 72])

    assert split(ALL, {**ALL, "seats": 60}, card) == [("value", "use", "seats", 7.5), ("cap", "clamp", None, -5.5)]


def test_a_side_without_anything_to_score_has_no_split() -> None:
    assert split({"other": 1}, ALL) == []
    assert split(ALL, {"other": 1}) == []
