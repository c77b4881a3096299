"""The hand-worked table: raw values to component points, coverage and score, to four decimals."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from scoring.engine.version import parse_version
from scoring.presets import load_preset
from tests.scoring.engine.builders import scores

MIDDLING = (
    "days_since_login 3, logins_per_user_week 2, feature_adoption_rate 40, login_trend -10, active_days 10, "
    "features_used 4, core_feature_days_rate 50, session_minutes_avg 8, actions_per_session 6, usage_trend -5, "
    "subscription_standing 4, payment_failures 1, days_past_due 0, mrr_change 0, tenure_days 500, plan_level 0, "
    "tickets_opened 4, open_tickets 2, critical_open 0, critical_ticket_days 0, csat 4, resolution_hours 30"
)


class Example(NamedTuple):
    name: str
    preset: str
    raw: str
    components: str
    coverage: float
    score: float


# fmt: off
EXAMPLES = [
    Example(
        "two tickets, both quick",
        "component-default",
        "tickets_opened 2, open_tickets 0, critical_open 0, critical_ticket_days 0, csat 4.5, resolution_hours 6",
        "support_health 98.4214",
        0.25, 98.4214,
    ),
    Example(
        "five critical tickets open for long",
        "component-default",
        "tickets_opened 0, open_tickets 5, critical_open 5, critical_ticket_days 160",
        "support_health 29.0000",
        0.175, 29.0000,
    ),
    Example(
        "no ticket at all",
        "component-default",
        "tickets_opened 0, open_tickets 0, critical_open 0, critical_ticket_days 0",
        "support_health 95.7143",
        0.175, 95.7143,
    ),
    Example(
        "logs in every day",
        "component-default",
        "days_since_login 0, logins_per_user_week 5, feature_adoption_rate 60, login_trend 2",
        "engagement 91.8056",
        0.225, 91.8056,
    ),
    Example(
        "no login for 30 days",
        "component-default",
        "days_since_login 30, logins_per_user_week 0, feature_adoption_rate 0",
        "engagement 2.0000",
        0.1875, 2.0000,
    ),
    Example(
        "eight features every day",
        "component-default",
        "active_days 22, features_used 8, core_feature_days_rate 95, session_minutes_avg 15, actions_per_session 14, "
        "usage_trend 0",
        "product_usage 95.0000",
        0.25, 95.0000,
    ),
    Example(
        "one basic feature now and then",
        "component-default",
        "active_days 2, features_used 1, core_feature_days_rate 0, session_minutes_avg 2, actions_per_session 3",
        "product_usage 14.6296",
        0.225, 14.6296,
    ),
    Example(
        "annual plan that renews itself",
        "component-default",
        "subscription_standing 4, payment_failures 0, days_past_due 0, mrr_change 0, tenure_days 400, plan_level 50",
        "payment_health 92.6918",
        0.25, 92.6918,
    ),
    Example(
        "three failed payments",
        "component-default",
        "subscription_standing 2, payment_failures 3, days_past_due 20, mrr_change 0, tenure_days 200, plan_level 0",
        "payment_health 39.0000",
        0.25, 39.0000,
    ),
    Example(
        "middling customer", "component-default", MIDDLING,
        "engagement 69.0000, product_usage 59.4524, payment_health 84.4897, support_health 89.3125",
        0.975, 75.5637,
    ),
    Example(
        "middling customer", "component-plg", MIDDLING,
        "engagement 69.0000, product_usage 59.4524, payment_health 84.4897, support_health 89.3125",
        0.985, 70.1299,
    ),
    Example(
        "middling customer", "component-enterprise", MIDDLING,
        "engagement 69.0000, product_usage 59.4524, payment_health 84.4897, support_health 89.3125",
        0.98, 74.8451,
    ),
    Example(
        "middling customer", "component-consumer", MIDDLING,
        "engagement 69.0000, product_usage 59.4524, payment_health 84.4897, support_health 89.3125",
        0.96, 69.7719,
    ),
    Example(
        "every measure on the neutral cut",
        "framework-002",
        "active_users_vs_expected 50, feature_adoption_rate 30, core_feature_days_rate 40, api_calls_vs_expected 50, "
        "ticket_sentiment 0, response_rate 40, training_attendance 50, community_touches 1, proactive_share 15, "
        "goal_attainment 50, milestones_on_time 50, roi_attainment 50, kpi_progress 40, sponsor_contact_days 60, "
        "champions_active 1, stakeholders_active 2, nps 20, csat 3.5, on_time_rate 80, days_past_due 30, mrr_change "
        "0, expansion_pipeline 0, renewal_outlook 60",
        "usage 60.0000, engagement 60.0000, outcomes 60.0000, relationship 62.5000, financial 56.5000",
        1.0, 60.0250,
    ),
    Example(
        "a single point of contact",
        "framework-002",
        "sponsor_contact_days 10, champions_active 1, stakeholders_active 1, nps 50, csat 4.6",
        "relationship 59.0000",
        0.15, 59.0000,
    ),
    Example(
        "stable and pays on time",
        "framework-002",
        "on_time_rate 100, days_past_due 0, mrr_change 0, expansion_pipeline 0, renewal_outlook 80",
        "financial 79.5000",
        0.1, 79.5000,
    ),
    Example(
        "every measure on the lower cut",
        "framework-003",
        "active_user_rate 40, feature_adoption_rate 25, logins_per_user_week 1, minutes_per_user_week 15, "
        "goal_attainment 50, roi_attainment 50, time_to_value 180, kpi_progress 40, sponsor_contact_days 90, "
        "qbr_attendance 50, response_rate 30, strategic_share 10, nps 0, ticket_trend 10, severe_ticket_share 50, "
        "csat 3, ticket_sentiment -0.2, on_time_rate 60, seat_utilisation 40, expansion_pipeline 2",
        "adoption 40.0000, value 40.0000, engagement 40.0000, support 40.0000, financial 40.0000",
        0.98, 40.0000,
    ),
    Example(
        "every measure on the upper cut",
        "framework-003",
        "active_user_rate 70, feature_adoption_rate 50, logins_per_user_week 3, minutes_per_user_week 60, "
        "goal_attainment 90, roi_attainment 100, time_to_value 90, kpi_progress 80, sponsor_contact_days 60, "
        "qbr_attendance 75, response_rate 60, strategic_share 30, nps 40, ticket_trend -10, severe_ticket_share 25, "
        "csat 4, ticket_sentiment 0.2, on_time_rate 90, seat_utilisation 70, expansion_pipeline 8",
        "adoption 70.0000, value 70.0000, engagement 70.0000, support 70.0000, financial 70.0000",
        0.98, 70.0000,
    ),
    Example(
        "many users, few features",
        "framework-003",
        "active_user_rate 85, feature_adoption_rate 30, logins_per_user_week 4, minutes_per_user_week 90",
        "adoption 69.0000",
        0.3, 69.0000,
    ),
    Example(
        "high mean, features just short",
        "framework-003",
        "active_user_rate 90, feature_adoption_rate 49, logins_per_user_week 5, minutes_per_user_week 120",
        "adoption 69.0000",
        0.3, 69.0000,
    ),
    Example(
        "active and valuable",
        "activity-value",
        "days_since_activity 8, activities_30 14, contact_completeness 85, annual_revenue 8650000, won_amount "
        "8000000, size_class 100, employees_sqrt 60",
        "activity 80.5556, contact_quality 85.0000, business_value 83.2500, scale 88.0000",
        1.0, 83.1722,
    ),
    Example(
        "quiet and small",
        "activity-value",
        "days_since_activity 47, activities_30 1, contact_completeness 23, annual_revenue 2300000, won_amount 500000,"
        " size_class 40, employees_sqrt 6",
        "activity 26.3889, contact_quality 23.0000, business_value 14.0000, scale 29.8000",
        1.0, 23.2356,
    ),
    Example(
        "nothing but silence",
        "activity-value",
        "days_since_activity 9999, activities_30 0, contact_completeness 0, won_amount 0",
        "activity 0.0000, contact_quality 0.0000, business_value 0.0000, scale 0.0000",
        0.8, 0.0000,
    ),
    Example(
        "Territory 56088",
        "install-base",
        "support_coverage 52.381, lifecycle_health 57.1429, current_technology 57.1429, business_areas 4",
        "support 52.3810, lifecycle 57.1429, technology 57.1429, diversity 100.0000",
        1.0, 58.7302,
    ),
]
# fmt: on


def numbers(text: str) -> dict[str, float]:
    """Turn a text such as logins 3, seats 4 into a mapping."""
    return {name: float(value) for name, value in (part.split() for part in text.split(","))}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: f"{one.preset}: {one.name}")
def test_the_product_reproduces_the_hand_worked_example(example: Example) -> None:
    card = parse_version(load_preset(example.preset))
    result = scores(card, numbers(example.raw))

    points = dict(zip(card.component_keys, result.component_points[0].tolist(), strict=True))
    known = {key: round(value, 4) for key, value in points.items() if not np.isnan(value)}
    assert known == numbers(example.components)
    assert round(float(result.coverage[0]), 4) == example.coverage


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: f"{one.preset}: {one.name}")
def test_a_hand_worked_example_has_a_score_unless_too_little_is_known(example: Example) -> None:
    card = parse_version(load_preset(example.preset))
    shown = round(float(scores(card, numbers(example.raw)).score[0]), 4)

    assert shown == example.score if example.coverage >= card.min_coverage else np.isnan(shown)
