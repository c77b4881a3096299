"""How plays end: exits, lost customers, people; and what becomes of the tasks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.business_days import end_of
from accounts.models import Customer, CustomerPeriod, User
from playbooks.closing import close_play
from playbooks.models import Episode, Play, Task, TaskEvent
from playbooks.refusing import Refused
from tests.playbooks.nights import RED, WELL, Nights, plays

SAFE = {**WELL, "churn_risk": 0}
UNSURE = {key: value for key, value in WELL.items() if key != "churn_risk"}


@pytest.fixture
def play(night: Nights, acme: Customer) -> Play:
    """A PB-2 of which one task is open, one started and one waiting."""
    night({acme: WELL})
    night({acme: {**RED, "value_points": 60}})
    found = Play.objects.get()
    started, waiting, _ = found.tasks.order_by("step")
    Task.objects.filter(pk=started.pk).update(status="started")
    Task.objects.filter(pk=waiting.pk).update(status="waiting", waiting_since=found.started_at)
    return found


def statuses(play: Play) -> list[str]:
    return list(play.tasks.order_by("step").values_list("status", flat=True))


def test_a_play_ends_when_its_exit_has_held_for_fourteen_nights(night: Nights, acme: Customer, play: Play) -> None:
    night.several(13, {acme: SAFE})
    assert plays(acme, outcome="") == ["PB-2"]
    night({acme: SAFE})
    play.refresh_from_db()
    assert (play.outcome, play.closed_on, play.closed_at) == ("reached", night.last, end_of(night.last))
    assert not Episode.objects.open().filter(kind="exit").exists()


@pytest.mark.parametrize("broken_by", [RED, UNSURE, {}])
def test_a_night_that_does_not_hold_or_is_not_known_starts_the_count_again(
    night: Nights, acme: Customer, play: Play, broken_by: dict[str, float]
) -> None:
    night.several(13, {acme: SAFE})
    night({acme: broken_by})
    night.several(13, {acme: SAFE})
    assert plays(acme, outcome="") == ["PB-2"]
    night({acme: SAFE})
    assert plays(acme, outcome="reached") == ["PB-2"]


def test_tasks_begun_stay_and_the_others_are_not_needed(night: Nights, acme: Customer, play: Play) -> None:
    night.several(14, {acme: SAFE})
    assert statuses(play) == ["started", "waiting", "not_needed"]
    event = TaskEvent.objects.get(kind="closed")
    assert (event.actor, event.before, event.after, event.at) == (None, "open", "not_needed", end_of(night.last))


def test_a_lost_customer_ends_every_play_with_all_its_tasks(night: Nights, acme: Customer, play: Play) -> None:
    CustomerPeriod.objects.filter(customer=acme).update(ended_on=night.next)
    night({})
    play.refresh_from_db()
    assert (play.outcome, statuses(play)) == ("lost", ["not_needed"] * 3)
    assert not Episode.objects.open().exists()


def test_a_customer_who_could_not_be_scored_is_not_lost(night: Nights, acme: Customer, play: Play) -> None:
    night({})
    assert plays(acme, outcome="") == ["PB-2"]


def test_an_exit_waits_for_the_steps_it_names(night: Nights, acme: Customer) -> None:
    night({acme: WELL})
    night({acme: {**WELL, "I13": 1}})
    night.several(3, {acme: {**WELL, "champions_active": 1}})
    assert plays(acme, outcome="") == ["PB-6"]
    Task.objects.filter(step=4).update(status="done", outcome="done", finished_at=end_of(night.last))
    night({acme: {**WELL, "champions_active": 1}})
    assert plays(acme, outcome="reached") == ["PB-6"]


def test_a_play_keeps_the_exit_it_started_with(night: Nights, acme: Customer, play: Play) -> None:
    play.playbook.definition["exit"]["nights"] = 1
    play.playbook.save()
    night({acme: SAFE})
    assert plays(acme, outcome="") == ["PB-2"]


def test_a_person_closes_a_play_with_a_note(play: Play, bob: User) -> None:
    at = play.started_at + timedelta(hours=9)
    close_play(play=play, outcome="dropped", by=bob, at=at, note="Wrong number")
    assert (play.outcome, play.closed_by, play.closed_at, play.note) == ("dropped", bob, at, "Wrong number")
    assert statuses(play) == ["started", "waiting", "not_needed"]
    assert TaskEvent.objects.get(kind="closed").actor == bob


def test_the_next_play_counts_its_nights_anew(night: Nights, acme: Customer, play: Play) -> None:
    night.several(5, {acme: SAFE})
    close_play(play=play, outcome="done", by=None, at=end_of(night.last))
    assert not Episode.objects.open().filter(kind="exit").exists()


def test_who_closes_second_is_told(play: Play, bob: User) -> None:
    close_play(play=play, outcome="done", by=bob, at=play.started_at)
    with pytest.raises(Refused, match="closed already"):
        close_play(play=play, outcome="dropped", by=bob, at=play.started_at)
    assert Play.objects.get().outcome == "done"


def test_an_outcome_there_is_not_is_refused(play: Play) -> None:
    with pytest.raises(Refused, match="'won' is no outcome"):
        close_play(play=play, outcome="won", by=None, at=play.started_at)


def test_what_told_of_a_task_no_longer_needed_ends_with_it(play: Play, bob: User) -> None:
    begun, _, unbegun = play.tasks.order_by("step")
    for task in (begun, unbegun):
        fields = {"customer": task.customer, "assignee": bob, "created_at": task.created_at, "due_at": task.due_at}
        Task.objects.create(title="SLA missed", escalates=task, **fields)
    close_play(play=play, outcome="done", by=bob, at=play.started_at)
    assert unbegun.escalations.get().status == "not_needed"
    assert begun.escalations.get().status == "open"
