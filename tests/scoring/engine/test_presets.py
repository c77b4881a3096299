"""The eight presets: every number as given, and both ends reachable."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scoring.engine.card import Measure, Version
from scoring.engine.scoring import Reason, score
from scoring.engine.version import definition_of, parse_version
from scoring.presets import PRESET_KEYS, load_preset
from tests.scoring.engine.builders import frame_of, scores

GIVEN = Path(__file__).parents[3] / ".." / "shared" / "mission" / "presets.json"
RENAMED = {"At risk (yellow)": "At risk"}


def preset(key: str) -> Version:
    return parse_version(load_preset(key))


def row(card: Version, *, best: bool) -> dict[str, float]:
    def reach(one: Measure) -> float:
        pick = max if best else min
        return pick(one.curve.breakpoints, key=lambda pair: pair[1])[0]

    return {one.metric: reach(one) for one in card.measures}


@pytest.mark.parametrize("key", PRESET_KEYS)
def test_the_worst_customer_has_0_and_the_best_100(key: str) -> None:
    card = preset(key)

    # The caps of framework-003 hold for its worst, never for its best.
    assert scores(card, row(card, best=False), row(card, best=True)).score.tolist() == [0.0, 100.0]


@pytest.mark.parametrize("key", PRESET_KEYS)
def test_every_curve_touches_0_and_100_and_weights_sum_to_100(key: str) -> None:
    card = preset(key)

    for component in card.components:
        assert sum(measure.weight for measure in component.measures) == 100
    for measure in card.measures:
        assert {0, 100} <= {points for _, points in measure.curve.breakpoints}


@pytest.mark.parametrize("key", PRESET_KEYS)
def test_a_preset_survives_being_written_out(key: str) -> None:
    assert parse_version(definition_of(preset(key))) == preset(key)


def test_the_component_family_differs_in_title_weights_bands_and_flags_only() -> None:
    default = load_preset("component-default")

    for key in ("component-plg", "component-enterprise", "component-consumer"):
        own = load_preset(key)
        own["components"] = [{**component, "weight": 25} for component in own["components"]]
        assert {name for name in default if own[name] != default[name]} <= {"key", "title", "bands", "flags"}
        assert own["key"] == key
        assert own["title"] != default["title"]


def test_an_unknown_preset_is_refused_with_the_list() -> None:
    with pytest.raises(KeyError, match=r"no preset 'nps'; there are framework-002"):
        load_preset("nps")


def test_the_cap_on_the_score_is_shipped_switched_off() -> None:
    assert [cap.on for cap in preset("framework-002").caps] == [True, False]


@pytest.mark.parametrize(
    ("key", "cuts", "flags"),
    [
        ("framework-002", [0, 60, 80], (60, 80, 30)),
        ("framework-003", [0, 40, 70], (40, 70, 30)),
        ("component-default", [0, 40, 75], (40, 75, 25)),
        ("component-plg", [0, 40, 75], (40, 75, 25)),
        ("component-enterprise", [0, 50, 70], (50, 70, 25)),
        ("component-consumer", [0, 35, 80], (35, 80, 25)),
        ("activity-value", [0, 50, 80], (50, 80, 30)),
    ],
)
def test_bands_and_flags_stand_on_the_cuts_of_their_documents(
    key: str, cuts: list[int], flags: tuple[int, ...]
) -> None:
    definition = load_preset(key)
    churn, expansion, emergency = definition["flags"].values()
    first = expansion["all"][0] if "all" in expansion else expansion

    assert [band["lower"] for band in definition["bands"]] == cuts
    assert (churn["value"], first["value"], emergency["value"]) == flags
    assert first["op"] == (">" if key.startswith("component") else ">=")


def test_exactly_75_is_healthy_without_the_expansion_flag() -> None:
    # S004-8: the band is lower-inclusive, the flag strict. These raw values are worth 75 points each.
    result = scores(preset("component-default"), {"login_trend": 0.0, "usage_trend": 0.0, "csat": 4.0})

    assert (result.score[0], result.band[0]) == (75, 2)
    assert not result.flags["expansion"][0]


@pytest.mark.parametrize(("coverage", "raised"), [(90.0, False), (89.9, True)])
def test_uncovered_units_are_a_chance_to_sell_support(coverage: float, raised: bool) -> None:
    row = {"support_coverage": coverage, "lifecycle_health": 80.0, "current_technology": 0.0, "business_areas": 0.0}

    assert scores(preset("install-base"), row).flags["expansion"].tolist() == [raised]


def test_a_customer_of_whom_only_quiet_zeros_are_known_has_no_score() -> None:
    quiet = {"tickets_opened": 0, "open_tickets": 0, "critical_open": 0, "critical_ticket_days": 0}

    result = score(frame_of(quiet, evidence=False), preset("component-default"))
    assert result.reason.tolist() == [Reason.NO_EVIDENCE]


@pytest.mark.skipif(not GIVEN.exists(), reason="the documents that the presets come from are not beside the project")
@pytest.mark.parametrize("key", PRESET_KEYS)
def test_every_number_is_the_one_given(key: str) -> None:
    given: dict[str, Any] = json.loads(GIVEN.read_text(encoding="utf-8"))["presets"][key]
    card = preset(key)

    assert card.min_coverage == given["min_coverage"]
    assert [(band.label, band.role, band.lower) for band in card.bands] == [
        (RENAMED.get(band["label"], band["label"]), band["colour"], band["from"]) for band in given["bands"]
    ]
    assert [(one.key, one.label, one.weight) for one in card.components] == [
        (one["key"], one["title"], one["weight"]) for one in given["components"]
    ]
    assert [(cap.target, cap.at_most, cap.on) for cap in card.caps] == [
        (cap[0].removeprefix("component "), cap[2], cap[-1] != "off") for cap in given["caps"]
    ]
    assert [
        (one.metric, one.weight, [list(pair) for pair in one.curve.breakpoints], one.missing, one.par)
        for one in card.measures
    ] == [
        (one["metric"], one["weight"], one["curve"], one["missing"], one.get("par", 0))
        for component in given["components"]
        for one in component["measures"]
    ]
