"""Starting a play by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from accounts.models import Customer, CustomerPeriod, User
from playbooks.models import Mail, Play, Playbook, Task
from playbooks.refusing import Refused
from playbooks.starting import start_play
from tests.cast import make_customer, make_user
from tests.playbooks.nights import RED, WELL, Nights, plays

NOON = datetime(2025, 9, 2, 12, tzinfo=UTC)


def start(customer: Customer, by: User, key: str = "PB-2") -> Play:
    return start_play(customer=customer, playbook=Playbook.objects.get(key=key), by=by, at=NOON)


def test_a_play_keeps_who_started_it_when_and_how_the_customer_was(night: Nights, acme: Customer, bob: User) -> None:
    night({acme: {**RED, "arr": 120_000, "days_to_renewal": 100}})
    play = start(acme, bob)
    assert (play.started_by, play.started_at, play.opened_on) == (bob, NOON, date(2025, 9, 2))
    assert (play.facts["score"], play.facts["arr"], play.facts["renewal_on"]) == (40, 120_000, "2025-12-10")
    assert play.definition == play.playbook.definition


def test_its_first_tasks_are_made_by_who_started_it(night: Nights, acme: Customer, bob: User) -> None:
    night({acme: {**RED, "value_points": 50, "arr": 100_000}})
    start(acme, bob)
    assert list(Task.objects.order_by("step").values_list("step", "created_by")) == [(n, bob.pk) for n in range(4)]


def test_before_the_first_night_steps_with_a_condition_are_left_out(night: Nights, acme: Customer, bob: User) -> None:
    play = start(acme, bob)
    assert play.facts == {"left_out": [0, 3]}


def test_who_has_something_to_do_has_mail(night: Nights, acme: Customer, bob: User) -> None:
    support = make_user("Sue", skills=["support"])
    play = start(acme, bob, "PB-5")
    assert list(Mail.objects.values_list("recipient", flat=True)) == [support.pk]
    assert play.tasks.get(assignee=support).title == "Technical health check"


def test_a_second_one_is_refused(night: Nights, acme: Customer, bob: User) -> None:
    start(acme, bob)
    with pytest.raises(Refused, match="is open for this customer already") as refused:
        start(acme, bob)
    assert list(refused.value.errors) == ["playbook"]
    assert (Play.objects.count(), Task.objects.count()) == (1, 2)


def test_whoever_comes_second_at_the_same_moment_is_refused(
    night: Nights, acme: Customer, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(acme, bob)
    monkeypatch.setattr("playbooks.models.plays.PlayQuerySet.open", lambda self: self.none())
    with pytest.raises(Refused, match="already"):
        start(acme, bob)
    assert Play.objects.count() == 1


def test_it_supersedes_the_less_severe(night: Nights, acme: Customer, bob: User) -> None:
    start(acme, bob, "PB-4")
    start(acme, bob, "PB-12")
    start(acme, bob, "PB-3")
    assert plays(acme, outcome="superseded") == ["PB-4"]
    assert plays(acme, outcome="") == ["PB-12", "PB-3"]


def test_the_night_finds_a_play_started_by_hand(night: Nights, acme: Customer, bob: User) -> None:
    night({acme: WELL})
    start(acme, bob)
    night({acme: RED})
    assert plays(acme) == ["PB-2"]


@pytest.mark.parametrize("since", [None, date(2026, 1, 1)])
def test_who_is_no_customer_gets_no_play(night: Nights, bob: User, since: date | None) -> None:
    with pytest.raises(Refused, match="is no customer on 2025-09-02"):
        start(make_customer(since=since), bob)


def test_who_has_left_gets_no_play(night: Nights, acme: Customer, bob: User) -> None:
    CustomerPeriod.objects.update(ended_on=date(2025, 9, 2))
    with pytest.raises(Refused, match="is no customer"):
        start(acme, bob)


def test_a_playbook_switched_off_is_refused(night: Nights, acme: Customer, bob: User) -> None:
    Playbook.objects.update(is_active=False)
    with pytest.raises(Refused, match="is switched off"):
        start(acme, bob)


def test_a_definition_that_cannot_be_read_is_refused(night: Nights, acme: Customer, bob: User) -> None:
    Playbook.objects.update(definition={})
    with pytest.raises(Refused, match="cannot start: "):
        start(acme, bob)


def test_where_nobody_could_do_it_nothing_is_written(night: Nights) -> None:
    with pytest.raises(Refused, match="add an active manager or admin"):
        start(make_customer(), make_user("Eve"))
    assert not Play.objects.exists()
