"""Scorecard versions: shares, defaults, round trip and digest."""

from __future__ import annotations

import pytest

from scoring.engine.version import canonical_json, definition_of, digest, parse_version
from tests.scoring.engine.builders import cap, compare, component, definition, measure, version


def test_what_is_left_out_has_a_default() -> None:
    card = version()

    assert (card.clamp, card.analysis_days, card.caps, dict(card.parameters)) == ((0, 100), 30, (), {})
    assert {(one.missing, one.window, one.par) for one in card.measures} == {("leave_out", None, 0)}


def test_measures_stand_in_one_row_component_by_component() -> None:
    card = version()

    assert card.metric_keys == ("logins", "seats", "answers")
    assert card.component_of == (0, 0, 1)
    assert card.component_keys == ("use", "care")


def test_raw_weights_become_shares_that_sum_to_one() -> None:
    card = version()

    assert card.component_shares == (0.75, 0.25)
    assert card.measure_shares == (0.375, 0.375, 0.25)


def test_inputs_are_the_measures_and_then_what_only_rules_that_are_on_read() -> None:
    caps = [
        cap("use", {"all": [compare("outages", ">", 1), compare("seats", "<", 1), compare("care", "<", 1)]}, 50),
        cap("score", compare("ignored", ">", 1), 50, on=False),
    ]
    flags = {**definition()["flags"], "expansion": compare("budget", ">", 1)}

    assert version(caps=caps, flags=flags).inputs == ("logins", "seats", "answers", "budget", "outages")


def test_a_band_has_a_key_made_of_its_label() -> None:
    bands = [
        {"label": "At risk (40–59)", "role": "red", "lower": 0},
        {"label": "Überall gut", "role": "green", "lower": 60},
    ]

    assert [band.key for band in version(bands=bands).bands] == ["at-risk-40-59", "überall-gut"]


def test_a_version_written_out_and_read_again_is_the_same() -> None:
    card = version(
        components=[component("use", 3, measure("logins", 2, missing="carry", window=14, par=50))],
        caps=[cap("use", {"not": compare("logins", "in", [1, 2])}, 29, on=False)],
        clamp=[5, 95],
        analysis_days=60,
        parameters={"features_available": 40},
    )

    assert parse_version(definition_of(card)) == card
    assert hash(parse_version(definition_of(card))) == hash(card)


def test_the_canonical_text_sorts_keys_and_knows_no_difference_between_30_and_30_point_0() -> None:
    text = canonical_json({"b": 30.0, "a": [1, (0.5, -0.0)], "c": "Größe", "d": True, "e": None})

    assert text == '{"a":[1,[0.5,0]],"b":30,"c":"Größe","d":true,"e":null}'


def test_the_digest_is_the_sha256_of_the_canonical_text() -> None:
    assert digest({"a": 30.0}) == digest({"a": 30})
    assert digest({"a": 30}) == "0dd86cbc9b9d9d62b85f4db18761903c0073011a1d3ad201678a7f41854f5142"
    assert digest({"a": 30}) != digest({"a": 31})


def test_the_canonical_text_refuses_what_json_cannot_hold() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_json({"a": float("nan")})
