"""The playbooks and alert rules that come with the product say what the library says (library 1 and 7)."""

from __future__ import annotations

from math import nan
from typing import Any

import numpy as np
import pytest

from playbooks.definitions import Playbook, alert_rules
from playbooks.installing import library_alerts, library_playbooks
from playbooks.parsing import parse_alert, parse_playbook
from scoring.engine.rules import Rule
from scoring.fields import is_field

BOOKS = {entry["key"]: parse_playbook(entry, lambda name: True) for entry in library_playbooks()}
ALERTS = {entry["key"]: parse_alert(entry, lambda name: True) for entry in library_alerts()}
RESCUE = ["PB-1", "PB-2", "PB-3", "PB-4", "PB-5", "PB-6", "PB-7"]


def holds(rule: Rule | None, **values: float) -> bool:
    """Whether a rule holds of one customer with these values."""
    assert rule
    true, _ = rule.evaluate({name: np.array([value]) for name, value in values.items()})
    return bool(true[0])


def in_brief(book: Playbook) -> list[str]:
    """Each step in one line: who, due, SLA → whom it is escalated to."""
    lines = []
    for step in book.steps:
        who = f"{step.role}+{step.with_role}" if step.with_role else step.role
        sla = f" – {step.sla} → {'+'.join(step.escalate_to)}" if step.sla else ""
        again = f" every {step.repeat.every}" if step.repeat else ""
        lines.append(f"{who} – {step.due}{again}{sla}")
    return lines


STEPS = {
    "PB-1": [
        "SR – 2 business hours after the start – 4 business hours → MGR",
        "CSM – 12 business hours after the start – 48 clock hours → MGR+EXEC",
        "CSM – 5 business days after the start – 168 clock hours → MGR",
        "CSM+MGR – 10 business days after the start",
        "CSM – 5 business days after the start every 5 business days",
    ],
    "PB-2": [
        "MGR – 4 business hours after the start – 4 business hours → ADMIN",
        "CSM – 8 business hours after the start – 24 clock hours → MGR",
        "CSM – 5 business days after the start",
        "MGR – 7 business days after the start",
    ],
    "PB-3": [
        "CSM – 8 business hours after the start – 16 business hours → MGR",
        "CSM – 4 business hours after the start – 8 business hours → MGR",
        "MGR – 8 business hours after the start – 16 business hours → HEAD",
        "EXEC – 12 business hours after the start – 48 clock hours → HEAD",
    ],
    "PB-4": [
        "CSM – 5 business days after the start – 80 business hours → MGR",
        "CSM – 7 business days after the start",
        "CSM – 10 business days after the start",
        "CSM – 0 business hours after the start",
    ],
    "PB-5": [
        "CSM – 4 business hours after the start – 8 business hours → MGR",
        "SUP – 3 business days after the start",
        "TRN – 5 business days after the start",
        "CSM – 10 business days after the start",
    ],
    "PB-6": [
        "CSM – 8 business hours after the start – 16 business hours → MGR",
        "CSM – 10 business days after the start",
        "EXEC – 5 business days after the start",
        "TRN – 15 business days after the start",
        "CSM – 15 business days after the start",
    ],
    "PB-7": [
        "CSM – 4 business hours after the start – 8 business hours → MGR",
        "MGR – 16 business hours after the start",
        "CSM – 5 business days after the start",
        "CSM – 14 calendar days after the start every 14 calendar days",
    ],
    "PB-12": [
        "CSM – 5 business days after the start",
        "CSM+AE – 150 calendar days before the renewal date",
        "MGR – 120 calendar days before the renewal date",
        "AE – 90 calendar days before the renewal date",
        "AE – 30 calendar days before the renewal date – the notice date → MGR+EXEC",
    ],
}


def test_the_library_has_eight_playbooks_and_nine_alert_rules() -> None:
    assert sorted(BOOKS) == sorted(STEPS)
    assert sorted(ALERTS) == [f"A{number}" for number in range(1, 10)]


@pytest.mark.django_db
def test_every_field_that_a_rule_reads_is_one() -> None:
    for entry in library_playbooks():
        assert parse_playbook(entry, is_field)
    for entry in library_alerts():
        assert parse_alert(entry, is_field)


@pytest.mark.parametrize("key", STEPS)
def test_the_steps_are_those_of_the_library(key: str) -> None:
    assert in_brief(BOOKS[key]) == STEPS[key]


STARTS: list[tuple[str, dict[str, float], dict[str, float]]] = [
    ("PB-1", {"emergency": 1}, {"emergency": 0}),
    ("PB-2", {"churn_risk": 1, "above_emergency": 0}, {"churn_risk": 1, "above_emergency": -0.1}),
    ("PB-2", {"churn_risk": 1, "above_emergency": 9}, {"churn_risk": 0, "above_emergency": 9}),
    ("PB-3", {"role": 0}, {"role": 1}),
    ("PB-4", {"role": 1}, {"role": 0}),
    ("PB-5", {"usage_2w": -30, "tenure_days": 61}, {"usage_2w": -29.9, "tenure_days": 61}),
    ("PB-5", {"usage_2w": -80, "tenure_days": 61}, {"usage_2w": -80, "tenure_days": 60}),
    ("PB-6", {"I13": 1}, {"I13": 0}),
    ("PB-7", {"negative_interactions_30": 3}, {"negative_interactions_30": 2}),
    ("PB-12", {"days_to_renewal": 180, "size": 3}, {"days_to_renewal": 181, "size": 3}),
    ("PB-12", {"days_to_renewal": 180, "size": 2}, {"days_to_renewal": 180, "size": 1}),
    ("PB-12", {"days_to_renewal": 90, "size": nan}, {"days_to_renewal": 91, "size": nan}),
    ("PB-12", {"days_to_renewal": 0, "size": 1}, {"days_to_renewal": -1, "size": 1}),
    ("PB-12", {"days_to_renewal": 120, "days_to_notice": 60}, {"days_to_renewal": 120, "days_to_notice": 61}),
]


@pytest.mark.parametrize(("key", "hit", "miss"), STARTS)
def test_it_starts_on_the_line_and_not_beside_it(key: str, hit: dict[str, float], miss: dict[str, float]) -> None:
    assert holds(BOOKS[key].when, **hit)
    assert not holds(BOOKS[key].when, **miss)


EXITS: list[tuple[str, dict[str, float], dict[str, float], int]] = [
    ("PB-1", {"above_emergency": 10}, {"above_emergency": 9.9}, 14),
    ("PB-2", {"churn_risk": 0}, {"churn_risk": 1}, 14),
    ("PB-3", {"role": 1}, {"role": 0}, 14),
    ("PB-4", {"role": 2}, {"role": 1}, 14),
    ("PB-5", {"usage_2w": -10}, {"usage_2w": -10.1}, 14),
    ("PB-6", {"champions_active": 1}, {"champions_active": 0}, 1),
    ("PB-7", {"negative_interactions_30": 0}, {"negative_interactions_30": 1}, 1),
    ("PB-12", {"renewal_decided": 1}, {"renewal_decided": 0, "days_to_renewal": 185}, 1),
    ("PB-12", {"days_to_renewal": 186}, {"days_to_renewal": 30}, 1),
]


@pytest.mark.parametrize(("key", "hit", "miss", "nights"), EXITS)
def test_it_ends_when_its_work_is_done(key: str, hit: dict[str, float], miss: dict[str, float], nights: int) -> None:
    done = BOOKS[key].exit
    assert done
    assert holds(done.when, **hit)
    assert not holds(done.when, **miss)
    assert done.nights == nights


def test_a_lost_champion_is_dealt_with_when_the_map_is_updated() -> None:
    done = BOOKS["PB-6"].exit
    assert done
    assert [BOOKS["PB-6"].steps[n].title for n in done.steps] == ["Update the stakeholder map"]


def test_transitions_ask_where_the_customer_came_from() -> None:
    assert holds(BOOKS["PB-3"].provided, role_before=2)
    assert holds(BOOKS["PB-3"].provided, role_before=1)
    assert not holds(BOOKS["PB-3"].provided, role_before=0)
    assert not holds(BOOKS["PB-3"].provided, role_before=nan)
    assert holds(BOOKS["PB-4"].provided, role_before=2)
    assert not holds(BOOKS["PB-4"].provided, role_before=0)


def test_the_more_severe_takes_over_and_a_renewal_runs_beside_all() -> None:
    ranks = {key: book.severity for key, book in BOOKS.items() if book.group == "rescue"}
    assert ranks == dict(zip(RESCUE, [1, 2, 2, 4, 3, 3, 3], strict=True))
    assert (BOOKS["PB-12"].group, BOOKS["PB-12"].starts, BOOKS["PB-12"].per) == ("", "date", "renewal")


def test_cool_downs_are_those_of_the_library() -> None:
    waits = {key: book.cool_down_days for key, book in BOOKS.items()}
    assert [waits[key] for key in RESCUE] == [60, 45, 30, 45, 30, 90, 45]
    assert waits["PB-12"] is None


@pytest.mark.parametrize(
    ("key", "place", "hit", "miss"),
    [
        ("PB-2", 0, {"value_points": 45}, {"value_points": 44.9}),
        ("PB-2", 3, {"arr": 100_000}, {"arr": 99_999.99}),
        ("PB-6", 2, {"size": 3}, {"size": 2}),
    ],
)
def test_some_steps_are_for_some_customers_only(
    key: str, place: int, hit: dict[str, float], miss: dict[str, float]
) -> None:
    when = BOOKS[key].steps[place].when
    assert holds(when, **hit)
    assert not holds(when, **miss)
    assert not holds(when, **dict.fromkeys(hit, nan))


def test_only_the_raised_touch_frequency_does_itself() -> None:
    automatic = [(key, n) for key, book in BOOKS.items() for n, step in enumerate(book.steps) if step.automatic]
    assert automatic == [("PB-4", 3)]


def test_reviews_go_on_and_sentiment_is_asked_four_times() -> None:
    times = {key: step.repeat.times for key, book in BOOKS.items() for step in book.steps if step.repeat}
    assert times == {"PB-1": None, "PB-7": 4}


@pytest.mark.parametrize(
    ("key", "hit", "miss"),
    [
        ("A1", {"score_change_7": -10.01}, {"score_change_7": -10}),
        ("A2:usage", {"usage.role": 0}, {"usage.role": 1}),
        ("A3", {"I19": 1}, {"I19": 0}),
        ("A4", {"milestones_overdue": 1}, {"milestones_overdue": 0}),
    ],
)
def test_alerts_fire_on_the_line_and_not_beside_it(key: str, hit: dict[str, float], miss: dict[str, float]) -> None:
    rules: dict[str, Any] = dict(rule for alert in ALERTS.values() for rule in alert_rules(alert, ["usage"]))
    assert holds(rules[key], **hit)
    assert not holds(rules[key], **miss)
