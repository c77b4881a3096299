"""Value tiers, revenue tiers and touch models at each cut and just below."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.definitions import entries, forget
from scoring.engine.conditions import code_of
from scoring.models import Definition
from scoring.vocabulary.placing import codes, first_match, place, placing_fields
from scoring.vocabulary.revenue import quartile_tiers, six_month_revenue
from scoring.vocabulary.touching import touch_model
from tests.scoring.vocabulary.staging import column, of_one

SMALL, MID_MARKET, ENTERPRISE, UNKNOWN = 1.0, 2.0, 3.0, float("nan")


@pytest.mark.django_db
@pytest.mark.parametrize(("points", "tier"), [(100, 1), (75, 1), (74.999, 2), (45, 2), (44.999, 3), (0, 3), (None, 0)])
def test_value_tiers_begin_at_75_and_45(points: float | None, tier: int) -> None:
    assert first_match(of_one(value_points=points), entries("tier")).tolist() == [tier]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("revenue", "tier"),
    [
        (10_000_000.01, 1),
        (10_000_000, 2),  # S001-12: strictly more than ten million
        (1_000_000, 2),
        (999_999.99, 3),
        (100_000, 3),
        (99_999.99, 4),
        (0, 4),
        (None, 0),
    ],
)
def test_revenue_tiers_include_their_lower_bound_but_the_first(revenue: float | None, tier: int) -> None:
    assert first_match(of_one(six_month_revenue=revenue), entries("revenue_tier")).tolist() == [tier]


def test_six_month_revenue_is_weighed_by_health() -> None:
    fields = of_one(won_amount=1_000_000, pipeline_amount=500_000, score=70)
    assert six_month_revenue(fields).tolist() == pytest.approx([490_000])  # (400,000 + 300,000) x 70 %


@pytest.mark.parametrize("unknown", ["won_amount", "pipeline_amount", "score"])
def test_six_month_revenue_is_unknown_where_a_part_is(unknown: str) -> None:
    fields = of_one(**{"won_amount": 1.0, "pipeline_amount": 1.0, "score": 70.0, unknown: None})
    assert np.isnan(six_month_revenue(fields)).all()


def test_quartiles_share_the_book_and_keep_equals_together() -> None:
    assert quartile_tiers(column(80, 70, 60, 50, 40, 30, 20, 10)).tolist() == [1, 1, 2, 2, 3, 3, 4, 4]
    assert quartile_tiers(column(1, None, 5, 5, 5, 9)).tolist() == [4, 0, 1, 1, 1, 1]
    assert quartile_tiers(column(None)).tolist() == [0]
    assert quartile_tiers(column(7)).tolist() == [1]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("tier", "size", "touch"),
    [
        ("strategic", SMALL, "high-touch"),
        ("standard", ENTERPRISE, "high-touch"),
        (None, ENTERPRISE, "high-touch"),
        ("high_value", SMALL, "pooled"),
        ("standard", MID_MARKET, "pooled"),
        ("standard", SMALL, "digital"),
        ("standard", UNKNOWN, "digital"),
        (None, UNKNOWN, "digital"),
    ],
)
def test_the_closer_of_tier_and_size_says_how_a_customer_is_looked_after(
    tier: str | None, size: float, touch: str
) -> None:
    assert touch_model(next((one for one in entries("tier") if one.key == tier), None), size) == touch


@pytest.mark.django_db
def test_the_tiers_say_what_to_invest() -> None:
    said = {one.key: (one.body["hours_per_year"], one.body["executive"]) for one in entries("tier")}
    assert said == {"strategic": (40, True), "high_value": (16, False), "standard": (3, False)}


@pytest.mark.django_db
def test_everything_is_placed_at_once() -> None:
    fields = {name: column(None, None) for name in placing_fields()} | {
        "value_points": column(80, 40),
        "won_amount": column(2_000_000, 0),
        "pipeline_amount": column(1_000_000, 0),
        "score": column(100, None),
        "open_opportunities": column(2, 0),
    }
    found = place(fields)
    assert (found.segment.tolist(), found.tags.tolist()) == ([6, 7], [0, 0])
    assert (found.tier.tolist(), found.revenue_tier.tolist()) == ([1, 3], [2, 0])


@pytest.mark.django_db
def test_a_segment_may_read_the_tier() -> None:
    rule = {"field": "tier", "op": "==", "value": "strategic"}
    Definition.objects.filter(kind="segment", key="unclassified").update(body={"rule": rule})
    forget()
    fields = of_one(value_points=80, open_opportunities=2)
    assert place(fields).segment.tolist() == [1]
    assert place({**fields, "value_points": column(70)}).segment.tolist() == [6]
    assert "tier" not in placing_fields()


@pytest.mark.django_db
def test_numbers_become_codes_of_keys() -> None:
    found = codes("tier", np.array([2, 0, 9]))
    assert found[0] == code_of("high_value")
    assert np.isnan(found[1:]).all()
    assert codes("tier", np.zeros(0, np.int64)).shape == (0,)
