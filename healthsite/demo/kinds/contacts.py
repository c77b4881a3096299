"""The people at a demo customer, and when they were last seen in the product."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from accounts.models import Contact
from healthsite.demo.lives import Life
from healthsite.demo.names import domain, mailbox, person
from healthsite.demo.rows import Row, Step
from healthsite.demo.world import moment


class Seat(NamedTuple):
    """A place at the customer's table."""

    roles: tuple[str, ...]
    title: str
    department: str
    logs_in: float  # share of fortnights with a login when everybody uses the product


SEATS: Final = (
    Seat(("executive_sponsor", "decision_maker"), "Chief Operating Officer", "Management", 0.6),
    Seat(("champion",), "Head of Operations", "Operations", 1.2),
    Seat(("technical_admin",), "Systems Manager", "IT", 1.2),
    Seat(("user",), "Team Lead", "Operations", 1.1),
    Seat(("budget_holder",), "Finance Director", "Finance", 0.4),
    Seat(("champion", "user"), "Process Owner", "Quality", 1.1),
    Seat(("user",), "Analyst", "Planning", 1.0),
    Seat(("procurement",), "Buyer", "Procurement", 0.1),
)
_FEWEST, _FEWEST_PLUS = 4, 5
_FORTNIGHT: Final = 14


def contacts(life: Life) -> Iterator[Row]:
    """Four to eight contacts; who is about to lose a champion has only one."""
    count = _FEWEST if life.story.champion_leaves else _FEWEST + life.number % _FEWEST_PLUS
    dice = life.dice("contacts", 2 * len(SEATS))
    for place, seat in enumerate(SEATS[:count]):
        leaves = life.event(life.story.champion_leaves) if "champion" in seat.roles else None
        steps = list(_logins(life, seat, dice[:, 2 * place : 2 * place + 2].tolist()))
        if leaves:
            steps = [*(step for step in steps if step.on < leaves), Step(leaves, {"left_on": leaves})]
        yield _contact(life, place, steps)


def present(life: Life, day: date) -> list[Contact]:
    """The contacts who are there on a day."""
    return [row.record for row in life.rows["contacts"] if not (row.steps and _left_by(row.steps[-1], day))]


def _left_by(last: Step, day: date) -> bool:
    return "left_on" in last.values and last.on <= day


def _contact(life: Life, place: int, steps: list[Step]) -> Row:
    name, seat = person(life.number * len(SEATS) + place + life.world.seed), SEATS[place]
    values: dict[str, Any] = {
        "name": name,
        "title": seat.title,
        "department": seat.department,
        "roles": list(seat.roles),
    }
    email = mailbox(name, domain(life.customer.name, life.number))
    since, start = life.traits.since, life.days[0]
    values |= {"external_id": f"{life.external_id}-C{place}", "email": email, "since": since, "observed_on": start}
    return life.row(Contact, start, *steps, **values)


def _logins(life: Life, seat: Seat, dice: list[list[float]]) -> Iterator[Step]:
    """A later last login at each fortnight's delivery, for those who came."""
    use = life.level("use")
    for place, day in enumerate(life.days):
        if day.toordinal() % _FORTNIGHT == 1 and dice[place][0] < seat.logs_in * use[place]:
            seen = day - timedelta(days=1 + int(dice[place][1] * 8))
            yield Step(day, {"last_login_at": moment(seen, 9 + 8 * dice[place][1])})
