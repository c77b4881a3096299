"""When an episode fires and when something is against it: library 7, standard behaviour."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import Customer, User
from playbooks.closing import close_play
from playbooks.models import Episode, Mail, Play, Playbook, Task
from playbooks.running import react
from scoring.scorecards.publishing import make_version_live
from tests.cast import give, make_customer, make_user
from tests.healthsite.pages.world import live
from tests.playbooks.nights import EMERGENCY, RED, WARY, WELL, D, Nights, alerts, plays

SAD = {**WELL, "negative_interactions_30": 3}
BOTH = {**RED, "negative_interactions_30": 3}


def close(customer: Customer, outcome: str = "done") -> None:
    play = Play.objects.open().get(customer=customer)
    close_play(play=play, outcome=outcome, by=None, at=play.started_at)


def test_a_situation_that_lasts_starts_one_play(night: Nights, acme: Customer) -> None:
    night({acme: WELL})
    night.several(5, {acme: RED})
    assert plays(acme) == ["PB-2"]
    assert Episode.objects.get(rule="PB-2").held_on == night.last


def test_a_situation_that_comes_again_waits_for_the_open_play(night: Nights, acme: Customer) -> None:
    night({acme: WELL})
    night({acme: RED})
    night.several(2, {acme: WELL})
    night({acme: RED})
    assert plays(acme) == ["PB-2"]
    assert list(Episode.objects.filter(rule="PB-2").order_by("pk").values_list("fired_at", flat=True))[1] is None


@pytest.mark.parametrize(("days", "started"), [(44, 1), (45, 2)])
def test_a_closed_play_cools_down(night: Nights, acme: Customer, days: int, started: int) -> None:
    night({acme: WELL})
    night({acme: RED})
    close(acme)  # on D + 2, because the night of D + 1 ends then
    night({acme: WELL})
    night.next = D + timedelta(days=days + 1)
    night({acme: WELL})
    night({acme: RED})
    assert len(plays(acme)) == started


def test_the_more_severe_playbook_takes_over(night: Nights, acme: Customer) -> None:
    night({acme: WELL})
    night({acme: SAD})
    night({acme: BOTH})
    assert plays(acme, outcome="superseded") == ["PB-7"]
    assert plays(acme, outcome="") == ["PB-2"]
    statuses = Task.objects.filter(play__playbook__key="PB-7").values_list("status", flat=True)
    assert set(statuses) == {"not_needed"}


def test_the_less_severe_waits_until_the_other_is_closed(night: Nights, acme: Customer) -> None:
    night({acme: WELL})
    night({acme: RED})
    night({acme: BOTH})
    assert plays(acme) == ["PB-2"]
    close(acme)
    night({acme: BOTH})
    assert plays(acme, outcome="") == ["PB-7"]


def test_of_two_on_the_same_night_the_more_severe_starts(night: Nights, acme: Customer) -> None:
    night({acme: WELL})
    night({acme: {**EMERGENCY, "negative_interactions_30": 3}})
    assert plays(acme) == ["PB-1"]


def test_equals_run_beside_each_other(night: Nights, acme: Customer) -> None:
    night({acme: WELL})
    night({acme: {**RED, "role_before": 2}})
    assert plays(acme, outcome="") == ["PB-2", "PB-3"]


def test_a_renewal_runs_beside_all_and_once_per_date(night: Nights, acme: Customer) -> None:
    night({acme: WELL})
    night({acme: {**RED, "days_to_renewal": 90}})
    assert plays(acme, outcome="") == ["PB-2", "PB-12"]
    renewal = Play.objects.get(playbook__key="PB-12")
    assert renewal.facts["renewal_on"] == "2025-12-01"
    close_play(play=renewal, outcome="done", by=None, at=renewal.started_at)
    night.several(2, {acme: {**RED, "days_to_renewal": 300}})
    night({acme: {**RED, "days_to_renewal": 87}})  # the same date once more
    assert plays(acme) == ["PB-2", "PB-12"]
    night({acme: {**RED, "days_to_renewal": 87}})  # put off by a day
    assert plays(acme) == ["PB-2", "PB-12", "PB-12"]


def test_the_first_score_is_the_baseline(night: Nights, acme: Customer) -> None:
    night.several(3, {acme: {**RED, "score_change_7": -20}})
    assert (plays(acme), alerts(acme), Mail.objects.count()) == ([], [], 0)
    assert Episode.objects.filter(is_baseline=True, kind="trigger").count() == 2


def test_a_date_starts_its_playbook_on_a_first_night_too(night: Nights, acme: Customer) -> None:
    night({acme: {**WELL, "days_to_renewal": 30}})
    assert plays(acme) == ["PB-12"]


def test_the_first_night_of_a_version_is_the_baseline(night: Nights, acme: Customer) -> None:
    night({acme: WELL})
    night.version = live(min_coverage=0.2)
    night({acme: RED})
    assert plays(acme) == []
    night({acme: {**RED, **SAD}})
    assert plays(acme) == ["PB-7"]


def test_a_switch_back_to_an_older_version_is_a_baseline_too(night: Nights, acme: Customer) -> None:
    first = night.version
    night.version = live(min_coverage=0.2)
    night({acme: WELL})
    night.version = make_version_live(first)
    night({acme: RED})
    assert plays(acme) == []


def test_what_held_before_anything_ever_reacted_does_not_begin(night: Nights, acme: Customer, bob: User) -> None:
    other = make_customer()
    give(other, bob)
    night.scored({acme: RED, other: WELL})  # scored by `score`, with no reaction
    night({acme: RED, other: RED})
    assert (plays(acme), plays(other)) == ([], ["PB-2"])


def test_a_customer_without_a_score_tonight_fires_nothing(night: Nights, acme: Customer) -> None:
    night({acme: WELL})
    night({acme: {"negative_interactions_30": 3}})
    assert plays(acme) == []
    night({acme: SAD})
    assert plays(acme) == ["PB-7"]


def test_missed_nights_are_caught_up_and_only_the_newest_fires(night: Nights, acme: Customer) -> None:
    night({acme: WELL})
    missed = [night.scored({acme: numbers}) for numbers in (WARY, RED, {**RED, "score_change_7": -30})]
    fired = [react(run).fires for run in missed]
    assert fired == [False, False, True]
    assert (plays(acme), sorted(alerts(acme))) == (["PB-2"], ["A1", "A7"])
    assert Play.objects.get().opened_on == night.last
    assert Episode.objects.get(rule="PB-2").opened_on == night.last - timedelta(days=1)


def test_nobody_at_all_leaves_the_trigger_waiting(night: Nights) -> None:
    customer = make_customer()
    night({customer: WELL})
    night({customer: RED})
    assert plays(customer) == []
    assert Episode.objects.get(rule="PB-2").fired_at is None
    User.objects.create_user("late@example.com", role="admin", name="Late")
    night({customer: RED})
    assert plays(customer) == ["PB-2"]
    assert set(Task.objects.values_list("assignee__name", flat=True)) == {"Late"}


def test_a_playbook_switched_off_starts_nothing_and_clears(night: Nights, acme: Customer) -> None:
    Playbook.objects.filter(key="PB-2").update(is_active=False)
    night({acme: WELL})
    night({acme: RED})
    assert plays(acme) == []
    Playbook.objects.filter(key="PB-2").update(is_active=True)
    night({acme: RED})
    assert plays(acme) == ["PB-2"]


def test_a_definition_that_cannot_be_read_is_left_out(
    night: Nights, acme: Customer, caplog: pytest.LogCaptureFixture
) -> None:
    Playbook.objects.filter(key="PB-2").update(definition={"key": "PB-2"})
    night({acme: WELL})
    night({acme: {**RED, "role_before": 2}})
    assert plays(acme) == ["PB-3"]
    assert "playbook PB-2 cannot be read" in caplog.text


def test_an_alert_about_a_customer_of_nobody_is_told_to_an_admin(night: Nights) -> None:
    customer, root = make_customer(), make_user("Root", "admin")
    night({customer: WELL})
    night({customer: {**WELL, "I19": 1}})
    assert Mail.objects.get().recipient == root


def test_everybody_with_a_task_has_a_mail(night: Nights, acme: Customer, bob: User) -> None:
    trainer = make_user("Tess", skills=["training"])
    night({acme: WELL})
    night({acme: {**WELL, "I13": 1}})
    assert list(Mail.objects.order_by("recipient").values_list("recipient", flat=True)) == [bob.pk, trainer.pk]


def test_one_mail_per_person_and_night(night: Nights, acme: Customer, bob: User) -> None:
    night({acme: WELL})
    night({acme: {**EMERGENCY, "score_change_7": -70, "I19": 1, "days_to_renewal": 30}})
    mail = Mail.objects.get()
    assert (mail.kind, mail.recipient, mail.on) == ("night", bob, night.last)
    assert mail.dedupe_key == f"night:{night.last}:{bob.pk}"
