"""What the demo's managers do beside their own tasks: hand out tasks, start a plan, close those that are over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from accounts.business_days import date_of
from accounts.models import Customer, User
from healthsite.demo.phrases import BY_HAND, DONE_NOTES, DROPPED_NOTES
from playbooks.closing import close_play
from playbooks.models import Play, Playbook
from playbooks.refusing import Refused
from playbooks.starting import start_play
from playbooks.tasking import create_task, due_on

if TYPE_CHECKING:
    from healthsite.demo.working import Team

_TUESDAY, _WEDNESDAY, _FRIDAY = 1, 2, 4
_OVER_AFTER: Final = timedelta(days=30)
_CLOSED_BY_HAND: Final = 0.12  # share of the plans
_STARTED_BY_HAND: Final = "PB-4"  # in every fourth week by each manager


def lead(team: Team, day: date) -> None:
    """Do it, each kind on its day of the week."""
    for manager in User.objects.filter(role="manager", pk__in=team.hours).order_by("email"):
        at = team.at_work(manager, day, 2)
        if at and day.weekday() == _TUESDAY:
            _hand_out(team, manager, at)
        elif at and day.weekday() == _WEDNESDAY and day.toordinal() // 7 % 4 == 0:
            _start_plan(team, manager, at)
        elif at and day.weekday() == _FRIDAY:
            _close_plans(team, manager, at)


def _hand_out(team: Team, manager: User, at: datetime) -> None:
    dice, customer = team.dice("hand out", manager.email, at.date()), _choice(team, manager, at)
    if customer is None:
        return
    assignee = User.objects.get(pk=team.owners[customer.pk])
    due_at = due_on(at.date() + timedelta(days=dice.randint(3, 12)), assignee)
    create_task(
        customer=customer, by=manager, assignee=assignee, title=dice.choice(BY_HAND), due_at=due_at, hours=2.0, now=at
    )


def _start_plan(team: Team, manager: User, at: datetime) -> None:
    playbook, customer = Playbook.objects.filter(key=_STARTED_BY_HAND).first(), _choice(team, manager, at)
    if playbook and customer:
        try:
            start_play(customer=customer, playbook=playbook, by=manager, at=at)
        except Refused:
            return  # the customer has that plan already


def _choice(team: Team, manager: User, at: datetime) -> Customer | None:
    """One of the customers of the manager's teams that have a CSM."""
    theirs = Customer.objects.visible_to(manager).active_on(date_of(at)).order_by("external_id")
    owned = [customer for customer in theirs if customer.pk in team.owners]
    return team.dice("customer", manager.email, at.date()).choice(owned) if owned else None


def _close_plans(team: Team, manager: User, at: datetime) -> None:
    old = Play.objects.open().visible_to(manager).filter(started_at__lte=at - _OVER_AFTER)
    for play, is_done in _over(team, old.select_related("customer", "playbook").order_by("pk")):
        note = DONE_NOTES[play.opened_on.day % 2] if is_done else DROPPED_NOTES[0]
        close_play(play=play, outcome="done" if is_done else "dropped", by=manager, at=at, note=note)


def _over(team: Team, plays: Iterable[Play]) -> Iterator[tuple[Play, bool]]:
    """Those that are closed, and whether because all is done."""
    for play in plays:
        dice = team.dice("close", play.customer.external_id, play.playbook.key, play.opened_on)
        if dice.random() < _CLOSED_BY_HAND:
            yield play, dice.random() < 0.6
