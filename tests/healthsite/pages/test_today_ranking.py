"""Whom to look at first: the order of signals, and the words around them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from healthsite.pages.today.ranking import MOST, Reason, Signal, promise_weight, ranked, renewal_weight
from healthsite.pages.today.wording import alert_clause, greeting, lowered
from playbooks.models import Episode

NOW = datetime(2025, 10, 1, 9, tzinfo=UTC)


def signal(customer: int, reason: Reason, weight: float = 0) -> Signal:
    return Signal(customer, reason, f"{reason.name} of {customer}", weight)


def order(*signals: Signal) -> list[int]:
    return [row.customer for row in ranked(signals)]


def test_promises_come_before_emergencies_before_renewals_before_alerts_before_late_tasks() -> None:
    assert order(*(signal(reason, reason, 100 * reason) for reason in reversed(Reason))) == [0, 1, 2, 3, 4]


def test_the_promise_that_ran_out_longest_ago_comes_first() -> None:
    moments = {1: NOW + timedelta(hours=3), 2: NOW - timedelta(hours=5), 3: NOW - timedelta(hours=1)}
    assert order(*(signal(pk, Reason.PROMISE, promise_weight(at)) for pk, at in moments.items())) == [2, 3, 1]


def test_equals_go_by_arr_and_then_by_key() -> None:
    alerts = [signal(pk, Reason.ALERT, arr) for pk, arr in ((1, 10), (2, 500), (4, 10), (3, 0))]
    assert order(*alerts) == [2, 1, 4, 3]


def test_a_customer_stands_there_once_with_the_strongest_reason() -> None:
    found = ranked([signal(1, Reason.LATE, 9), signal(1, Reason.EMERGENCY), signal(1, Reason.ALERT)])
    assert [(row.why, row.more) for row in found] == [("EMERGENCY of 1", 2)]


def test_the_list_has_seven_rows_at_most() -> None:
    assert len(order(*(signal(pk, Reason.ALERT) for pk in range(20)))) == MOST == 7


@pytest.mark.parametrize(("days", "weight"), [(0, 900), (30, 600), (45, 450), (90, 0), (120, 0)])
def test_a_renewal_weighs_more_the_nearer_it_is(days: int, weight: float) -> None:
    assert renewal_weight(900, days) == weight


@pytest.mark.parametrize(
    ("hour", "words"), [(5, "Good morning"), (12, "Good afternoon"), (18, "Good evening"), (23, "Good evening")]
)
def test_the_greeting_follows_the_clock(hour: int, words: str) -> None:
    assert greeting(NOW.replace(hour=hour)) == words


@pytest.mark.parametrize(("title", "words"), [("Call them", "call them"), ("QBR with them", "QBR with them"), ("", "")])
def test_a_title_inside_a_sentence_begins_small(title: str, words: str) -> None:
    assert lowered(title) == words


@pytest.mark.parametrize(
    ("rule", "facts", "words"),
    [
        ("A1", {"from": 71.26, "to": 55.44, "from_on": "2025-09-23"}, "fell from 71.2 to 55.4 within a week"),
        ("A2:core_use", {"component": "core_use", "points": 31.0}, "core use fell into red, at 31.0"),
        ("A2:core_use", {}, "core use fell into red"),
        ("A3", {"indicators": ["I1", "I2", "I3"], "count": 3}, "declines in several ways at once: 3 early warnings"),
        ("A3", {"indicators": ["I7"], "count": 1}, "declines in several ways at once"),
        ("A4", {"goals": [1]}, "a milestone is overdue"),
        ("A5", {"I11": 1.0}, "engagement is falling"),
        ("A6", {"I12": 1.0, "usage_anomaly": -4.2}, "use is unusually low"),
        ("A7", {"churn_risk": 1.0}, "became a churn risk"),
        ("A8", {"emergency": 1.0}, "became an emergency"),
        ("A9", {"renewal_silent_days": 14.0}, "the open renewal has been silent for 14 days"),
        ("A9", {}, "alert A9 since 30 September"),
        ("A1", {}, "alert A1 since 30 September"),
        ("own-rule", {}, "alert own-rule since 30 September"),
    ],
)
def test_an_alert_says_what_it_found(rule: str, facts: dict[str, Any], words: str) -> None:
    assert alert_clause(Episode(rule=rule, facts=facts, opened_on=date(2025, 9, 30)), None) == words
