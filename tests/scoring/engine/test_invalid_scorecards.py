"""Every definition that is refused, with the place, the value and the remedy in the message."""

from __future__ import annotations

from typing import Any

import pytest

from scoring.engine.version import InvalidScorecard, parse_version
from tests.scoring.engine.builders import cap, compare, component, definition, measure

KNOWN = {"logins", "seats", "answers", "outages"}
LOW = {"label": "Low", "role": "red", "lower": 0}


def refusal(**changes: Any) -> str:
    with pytest.raises(InvalidScorecard) as caught:
        parse_version(definition(**changes), KNOWN)
    return str(caught.value)


def with_measure(**changes: Any) -> str:
    return refusal(components=[component("use", 1, measure("seats"), {**measure("logins"), **changes})])


def with_curve(*curve: Any) -> str:
    return with_measure(curve=list(curve))


def with_cap(target: str, field: str) -> str:
    return refusal(caps=[cap(target, compare(field, "<", 5), 50)])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"weight": -1}, "components[0].measures[1].weight is -1; give a number from 0 to 1,000,000"),
        ({"weight": float("nan")}, "components[0].measures[1].weight is nan; give a number from 0 to 1,000,000"),
        ({"weight": float("inf")}, "components[0].measures[1].weight is inf; give a number from 0 to 1,000,000"),
        ({"weight": True}, "components[0].measures[1].weight is True; give a number from 0 to 1,000,000"),
        ({"weight": "5"}, "components[0].measures[1].weight is '5'; give a number from 0 to 1,000,000"),
        ({"weight": 1e-9}, "components[0].measures[1].weight is 1e-09; give 0 or at least 0.000001"),
        ({"metric": "login"}, "components[0].measures[1].metric is 'login'; give a known metric, such as logins"),
        ({"metric": "zzz"}, "components[0].measures[1].metric is 'zzz'; give a known metric"),
        ({"metric": "score"}, "components[0].measures[1].metric is 'score'; give a known metric"),
        (
            {"metric": "seats"},
            "components[0].measures[1].metric is 'seats'; it already feeds components[0].measures[0]; use it once",
        ),
        (
            {"missing": "guess"},
            "components[0].measures[1].missing is 'guess'; give one of leave_out, neutral, worst, carry",
        ),
        ({"missing": []}, "components[0].measures[1].missing is []; give one of leave_out, neutral, worst, carry"),
        ({"window": 0}, "components[0].measures[1].window is 0; give a whole number from 1 to 3,650"),
        ({"window": 1.5}, "components[0].measures[1].window is 1.5; give a whole number from 1 to 3,650"),
        ({"window": True}, "components[0].measures[1].window is True; give a whole number from 1 to 3,650"),
        ({"par": 101}, "components[0].measures[1].par is 101; give a number from 0 to 100"),
        ({"wieght": 1}, ("components[0].measures[1].wieght is not a known key; known here: "
                        "metric, weight, curve, missing, window, par, steps, ages")),
    ],
)  # fmt: skip
def test_a_wrong_measure_is_refused(changes: dict[str, Any], message: str) -> None:
    assert with_measure(**changes) == message


@pytest.mark.parametrize(
    ("curve", "message"),
    [
        ([[0, 0]], "components[0].measures[1].curve is [[0, 0]]; give a list with at least 2 entries"),
        ([[0, 0], 5], "components[0].measures[1].curve[1] is 5; give a pair [raw value, points]"),
        ([[0, 0], [1, 2, 3]], "components[0].measures[1].curve[1] is [1, 2, 3]; give a pair [raw value, points]"),
        ([[0, 0], [1, 101]], "components[0].measures[1].curve[1][1] is 101; give a number from 0 to 100"),
        ([[0, 0], [float("inf"), 100]], ("components[0].measures[1].curve[1][0] is inf; "
                                        "give a number from -1e+15 to 1e+15")),
        ([[0, 0], [5, 50], [3, 60]], ("components[0].measures[1].curve[2][0] is 3.0; "
                                     "give more than the breakpoint before it, 5")),
        ([[0, 0], [float("nan"), 100]], ("components[0].measures[1].curve[1][0] is nan; "
                                        "give a number from -1e+15 to 1e+15")),
        ([[0, 0], [5, 50], [5, 60]], ("components[0].measures[1].curve[2][0] is 5.0; "
                                     "give more than the breakpoint before it, 5")),
    ],
)  # fmt: skip
def test_a_wrong_curve_is_refused(curve: list[Any], message: str) -> None:
    assert with_curve(*curve) == message


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"surprise": 1}, ("surprise is not a known key; known here: key, title, components, bands, flags, caps, "
                          "min_coverage, clamp, analysis_days, parameters, thresholds, hysteresis, rollup")),
        ({"key": "No Key"}, "key is 'No Key'; give a key of small letters, digits, - and _"),
        ({"title": "  "}, "title is '  '; give a text"),
        ({"title": 5}, "title is 5; give a text"),
        ({"title": "x" * 201}, f"title is '{'x' * 76}...; give a text"),
        ({"components": []}, "components is []; give a list with at least 1 entries"),
        ({"components": ["use"]}, "components[0] is 'use'; give an object with key, label, weight, measures"),
        ({"min_coverage": 1.5}, "min_coverage is 1.5; give a number from 0 to 1"),
        ({"analysis_days": None}, "analysis_days is None; give a whole number from 1 to 3,650"),
        ({"clamp": [0]}, "clamp is [0]; give a pair [lowest, highest]"),
        ({"clamp": 5}, "clamp is 5; give a pair [lowest, highest]"),
        ({"clamp": [0, 101]}, "clamp[1] is 101; give a number from 0 to 100"),
        ({"clamp": [60, 60]}, "clamp is [60, 60]; give the lower end first"),
        ({"parameters": [1]}, "parameters is [1]; give an object of names and numbers"),
        ({"parameters": {"features": "many"}}, ("parameters.features is 'many'; "
                                               "give a number from -1e+15 to 1e+15")),
        ({"bands": [{**LOW, "lower": 10}]}, "bands[0].lower is 10.0; the lowest band starts at 0"),
        ({"bands": [LOW, {**LOW, "lower": 0, "label": "Other"}]}, ("bands[1].lower is 0.0; "
                                                                  "give more than the band before it, 0")),
        ({"bands": [LOW, {**LOW, "lower": 50}]}, "bands[1].label is 'Low'; another band has this label"),
        ({"bands": [{**LOW, "role": "blue"}]}, "bands[0].role is 'blue'; give one of red, yellow, green"),
        ({"bands": [{**LOW, "label": "!?"}]}, "bands[0].label is '!?'; give a text with at least one letter or digit"),
        ({"flags": {}}, "flags.churn_risk is missing; it is required"),
        ({"caps": {}}, "caps is {}; give a list with at least 0 entries"),
        ({"caps": [cap("use", compare("logins", "<", 1), 120)]}, ("caps[0].at_most is 120; "
                                                                 "give a number from 0 to 100")),
        ({"caps": [cap("use", compare("logins", "<", 1), 50, on=1)]}, "caps[0].on is 1; give true or false"),
        ({"caps": [cap("use", {}, 50)]}, ("caps[0].when is {}, which is no rule; give "
                                         '{"field", "op", "value"}, {"all": [...]}, {"any": [...]} or {"not": {...}}')),
    ],
)  # fmt: skip
def test_a_wrong_scorecard_is_refused(changes: dict[str, Any], message: str) -> None:
    assert refusal(**changes) == message


def test_a_definition_that_is_no_object_is_refused() -> None:
    with pytest.raises(InvalidScorecard, match="the definition is 7; give an object with key, title"):
        parse_version(7)


def test_a_missing_part_is_named() -> None:
    whole = definition()
    del whole["components"][1]["weight"]

    with pytest.raises(InvalidScorecard, match=r"components\[1\].weight is missing; it is required"):
        parse_version(whole)


def test_weights_must_not_all_be_zero() -> None:
    dead = [component("use", 1, measure("logins", 0), measure("seats", 0))]

    assert refusal(components=dead) == "components[0].measures all have weight 0; give at least one a weight above 0"
    dead = [component("use", 0, measure("logins"))]
    assert refusal(components=dead) == "components all have weight 0; give at least one a weight above 0"


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("care", "components[1].key is 'care'; another component has this key"),
        ("seats", "components[1].key is 'seats'; a metric or the score has this name"),
        ("score", "components[1].key is 'score'; a metric or the score has this name"),
        ("9lives", "components[1].key is '9lives'; give a key of small letters, digits and _, a letter first"),
    ],
)
def test_a_component_key_is_unique_among_all_that_rules_read(key: str, message: str) -> None:
    assert refusal(components=[component("care", 1, measure("logins")), component(key, 1, measure("seats"))]) == message


def test_a_cap_may_not_read_what_it_decides() -> None:
    assert with_cap("use", "use") == "caps[0].when is 'use'; a cap must not read what it decides"
    assert with_cap("use", "score") == "caps[0].when is 'score'; a cap must not read what it decides"
    assert with_cap("score", "score") == "caps[0].when is 'score'; a cap must not read what it decides"


def test_a_cap_needs_a_target_of_its_own_scorecard() -> None:
    assert with_cap("usage", "logins") == "caps[0].target is 'usage'; give one of score, use, care"


def test_a_rule_reads_only_what_exists() -> None:
    right = "a rule reads metrics, facts of the customer, components of this scorecard or score"

    assert with_cap("use", "logons") == f"caps[0].when is 'logons'; {right}"
    flags = {**definition()["flags"], "emergency": compare("nothing", "<", 1)}
    assert refusal(flags=flags) == f"flags.emergency is 'nothing'; {right}"


def test_rules_may_read_other_components_and_metrics_that_are_no_measures() -> None:
    caps = [cap("use", compare("care", "<", 40), 50), cap("score", compare("outages", ">", 3), 50)]

    assert len(parse_version(definition(caps=caps), KNOWN).caps) == 2


def test_without_a_list_of_metrics_any_key_goes() -> None:
    assert parse_version(definition(components=[component("use", 1, measure("anything"))])).metric_keys == ("anything",)
