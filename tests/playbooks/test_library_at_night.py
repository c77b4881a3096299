"""Each playbook and alert that comes with the product: starts on its situation, silent one step beside it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import Customer, Goal
from playbooks.models import Episode
from tests.cast import make_customer, make_row
from tests.playbooks.nights import EMERGENCY, RED, WARY, WELL, D, Nights, Numbers, alerts, plays

FELL_TO_RED = {**RED, "role_before": 2}
FELL_TO_YELLOW = {**WARY, "role_before": 2}
LESS_USED = {**WELL, "usage_2w": -30, "tenure_days": 61}
RENEWING = {**WELL, "days_to_renewal": 180, "size": 2}

CASES = [
    ("PB-1", EMERGENCY, {**EMERGENCY, "emergency": 0, "churn_risk": 0}),
    ("PB-2", RED, {**RED, "churn_risk": 0}),
    ("PB-2", RED, {**RED, "above_emergency": -0.1}),
    ("PB-3", FELL_TO_RED, RED),
    ("PB-4", FELL_TO_YELLOW, WARY),
    ("PB-5", LESS_USED, {**LESS_USED, "usage_2w": -29.9}),
    ("PB-5", LESS_USED, {**LESS_USED, "tenure_days": 60}),
    ("PB-6", {**WELL, "I13": 1}, {**WELL, "I13": 0}),
    ("PB-7", {**WELL, "negative_interactions_30": 3}, {**WELL, "negative_interactions_30": 2}),
    ("PB-12", RENEWING, {**RENEWING, "days_to_renewal": 181}),
    ("PB-12", {**RENEWING, "size": 1, "days_to_renewal": 90}, {**RENEWING, "size": 1, "days_to_renewal": 91}),
    ("PB-12", {**WELL, "days_to_notice": 60}, {**WELL, "days_to_notice": 61}),
]


@pytest.mark.parametrize(("key", "situation", "beside"), CASES)
def test_a_playbook_starts_on_its_situation_and_not_beside_it(
    night: Nights, acme: Customer, key: str, situation: Numbers, beside: Numbers
) -> None:
    other = make_customer()
    night({acme: WELL, other: WELL})
    night({acme: situation, other: beside})
    assert key in plays(acme)
    assert key not in plays(other)


@pytest.mark.parametrize(
    ("rule", "situation", "beside"),
    [
        ("A1", {**WELL, "score_change_7": -10.1}, {**WELL, "score_change_7": -10}),
        ("A2:outcomes", {**WELL, "outcomes": 20, "outcomes.role": 0}, {**WELL, "outcomes": 55, "outcomes.role": 1}),
        ("A3", {**WELL, "I19": 1, "I2": 1}, {**WELL, "I19": 0, "I2": 1}),
        ("A4", {**WELL, "milestones_overdue": 1}, {**WELL, "milestones_overdue": 0}),
        ("A5", {**WELL, "I11": 1}, {**WELL, "I11": 0}),
        ("A6", {**WELL, "I12": 1, "usage_anomaly": -3.6}, {**WELL, "I12": 1, "usage_anomaly": 3.6}),
        ("A6", {**WELL, "I12": 1, "usage_anomaly": -3.6}, {**WELL, "I12": 0, "usage_anomaly": -3.4}),
        ("A7", {**WELL, "churn_risk": 1}, {**WELL, "churn_risk": 0}),
        ("A8", {**WELL, "emergency": 1}, {**WELL, "emergency": 0}),
        ("A9", {**WELL, "renewal_silent_days": 14}, {**WELL, "renewal_silent_days": 13}),
    ],
)
def test_an_alert_fires_on_its_situation_and_not_beside_it(
    night: Nights, acme: Customer, rule: str, situation: Numbers, beside: Numbers
) -> None:
    other = make_customer()
    night({acme: WELL, other: WELL})
    night({acme: situation, other: beside})
    assert (alerts(acme), alerts(other)) == ([rule], [])


def test_an_alert_keeps_what_its_words_are_made_of(night: Nights, acme: Customer) -> None:
    night({acme: WELL})
    night({acme: {**WELL, "score": 58, "score_change_7": -12.5, "I19": 1, "I2": 1, "I7": 1, "I4": 0}})
    fall, several = Episode.objects.alerts().order_by("rule")
    assert fall.facts == {"score_change_7": -12.5, "from": 70.5, "to": 58.0, "from_on": "2025-08-26"}
    assert several.facts == {"I19": 1.0, "indicators": ["I2", "I7"], "count": 2}


def test_an_alert_about_a_component_names_it_with_its_points(night: Nights, acme: Customer) -> None:
    night({acme: WELL})
    night({acme: {**WELL, "satisfaction": 31.5, "satisfaction.role": 0}})
    facts = Episode.objects.alerts().get().facts
    assert (facts["component"], facts["points"]) == ("satisfaction", 31.5)


def test_an_alert_about_milestones_names_those_missed(night: Nights, acme: Customer) -> None:
    missed = make_row(Goal, acme, name="Go-live", kind="milestone", due_on=D)
    make_row(Goal, acme, name="Done", kind="milestone", due_on=D, achieved_on=D)
    make_row(Goal, acme, name="Today", kind="milestone", due_on=D + timedelta(days=1))
    make_row(Goal, acme, name="Aim", kind="objective", due_on=D)
    night({acme: WELL})
    night({acme: {**WELL, "milestones_overdue": 1}})
    assert Episode.objects.alerts().get().facts == {"milestones_overdue": 1.0, "goals": [missed.pk]}


def test_two_components_are_two_alerts(night: Nights, acme: Customer) -> None:
    night({acme: WELL})
    night({acme: {**WELL, "satisfaction.role": 0, "outcomes.role": 0}})
    assert sorted(alerts(acme)) == ["A2:outcomes", "A2:satisfaction"]
