"""Episodes over nights: hysteresis, unknowns, and what happens to rules that are gone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import Customer
from playbooks.models import AlertRule, Episode
from tests.playbooks.nights import WELL, D, Nights, Numbers, alerts

FELL = {**WELL, "score_change_7": -12}
FINE = {**WELL, "score_change_7": -3}
UNKNOWN = WELL  # nothing known of the change
UNSCORED: Numbers = {}

STATES = {"f": FELL, "o": FINE, "?": UNKNOWN, "-": UNSCORED}


@pytest.mark.parametrize(
    ("nights", "fired", "open_ones"),
    [
        ("off", 1, 1),  # one night above is not yet the end of it
        ("offo", 1, 1),
        ("offoo", 1, 0),
        ("offof", 1, 1),
        ("offoof", 2, 1),
        ("offo?", 1, 1),  # what is not known does not clear
        ("off??o", 1, 0),  # nor does it prolong
        ("off-", 1, 1),
        ("?f", 1, 1),
        ("of-f", 1, 1),
        ("oo", 0, 0),
    ],
)
def test_an_alert_clears_after_two_nights(
    night: Nights, acme: Customer, nights: str, fired: int, open_ones: int
) -> None:
    for state in nights:
        night({acme: STATES[state]})
    assert (len(alerts(acme)), Episode.objects.open().filter(rule="A1").count()) == (fired, open_ones)


def test_an_episode_says_from_when_to_when(night: Nights, acme: Customer) -> None:
    for state in "offoo":
        night({acme: STATES[state]})
    episode = Episode.objects.get(rule="A1")
    days = (episode.opened_on, episode.held_on, episode.cleared_on)
    assert days == (D + timedelta(days=1), D + timedelta(days=2), D + timedelta(days=4))


def test_a_baseline_fires_when_it_has_cleared_and_begins_again(night: Nights, acme: Customer) -> None:
    for state in "ffoof":
        night({acme: STATES[state]})
    assert list(Episode.objects.order_by("pk").values_list("is_baseline", flat=True)) == [True, False]
    assert alerts(acme) == ["A1"]


def test_episodes_of_a_rule_that_is_switched_off_clear(night: Nights, acme: Customer) -> None:
    night({acme: FINE})
    night({acme: FELL})
    AlertRule.objects.update(is_active=False)
    night({acme: FELL})
    assert Episode.objects.get(rule="A1").cleared_on == night.last


def test_a_customer_who_could_not_be_scored_at_all_keeps_their_episodes(night: Nights, acme: Customer) -> None:
    night({acme: FINE})
    night({acme: FELL})
    night.several(3, {})
    assert Episode.objects.get(rule="A1").cleared_on is None


def test_an_episode_of_a_later_day_is_left_alone(night: Nights, acme: Customer) -> None:
    later = Episode.objects.create(
        customer=acme, kind="alert", rule="A1", opened_on=D.replace(day=20), held_on=D.replace(day=20)
    )
    night.several(3, {acme: FINE})
    night({acme: FELL})
    later.refresh_from_db()
    assert (later.held_on.day, later.cleared_on, Episode.objects.count()) == (20, None, 1)
