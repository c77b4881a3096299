"""The conditions of I14 to I30 as the library says them, each with near misses; I1 to I13 stand with their metrics."""

from __future__ import annotations

import pytest

from tests.scoring.indicating import holds

pytestmark = pytest.mark.django_db
RED, YELLOW, GREEN = 0, 1, 2
Known = dict[str, float | str]

THREAD: Known = {"stakeholders_active": 1, "tenure_days": 91}
STUCK: Known = {"stage": "onboarding", "first_value_overdue_days": 0, "onboarding_silent_days": 0}
PAID: Known = {"days_past_due": 15, "payment_failures": 1, "subscriptions_unpaid": 0}
NEAR: Known = {"days_to_notice": 60, "renewal_won": 0, "role": YELLOW}
CALM: Known = {"nps_change_180": -19.9, "promoters_lost_180": 0}
STAYS: Known = {"cancellations_asked": 0, "downgrades_90": 0}
GROWING: Known = {"usage_trend": 20, "active_users_vs_expected": 90}
POWER: Known = {"product_usage": 85.1, "plan_level": 50}

CASES: list[tuple[str, Known, bool]] = [
    ("I14", THREAD, True),
    ("I14", {**THREAD, "stakeholders_active": 2}, False),
    ("I14", {**THREAD, "tenure_days": 90}, False),
    ("I15", STUCK, False),
    ("I15", {**STUCK, "first_value_overdue_days": 1}, True),
    ("I15", {**STUCK, "onboarding_silent_days": 14}, True),
    ("I15", {**STUCK, "onboarding_silent_days": 13}, False),
    ("I15", {**STUCK, "onboarding_silent_days": 14, "stage": "growth"}, False),
    ("I15", {"onboarding_silent_days": 14, "first_value_overdue_days": 9}, False),
    ("I16", PAID, False),
    ("I16", {**PAID, "days_past_due": 16}, True),
    ("I16", {**PAID, "payment_failures": 2}, True),
    ("I16", {**PAID, "subscriptions_unpaid": 1}, True),
    ("I17", NEAR, True),
    ("I17", {**NEAR, "days_to_notice": 0, "role": RED}, True),
    ("I17", {**NEAR, "days_to_notice": -1}, False),
    ("I17", {**NEAR, "days_to_notice": 61}, False),
    ("I17", {**NEAR, "renewal_won": 1}, False),
    ("I17", {**NEAR, "role": GREEN}, False),
    ("I18", {"units_support_ending_90": 1}, True),
    ("I18", {"units_support_ending_90": 0}, False),
    ("I19", {"measures_fallen_28": 3}, True),
    ("I19", {"measures_fallen_28": 2}, False),
    ("I20", {"renewal_reply_days": 11}, True),
    ("I20", {"renewal_reply_days": 10}, False),
    ("I21", {"budget_concerns_90": 1}, True),
    ("I21", {"budget_concerns_90": 0}, False),
    ("I22", {"competitor_mentions_90": 1}, True),
    ("I22", {"competitor_mentions_90": 0}, False),
    ("I23", CALM, False),
    ("I23", {**CALM, "nps_change_180": -20}, True),
    ("I23", {**CALM, "promoters_lost_180": 1}, True),
    ("I24", {"low_reviews_90": 1}, True),
    ("I24", {"low_reviews_90": 0}, False),
    ("I25", {"escalations_30": 2}, True),
    ("I25", {"escalations_30": 1}, False),
    ("I26", STAYS, False),
    ("I26", {**STAYS, "cancellations_asked": 1}, True),
    ("I26", {**STAYS, "downgrades_90": 1}, True),
    ("I27", GROWING, True),
    ("I27", {**GROWING, "usage_trend": 19.9}, False),
    ("I27", {**GROWING, "active_users_vs_expected": 89.9}, False),
    ("I28", {"seat_utilisation": 90}, True),
    ("I28", {"seat_utilisation": 89.9}, False),
    ("I29", POWER, True),
    ("I29", {**POWER, "product_usage": 85}, False),
    ("I29", {**POWER, "plan_level": 100}, False),
    ("I29", {"usage": 90, "plan_level": 0}, True),
    ("I29", {"usage": 89.9, "plan_level": 0}, False),
    ("I30", {"new_promoters_30": 1}, True),
    ("I30", {"new_promoters_30": 0}, False),
    ("usage_growing_28", {"usage_trend": 20}, True),
    ("usage_growing_28", {"usage_trend": 19.9}, False),
    ("usage_steady_90", {"usage_trend": -10}, True),
    ("usage_steady_90", {"usage_trend": 10}, True),
    ("usage_steady_90", {"usage_trend": 10.1}, False),
    ("usage_steady_90", {"usage_trend": -10.1}, False),
]


@pytest.mark.parametrize(("key", "known", "held"), CASES)
def test_a_condition_holds_as_the_library_says(key: str, known: Known, held: bool) -> None:
    assert holds(key, **known) is held


def test_what_is_not_known_holds_nowhere() -> None:
    assert not any(holds(f"I{number}", score=50) for number in range(1, 31))
