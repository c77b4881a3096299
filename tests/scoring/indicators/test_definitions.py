"""The vocabulary of indicators: what comes with the product, and what users make of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from scoring.definitions import every_entry
from scoring.definitions.installing import install_library
from scoring.engine.rules import sentence
from scoring.indicators import counted_keys, indicator_metrics, indicators
from scoring.indicators.evaluating import holding
from scoring.indicators.parsing import check_indicator
from scoring.loading import load
from scoring.metrics import METRICS
from scoring.models import Definition
from tests.healthsite.pages.world import D, customer_at, live
from tests.scoring.indicating import holds

pytestmark = pytest.mark.django_db
LABELS = {key: metric.label for key, metric in METRICS.items()}
QUIET = {"field": "nps", "op": "<", "value": -90}


def row(key: str) -> Definition:
    return Definition.objects.get(kind="indicator", key=key)


def add(key: str, number: int, **body: Any) -> None:
    says = {"type": "lagging", "rule": QUIET, "meaning": "Nearly everybody is unhappy.", **body}
    Definition.objects.create(kind="indicator", key=key, number=number, position=999, title="Unloved", body=says)


def test_the_library_has_thirty_indicators_and_two_states_for_stages() -> None:
    found = list(indicators().values())
    assert [one.key for one in found] == [*(f"I{n}" for n in range(1, 31)), "usage_growing_28", "usage_steady_90"]
    assert [one.number for one in found] == [*range(1, 31), 41, 42]


def test_the_types_are_those_of_the_library() -> None:
    kinds = [one.kind for one in indicators().values()]
    assert kinds == ["leading"] * 19 + ["lagging"] * 7 + ["opportunity"] * 4 + ["state"] * 2
    assert counted_keys() == tuple(f"I{n}" for n in range(1, 13))
    assert {one.key: one.nights for one in indicators().values() if one.nights > 1} == {
        "I28": 14,
        "usage_growing_28": 28,
        "usage_steady_90": 90,
    }


def test_every_body_that_comes_with_the_product_can_be_saved() -> None:
    for entry in every_entry("indicator"):
        check_indicator(dict(entry.body))


def test_every_indicator_reads_as_a_sentence() -> None:
    for one in indicators().values():
        assert sentence(one.rule, LABELS)
        assert one.meaning.endswith(".")
        assert "S00" in one.source


def test_one_that_is_switched_off_is_not_evaluated_nor_read() -> None:
    assert "seat_utilisation" in indicator_metrics()
    row("I28").save()
    off = row("I28")
    off.is_active = False
    off.save()
    assert "I28" not in indicators()
    assert "seat_utilisation" not in indicator_metrics()


def test_an_edited_rule_is_the_one_that_holds() -> None:
    edited = row("I22")
    edited.body = {**edited.body, "rule": {"field": "competitor_mentions_90", "op": ">=", "value": 3}}
    edited.save()
    assert not holds("I22", competitor_mentions_90=2)
    assert holds("I22", competitor_mentions_90=3)


def test_an_edit_outlives_the_next_installation() -> None:
    edited = row("I22")
    edited.title = "Rival in the room"
    edited.save()
    install_library()
    assert row("I22").title == "Rival in the room"


def test_one_that_was_added_is_evaluated_and_what_it_reads_is_loaded() -> None:
    add("unloved", 62)
    assert holding({"nps": np.array([-95.0, -85.0])}).tolist() == [1 << 62, 0]
    version, acme = live(), customer_at(60)
    assert "nps" in load(np.array([acme.pk]), D, version.engine).frame.values


def test_one_that_cannot_be_read_is_left_out_and_the_log_names_it(caplog: pytest.LogCaptureFixture) -> None:
    add("broken", 61, type="whatever")
    assert "broken" not in indicators()
    assert "Indicator broken cannot be read and is left out: broken.type is 'whatever'" in caplog.text


def test_one_without_a_rule_is_left_out() -> None:
    broken = row("I4")
    broken.body = {"type": "leading", "meaning": "Nothing."}
    broken.save()
    assert "I4" not in indicators()


def test_an_added_one_that_counts_is_counted() -> None:
    add("worse", 61, type="leading", counts=True)
    assert counted_keys()[-1] == "worse"
    assert holds("I19", nps=-95, repeat_topic_30=3, unanswered_21=3)
    assert not holds("I19", nps=-85, repeat_topic_30=3, unanswered_21=3)


def test_a_hundred_thousand_customers_are_evaluated_as_arrays() -> None:
    names = sorted({field for one in indicators().values() for field in one.rule.fields()})
    chance = np.random.default_rng(7)
    fields = {name: chance.normal(0, 60, 100_000) for name in names}
    every = holding(fields)
    some = slice(0, 100_000, 9_999)
    alone = [
        int(holding({name: column[i : i + 1] for name, column in fields.items()})[0]) for i in range(100_000)[some]
    ]
    assert every[some].tolist() == alone
    assert len(set(every.tolist())) > 1000
