"""The tasks of a play: who, until when, and what follows when one is finished."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from accounts.models import Calendar, Customer, Holiday, Team, User
from playbooks.models import Mail, Play, Playbook, Task, TaskEvent
from playbooks.starting import start_play
from playbooks.stepping import follow_up
from tests.cast import give, make_user
from tests.playbooks.nights import EMERGENCY, RED, WELL, Nights

NINE = datetime(2025, 9, 3, 7, tzinfo=UTC)  # Wednesday
STEP: dict[str, Any] = {"title": "Call", "role": "CSM", "due": {"span": {"amount": 4, "unit": "bh"}}}


def step(title: str, after: int | None = None, **fields: Any) -> dict[str, Any]:
    return {**STEP, "title": title, "due": {**STEP["due"], "after": after}, **fields}


def playbook(*steps: dict[str, Any], **fields: Any) -> Playbook:
    definition = {"key": "OWN", "title": "Our own", "starts": "manual", "severity": 2, "steps": list(steps), **fields}
    return Playbook.objects.create(key="OWN", title="Our own", definition=definition)


def start(customer: Customer, by: User, *steps: dict[str, Any], **fields: Any) -> Play:
    return start_play(customer=customer, playbook=playbook(*steps, **fields), by=by, at=NINE)


def finish(play: Play, title: str, turn: int = 0) -> list[str]:
    """Finish a task; the titles of what follows."""
    task = play.tasks.get(title=title, turn=turn)
    task.status, task.outcome, task.finished_at, task.finished_by = "done", "done", NINE, task.assignee
    task.save()
    return [made.title for made in follow_up(task, NINE)]


def test_the_steps_of_a_play_become_tasks(night: Nights, acme: Customer, bob: User) -> None:
    senior = make_user("Sam", skills=["senior"])
    night({acme: WELL})
    night({acme: EMERGENCY})
    own, speak, *_ = Task.objects.order_by("step")
    assert (own.assignee, own.priority, own.created_by) == (senior, Task.Priority.URGENT, None)
    assert (speak.assignee, speak.escalate_to) == (bob, ["MGR", "EXEC"])
    assert speak.sla == {"hours": 48, "calendar": "clock", "anchor": ""}
    # The night of Tuesday 2 September ends at midnight UTC: 2 business hours are 11:00, the 48-hour promise 16 of them.
    assert own.due_at == datetime(2025, 9, 3, 11, tzinfo=UTC)
    assert own.sla_at == datetime(2025, 9, 3, 13, tzinfo=UTC)
    assert TaskEvent.objects.filter(kind="created", at=own.created_at).count() == 5


def test_steps_not_called_for_or_not_known_are_left_out(night: Nights, acme: Customer) -> None:
    night({acme: WELL})
    night({acme: {**RED, "value_points": 44.9}})
    play = Play.objects.get()
    assert list(play.tasks.order_by("step").values_list("step", flat=True)) == [1, 2]
    assert play.facts["left_out"] == [0, 3]


def test_a_partner_is_somebody_else(acme: Customer, bob: User) -> None:
    assert start(acme, bob, step("Plan", with_role="MGR")).tasks.get().partner is None


def test_a_partner_does_it_together(acme: Customer, bob: User) -> None:
    give(acme, make_user("Ann", "account_executive"), "account_executive")
    play = start(acme, bob, step("Plan", with_role="AE"))
    assert str(play.tasks.get().partner) == "Ann"


def test_a_step_follows_the_one_it_waits_for(acme: Customer, bob: User) -> None:
    play = start(acme, bob, step("One"), step("Two", after=0), step("Three", after=1))
    assert list(play.tasks.values_list("title", flat=True)) == ["One"]
    assert finish(play, "One") == ["Two"]
    assert play.tasks.get(title="Two").created_at == NINE
    assert finish(play, "Two") == ["Three"]


def test_a_step_after_one_that_nobody_does_follows_the_one_before(acme: Customer, bob: User) -> None:
    play = start(acme, bob, step("One"), step("Two", after=0, automatic=True), step("Three", after=1))
    assert finish(play, "One") == ["Three"]


def test_finishing_twice_makes_the_next_step_once(acme: Customer, bob: User) -> None:
    play = start(acme, bob, step("One"), step("Two", after=0))
    assert finish(play, "One") == ["Two"]
    assert finish(play, "One") == []
    assert play.tasks.count() == 2


def test_a_step_comes_again_until_the_play_closes(acme: Customer, bob: User) -> None:
    weekly = {"every": {"amount": 5, "unit": "bd"}}
    play = start(acme, bob, step("Review", repeat=weekly), step("Other"))
    assert finish(play, "Review") == ["Review"]
    assert play.tasks.get(turn=1).due_at == datetime(2025, 9, 9, 17, tzinfo=UTC)
    assert finish(play, "Review", turn=1) == ["Review"]
    assert finish(play, "Other") == []
    play.refresh_from_db()
    assert (play.outcome, play.tasks.get(turn=2).status) == ("done", "not_needed")
    assert finish(play, "Review", turn=1) == []


def test_a_step_comes_as_often_as_it_says(acme: Customer, bob: User) -> None:
    twice = {"every": {"amount": 14, "unit": "d"}, "times": 2}
    play = start(acme, bob, step("Check", repeat=twice), step("Other"))
    assert finish(play, "Check") == ["Check"]
    assert finish(play, "Check", turn=1) == []


def test_a_play_without_an_exit_is_done_with_its_last_step(acme: Customer, bob: User) -> None:
    play = start(acme, bob, step("One"), step("Two", after=0))
    finish(play, "One")
    assert Play.objects.open().exists()
    finish(play, "Two")
    play.refresh_from_db()
    assert (play.outcome, play.closed_by, play.closed_at) == ("done", bob, NINE)


def test_a_play_with_an_exit_stays_open_after_its_last_step(acme: Customer, bob: User) -> None:
    condition = {"when": {"field": "score", "op": ">", "value": 50}}
    play = start(acme, bob, step("One"), exit=condition)
    finish(play, "One")
    assert Play.objects.open().exists()


def test_nothing_follows_a_task_of_its_own(acme: Customer, bob: User) -> None:
    task = Task.objects.create(
        customer=acme, title="Own", assignee=bob, created_at=NINE, due_at=NINE, status="done", outcome="done",
        finished_at=NINE,
    )  # fmt: skip
    assert follow_up(task, NINE) == []


def test_who_gets_a_task_through_somebody_else_has_mail(acme: Customer, bob: User) -> None:
    trainer = make_user("Tess", skills=["training"])
    play = start(acme, bob, step("One"), step("Two", after=0, role="TRN"))
    assert not Mail.objects.exists()
    finish(play, "One")
    mail = Mail.objects.get()
    assert (mail.kind, mail.recipient, mail.task) == ("assigned", trainer, play.tasks.get(title="Two"))


def test_a_calendar_that_never_works_does_not_hold_up_a_play(acme: Customer, bob: User) -> None:
    calendar = Calendar.objects.create(key="never", weekdays="1")
    mondays = [date(2025, 9, 1) + timedelta(weeks=n) for n in range(-60, 120)]
    Holiday.objects.bulk_create(Holiday(calendar=calendar, date=day) for day in mondays)
    bob.team = Team.objects.create(name="Never", calendar=calendar)
    bob.save()
    assert start(acme, bob, step("One")).tasks.get().due_at == datetime(2025, 9, 3, 13, tzinfo=UTC)
