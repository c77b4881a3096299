"""A live score that falls by more than ten points within a week is told at once, and once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import Customer, User
from playbooks.live import watch
from playbooks.models import AlertRule, Episode, Mail
from scoring.models import CurrentScore
from tests.healthsite.pages.world import live
from tests.playbooks.nights import WELL, D, Nights, alerts

TODAY = D + timedelta(days=7)  # seven nights after the first
NOW = datetime(2025, 9, 8, 14, tzinfo=UTC)


@pytest.fixture
def falling(night: Nights, acme: Customer) -> CurrentScore:
    """A customer who had 80 points in the nights and has 69.9 now."""
    night.several(7, {acme: WELL})
    return CurrentScore.objects.create(
        customer=acme,
        version=night.version,
        as_of=TODAY,
        calculated_at=NOW - timedelta(minutes=1),
        outcome=0,
        score=69.9,
        band=1,
        coverage=1.0,
        low=0.0,
        high=100.0,
        inputs=b"",
    )


def test_it_tells_the_csm_at_once(falling: CurrentScore, acme: Customer, bob: User) -> None:
    assert watch(NOW) == 1
    episode, mail = Episode.objects.get(), Mail.objects.get()
    assert (episode.rule, episode.opened_on, episode.fired_at, episode.customer) == ("A1", TODAY, NOW, acme)
    assert (episode.facts["from"], episode.facts["to"], episode.facts["from_on"]) == (80.0, 69.9, D.isoformat())
    assert (mail.kind, mail.recipient, mail.episode) == ("alert", bob, episode)
    assert mail.dedupe_key == f"alert:{episode.pk}:{bob.pk}"


def test_it_tells_once(falling: CurrentScore) -> None:
    assert [watch(NOW), watch(NOW + timedelta(minutes=2))] == [1, 0]
    assert Mail.objects.count() == 1


def test_the_night_finds_the_alert_and_does_not_fire_again(
    falling: CurrentScore, night: Nights, acme: Customer
) -> None:
    watch(NOW)
    night({acme: {**WELL, "score": 69.9, "score_change_7": -10.1}})
    assert alerts(acme) == ["A1"]
    assert (Episode.objects.get().fired_at, Mail.objects.count()) == (NOW, 1)


@pytest.mark.parametrize(
    "change",
    [
        {"score": 70.0},
        {"score": None, "outcome": 1},
        {"as_of": TODAY - timedelta(days=1)},
        {"calculated_at": NOW - timedelta(minutes=11)},
    ],
)
def test_it_is_silent_beside_it(falling: CurrentScore, change: dict[str, object]) -> None:
    CurrentScore.objects.update(**change)
    assert watch(NOW) == 0


def test_scores_of_two_versions_are_not_compared(falling: CurrentScore) -> None:
    CurrentScore.objects.update(version=live(min_coverage=0.2))
    assert watch(NOW) == 0


@pytest.mark.parametrize(
    "change",
    [
        {"is_active": False},
        {"definition": {}},
        {"definition": {"key": "A1", "title": "Other", "when": {"field": "score", "op": "<", "value": 90}}},
    ],
)
def test_a_rule_that_is_off_or_of_another_kind_says_nothing(falling: CurrentScore, change: dict[str, object]) -> None:
    AlertRule.objects.filter(key="A1").update(**change)
    assert watch(NOW) == 0


def test_the_window_is_that_of_the_rule(falling: CurrentScore) -> None:
    when = {"field": "score_change_3", "op": "<", "value": -10}
    AlertRule.objects.filter(key="A1").update(definition={"key": "A1", "title": "Fell", "when": when})
    assert watch(NOW) == 1
    assert Episode.objects.get().facts["from_on"] == "2025-09-05"
