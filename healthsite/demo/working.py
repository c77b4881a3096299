"""The demo's people at work: what they do on a day with the tasks that are theirs, always the same."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import count
from random import Random
from typing import Final

from django.db import transaction

from accounts.business_days import date_of, end_of, start_of
from accounts.calendars import load_working_hours
from accounts.models import Assignment, User
from accounts.noting import log_interaction
from healthsite.demo.agendas import Agenda, Span, agenda_of
from healthsite.demo.judging import judge
from healthsite.demo.leading import lead
from healthsite.demo.people import EMAILS
from healthsite.demo.phrases import COMMENTS, NOTES, RESULTS, SNOOZES, UNREACHED, WAITS
from healthsite.demo.stories import is_of
from healthsite.demo.world import World
from playbooks.escalating import escalate_overdue
from playbooks.models import Task, TaskEvent
from playbooks.tasking import comment, complete, resume, snooze, start, wait

_EVENING: Final = timedelta(hours=18)
_COMMENTED, _LOGGED, _UNREACHED = 0.25, 0.4, 0.15  # shares of tasks


class Team:
    """Everybody who does tasks. What a person does follows from the seed and the task, not from the hour or a key."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.hours = load_working_hours(User.objects.filter(email__in=EMAILS))
        owners = Assignment.objects.filter(role="csm", until_on=None)
        self.owners: dict[int, int] = dict(owners.values_list("customer_id", "user_id"))
        self._agendas: dict[int, Agenda] = {}

    @transaction.atomic
    def work(self, day: date) -> None:
        """Do what is to be done on a day, once."""
        if TaskEvent.objects.filter(actor__isnull=False, at__gte=start_of(day), at__lt=end_of(day)).exists():
            return
        if self._is_working_day(day):
            self._go_on_with_all(day)
            lead(self, day)
            judge(self, day)
        escalate_overdue(start_of(day) + _EVENING)

    def _is_working_day(self, day: date) -> bool:
        """Whether anybody works at all."""
        return any(hours.is_open(datetime.combine(day, hours.opens, hours.zone)) for hours in self.hours.values())

    def _go_on_with_all(self, day: date) -> None:
        there = Task.objects.unfinished().filter(created_at__lt=end_of(day), assignee__in=self.hours).order_by("pk")
        for task in there.select_related("customer", "assignee"):
            self._go_on(task, day)

    def dice(self, *about: object) -> Random:
        """Dice for one thing, the same each time."""
        return Random("|".join(map(str, (self.world.seed, *about))))

    def at_work(self, user: User, day: date, hours: float) -> datetime | None:
        """The moment so many hours after a person begins to work; None on a free day."""
        calendar = self.hours[user.pk]
        at = datetime.combine(day, calendar.opens, calendar.zone) + timedelta(hours=hours)
        return at if calendar.is_open(at) else None

    def next_at_work(self, user: User, day: date, hours: float) -> datetime:
        """The moment so many hours into the first day on which a person works, the day itself or a later one."""
        days = (day + timedelta(days=n) for n in count())
        return next(at for at in (self.at_work(user, one, hours) for one in days) if at)

    def _go_on(self, task: Task, day: date) -> None:
        at, agenda = self.at_work(task.assignee, day, 0.25), self._agenda(task)
        if at is None or at < task.created_at or (task.snoozed_until and at < task.snoozed_until):
            return
        by, dice = task.assignee, self._dice_of(task)
        pauses = day <= agenda.until
        if task.status == Task.Status.WAITING and not pauses:
            resume(task=task, by=by, now=at)
        elif task.status == Task.Status.OPEN and agenda.starts <= day:
            if pauses and agenda.manner == "snoozes":
                _put_off(task, agenda, at, dice)
                return
            start(task=task, by=by, now=at)
            if dice.random() < _COMMENTED:
                comment(task=task, by=by, text=dice.choice(COMMENTS), now=at + timedelta(minutes=20))
        if task.status == Task.Status.STARTED and pauses:
            wait(task=task, by=by, reason=dice.choice(WAITS), now=at + timedelta(minutes=30))
        elif task.status == Task.Status.STARTED and agenda.ends <= day:
            self._finish(task, at + timedelta(hours=1), dice)

    def _finish(self, task: Task, at: datetime, dice: Random) -> None:
        fails = dice.random() < _UNREACHED
        outcome, text = ("not_reached", dice.choice(UNREACHED)) if fails else ("done", dice.choice(RESULTS))
        talks = {"call", "speak", "outreach", "dive", "confirm"} & set(task.title.lower().split())
        complete(task=task, by=task.assignee, outcome="reached" if talks and not fails else outcome, text=text, now=at)
        if talks and not fails and dice.random() < _LOGGED and self.owners.get(task.customer_id) == task.assignee_id:
            log_interaction(
                customer=task.customer,
                by=task.assignee,
                kind="note",  # changes no score: nights are scored ahead of the work of their days
                at=at,
                subject=task.title,
                notes=dice.choice(NOTES),
                key=f"{task.customer.external_id}-{at:%Y%m%d%H%M}-{task.step}",
                now=at,
            )

    def _agenda(self, task: Task) -> Agenda:
        if task.pk not in self._agendas:
            promised = date_of(task.sla_at or task.due_at)
            span = Span(date_of(task.created_at), date_of(task.due_at), promised)
            careful = is_of("recovered", task.customer.external_id)
            self._agendas[task.pk] = agenda_of(span, self._dice_of(task), carefully=careful)
        return self._agendas[task.pk]

    def _dice_of(self, task: Task) -> Random:
        return self.dice(task.customer.external_id, task.title, task.created_at, task.turn)


def _put_off(task: Task, agenda: Agenda, at: datetime, dice: Random) -> None:
    until = at + (agenda.until - at.date())
    if until > at:
        snooze(task=task, by=task.assignee, until=until, reason=dice.choice(SNOOZES), now=at)
