"""Starting plays: many at once in a night, or one by hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from django.db import IntegrityError, transaction

from accounts.business_days import date_of
from accounts.models import Customer, User
from playbooks import definitions
from playbooks.closing import Closing, close_plays
from playbooks.facts import Night, fields_of_play
from playbooks.models import Play, Playbook, Task
from playbooks.parsing import InvalidPlaybook, parse_playbook
from playbooks.refusing import Refused
from playbooks.stepping import Desk, has_task, make_task, places_after, plan_of, save_tasks, tell
from scoring.fields import is_field, load_fields
from scoring.models import Purpose, Run


@dataclass(frozen=True, slots=True)
class Start:
    """A play that is about to start and the tasks of its first steps; nothing is saved yet."""

    play: Play
    tasks: list[Task]


def prepare(play: Play, desk: Desk) -> Start | None:
    """The play with its first tasks; None where there is nobody at all to do one of its steps."""
    plan = plan_of(play)
    tasks = [make_task(play, (place, 0), play.started_at, desk) for place in places_after(play, plan, None)]
    called_for = [step for place, step in enumerate(plan.steps) if has_task(play, plan, place)]
    everybody = all(desk.staff.who(play.customer_id, step.role) for step in called_for)
    return Start(play, [task for task in tasks if task]) if everybody else None


def save_starts(starts: Iterable[Start], by: User | None) -> list[Task]:
    """Write plays with their tasks, in a fixed number of statements."""
    starts = list(starts)
    Play.objects.bulk_create([start.play for start in starts])
    tasks = [task for start in starts for task in start.tasks]
    for task in tasks:
        task.play = task.play  # takes over the key that the play has got
    save_tasks(tasks, by)
    return tasks


def superseded(plan: definitions.Playbook, plays: Iterable[Play]) -> list[Play]:
    """Those of a customer's open plays that make room when the playbook starts: of its group, and less severe."""
    return [play for play in plays if plan.group and _less_severe(plan_of(play), plan)]


def _less_severe(other: definitions.Playbook, plan: definitions.Playbook) -> bool:
    return other.group == plan.group and other.severity > plan.severity


def start_play(*, customer: Customer, playbook: Playbook, by: User, at: datetime) -> Play:
    """Start a playbook for a customer by hand; less severe plays of its group close as superseded.

    Raises Refused where one is open, the playbook cannot start, they are no customer, or nobody could do the steps.
    """
    plan = _startable(customer, playbook, date_of(at))
    play = Play(customer=customer, playbook=playbook, definition=playbook.definition, started_by=by)
    play.started_at, play.opened_on, play.facts = at, date_of(at), _facts_today(plan, customer, date_of(at))
    start = prepare(play, Desk.of([customer.pk], play.opened_on))
    if start is None:
        raise Refused({"playbook": f"{plan.title} needs people and there are none: add an active manager or admin."})
    try:
        with transaction.atomic():
            save_starts([start], by)
            less = superseded(plan, customer.plays.open().exclude(pk=play.pk))
            close_plays([other.pk for other in less], Closing(Play.Outcome.SUPERSEDED, at, play.opened_on))
            tell(start.tasks, by)
    except IntegrityError as error:  # the constraint says it, whoever came first
        raise _open_already(plan) from error
    return play


def _startable(customer: Customer, playbook: Playbook, on: date) -> definitions.Playbook:
    if not playbook.is_active:
        raise Refused({"playbook": f"{playbook.title} is switched off; an admin can switch it on."})
    if not Customer.objects.active_on(on).filter(pk=customer.pk).exists():
        raise Refused({"customer": f"{customer.name} is no customer on {on}; plans are for customers."})
    try:
        plan = parse_playbook(playbook.definition, is_field)
    except InvalidPlaybook as error:
        raise Refused({"playbook": f"{playbook.title} cannot start: {error}."}) from error
    if Play.objects.open().filter(customer=customer, playbook=playbook).exists():
        raise _open_already(plan)
    return plan


def _open_already(plan: definitions.Playbook) -> Refused:
    return Refused({"playbook": f"{plan.title} is open for this customer already; close it first, or go on with it."})


def _facts_today(plan: definitions.Playbook, customer: Customer, on: date) -> dict[str, Any]:
    """The numbers of the newest night before; without one only what needs none."""
    nights = Run.objects.filter(purpose=Purpose.NIGHTLY, finished_at__isnull=False, as_of__lte=on)
    run = nights.filter(records__customer=customer).order_by("-as_of").first()
    if run is None:
        return Night({name: np.full(1, np.nan) for name in fields_of_play(plan)}, on).play(plan, 0)
    ids = np.array([customer.pk], dtype=np.int64)
    return Night(load_fields(run, ids, fields_of_play(plan)), run.as_of).play(plan, 0)
