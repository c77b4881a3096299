"""The steps of a play as tasks: who does what until when, and what comes next when one is finished."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from functools import lru_cache
from json import loads

from django.db import transaction

from accounts.business_days import WorkingDays, date_of, site_zone
from accounts.calendars import load_working_hours
from accounts.models import User
from accounts.working_hours import NeverWorks, WorkingHours
from playbooks import timing
from playbooks.closing import Closing, close_plays
from playbooks.definitions import Playbook, Step
from playbooks.models import Mail, Play, Task, TaskEvent
from playbooks.parsing import parse_playbook
from playbooks.roles import Staff

PRIORITIES = {1: Task.Priority.URGENT, 2: Task.Priority.HIGH}  # by severity; our choice


@dataclass(frozen=True)
class Desk:
    """Who could do the steps for some customers, and when they work."""

    staff: Staff
    hours: dict[int, WorkingHours]

    @classmethod
    def of(cls, customers: Iterable[int], on: date) -> Desk:
        """Load it; the number of queries is fixed."""
        staff = Staff.of(customers, on)
        return cls(staff, load_working_hours(staff.users.values()))


def plan_of(play: Play) -> Playbook:
    """The playbook as it was when the play started, whatever fields its rules could read by now."""
    return _parsed(play.text)


@lru_cache(maxsize=256)
def _parsed(text: str) -> Playbook:
    return parse_playbook(loads(text), lambda _: True)


def has_task(play: Play, plan: Playbook, place: int) -> bool:
    """Whether somebody has to do the step: not what is automatic, nor what was left out when the play started."""
    return not plan.steps[place].automatic and place not in play.facts.get("left_out", ())


def waits_for(play: Play, plan: Playbook, place: int) -> int | None:
    """The step whose completion starts this one; one that nobody does hands on to the one before it."""
    after = plan.steps[place].due.after
    while after is not None and not has_task(play, plan, after):
        after = plan.steps[after].due.after
    return after


def places_after(play: Play, plan: Playbook, finished: int | None) -> Iterator[int]:
    """The steps that begin when a step is finished; None: with the play."""
    for place in range(len(plan.steps)):
        if has_task(play, plan, place) and waits_for(play, plan, place) == finished:
            yield place


def make_task(play: Play, turn: tuple[int, int], at: datetime, desk: Desk) -> Task | None:
    """The task of a step, (place, turn), made at a moment and not saved; None where there is nobody to do it."""
    plan = plan_of(play)
    step = plan.steps[turn[0]]
    assignee = desk.staff.who(play.customer_id, step.role)
    if assignee is None:
        return None
    task = Task(
        customer_id=play.customer_id,
        title=step.title,
        details=step.details,
        assignee=assignee,
        partner=_partner(play, step, assignee, desk),
        priority=PRIORITIES.get(plan.severity, Task.Priority.NORMAL),
        created_at=at,
        created_by_id=None,
        sla=asdict(step.sla) if step.sla else None,
        escalate_to=list(step.escalate_to),
        hours=step.hours,
        play=play,
        step=turn[0],
        turn=turn[1],
    )
    try:
        _promise(task, step, desk.hours[assignee.pk])
    except NeverWorks:  # a wrong calendar must not hold up a whole night
        _promise(task, step, WorkingHours(site_zone(), WorkingDays(), time(9), time(17)))
    return task


def _partner(play: Play, step: Step, assignee: User, desk: Desk) -> User | None:
    partner = desk.staff.who(play.customer_id, step.with_role) if step.with_role else None
    return None if partner == assignee else partner


def _promise(task: Task, step: Step, hours: WorkingHours) -> None:
    facts = task.play.facts if task.play else {}
    dates = {name: date.fromisoformat(facts[f"{name}_on"]) for name in ("renewal", "notice") if f"{name}_on" in facts}
    if task.turn and step.repeat:
        task.due_at = timing.after(step.repeat.every, task.created_at, hours)
    else:
        task.due_at = timing.due_at(step.due, task.created_at, hours, dates)
    task.sla_at = timing.sla_at(step.sla, task.created_at, hours, dates) if step.sla else None


def save_tasks(tasks: list[Task], by: User | None) -> None:
    """Write new tasks, each with the event that says so, in two statements."""
    for task in tasks:
        task.created_by = by
    kind = TaskEvent.Kind.CREATED
    Task.objects.bulk_create(tasks)
    TaskEvent.objects.bulk_create(
        TaskEvent(task=task, at=task.created_at, actor=by, kind=kind, after=task.assignee.name[:255]) for task in tasks
    )


def tell(tasks: Iterable[Task], by: User | None) -> None:
    """Write a mail to everybody who has got a task through what somebody else did."""
    Mail.objects.bulk_create(
        Mail(
            dedupe_key=f"made:{task.pk}",
            kind=Mail.Kind.ASSIGNED,
            recipient=task.assignee,
            task=task,
            created_at=task.created_at,
            next_try_at=task.created_at,
        )
        for task in tasks
        if task.assignee != by
    )


def follow_up(task: Task, now: datetime) -> list[Task]:
    """Create what follows a finished task of an open play: steps that waited for it, and its own next turn.

    Twice has the effect of once. Where nothing is left to do and no exit condition is waited for, the play is done.
    """
    with transaction.atomic():
        # The lock keeps two people who finish the last two tasks at once from both leaving the play open.
        play = Play.objects.select_for_update(of=("self",)).filter(tasks=task, closed_at=None).first()
        if play is None or task.step is None or not task.is_finished:
            return []
        made = _create(play, _turns_after(play, task.step, task.turn), now, task.finished_by)
        if not made and _is_done(play):
            close_plays([play.pk], Closing(Play.Outcome.DONE, now, date_of(now), task.finished_by))
        return made


def _turns_after(play: Play, place: int, turn: int) -> list[tuple[int, int]]:
    plan = plan_of(play)
    turns = [(after, 0) for after in places_after(play, plan, place)]
    repeat = plan.steps[place].repeat
    if repeat and (repeat.times is None or turn + 1 < repeat.times):
        turns.append((place, turn + 1))
    return turns


def _create(play: Play, turns: list[tuple[int, int]], now: datetime, by: User | None) -> list[Task]:
    there = set(play.tasks.values_list("step", "turn"))
    missing = [turn for turn in turns if turn not in there]
    if not missing:
        return []
    desk = Desk.of([play.customer_id], date_of(now))
    made = [task for turn in missing if (task := make_task(play, turn, now, desk))]
    save_tasks(made, None)
    tell(made, by)
    return made


def _is_done(play: Play) -> bool:
    plan = plan_of(play)
    if plan.exit:
        return False
    finished = set(play.tasks.exclude(status__in=Task.UNFINISHED).values_list("step", flat=True))
    steps = [place for place, step in enumerate(plan.steps) if has_task(play, plan, place) and not step.repeat]
    return bool(steps) and finished.issuperset(steps)
