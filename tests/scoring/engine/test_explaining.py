"""Contribution lines and the points view: lines that always sum."""

from __future__ import annotations

import pytest

from scoring.engine.display import shown
from scoring.engine.explaining import Line, Waterfall, contribution_lines, waterfall
from scoring.engine.frame import State
from scoring.engine.version import parse_version
from scoring.presets import load_preset
from tests.scoring.engine.builders import Row, cap, compare, component, measure, rounded, scores, version

ALL: Row = {"logins": 80, "seats": 40, "answers": 100}


def drawn(label: str, points: float) -> Line:
    return Line(label, None, None, None, 0.0, points)


def test_a_measures_line_carries_all_that_explains_it() -> None:
    card = version()
    lines = contribution_lines(scores(card, ALL), 0, card)

    assert lines == [
        Line("use", "logins", 80, 80, 0.375, 30, State.FRESH),
        Line("use", "seats", 40, 40, 0.375, 15, State.FRESH),
        Line("care", "answers", 100, 100, 0.25, 25, State.FRESH),
    ]


def test_a_left_out_measure_has_a_line_without_numbers() -> None:
    card = version()
    lines = contribution_lines(scores(card, {**ALL, "seats": None}), 0, card)

    assert lines[1] == Line("use", "seats", None, None, 0, 0, State.MISSING)


def test_caps_that_bit_and_the_clamp_have_lines_under_their_names() -> None:
    caps = [cap("use", compare("seats", "<", 50), 20), cap("score", compare("seats", ">", 50), 20)]
    card = version(caps=caps, clamp=[45, 100])
    lines = contribution_lines(scores(card, ALL), 0, card)

    assert lines[3:] == [drawn("use at most 20", -30), drawn("clamp", 5)]
    assert sum(line.contribution for line in lines) == 45


def test_lines_are_those_of_the_asked_customer() -> None:
    card = version()
    scored = scores(card, ALL, {"logins": 10, "seats": 20, "answers": 30})

    assert [line.points for line in contribution_lines(scored, 1, card)] == [10, 20, 30]


def test_the_points_view_starts_at_the_weighted_par_and_ends_at_the_score() -> None:
    use = component("use", 3, measure("logins", par=50), measure("seats", par=100))
    card = version(
        components=[use, component("care", 1, measure("answers"))], caps=[cap("score", compare("seats", "<", 50), 65)]
    )
    view = waterfall(scores(card, ALL), 0, card)

    assert view.base == 56.25  # 0.375 x 50 + 0.375 x 100
    assert [line.contribution for line in view.lines] == [11.25, -22.5, 25, -5]
    assert view.running() == [67.5, 45, 70, 65]
    assert view.total == 65


def test_territory_56088_in_the_points_view() -> None:
    card = parse_version(load_preset("install-base"))
    row = {
        "support_coverage": 3300 / 63,
        "lifecycle_health": 3600 / 63,
        "current_technology": 3600 / 63,
        "business_areas": 4,
    }
    view = waterfall(scores(card, row), 0, card)

    assert round(view.base, 4) == 75
    assert rounded([line.contribution for line in view.lines]) == [-19.8413, -14.2857, 9.5238, 8.3333]
    assert round(view.total, 4) == 58.7302


def test_the_lines_of_document_000_print_70_and_never_52() -> None:
    lines = (drawn("Support", -25), drawn("End of life", -20), drawn("Technology", 10), drawn("Diversity", 5))

    assert shown(Waterfall(100, lines).total) == "70.0"
    assert Waterfall(100, lines).running() == [75, 55, 65, 70]


def test_a_waterfall_without_lines_stays_at_its_base() -> None:
    assert Waterfall(100, ()).total == 100


@pytest.mark.parametrize("par", [0, 40, 100])
def test_the_points_view_reaches_the_score_whatever_the_par(par: float) -> None:
    components = [
        component("use", 3, measure("logins", par=par), measure("seats")),
        component("care", 1, measure("answers")),
    ]
    card = version(components=components)

    assert waterfall(scores(card, {**ALL, "seats": None}), 0, card).total == pytest.approx(85, abs=1e-9)
