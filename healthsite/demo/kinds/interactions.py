"""Messages, meetings and other contacts with a demo customer, each kind at its own rhythm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from accounts.business_days import date_of
from accounts.models import Contact, Interaction
from healthsite.demo.kinds.assignments import csm_on
from healthsite.demo.kinds.contacts import present
from healthsite.demo.lives import Life
from healthsite.demo.rows import Row, Step
from healthsite.demo.world import moment


@dataclass(frozen=True, slots=True)
class Habit:
    """What happens every so many weeks, or would happen if the customer cared.

    An `invited` habit takes place on our side whatever the customer does: the level says whether they come.
    """

    name: str
    kind: str
    weeks: int
    subject: str
    share: float = 1.0  # of the occasions on which it happens, when every message is answered
    ours: float = 1.0  # share begun by us
    people: int = 1
    minutes: int | None = None
    invited: bool = False
    campaign: str = ""
    with_sponsor: float = 0.0  # share that the sponsor attends


HABITS: Final = (
    Habit("mail", "email_out", 1, "Checking in", invited=True),
    Habit("news", "email_out", 8, "What is new", invited=True, campaign="Product news"),
    Habit("asks", "email_in", 2, "A question about our set-up", share=0.8, ours=0.0),
    Habit("meets", "meeting", 4, "Monthly meeting", ours=0.6, people=4, minutes=45, with_sponsor=0.4),
    Habit("calls", "call", 6, "Call", ours=0.5, minutes=20),
    Habit("reviews", "qbr", 13, "Quarterly review", people=5, minutes=90, invited=True, with_sponsor=0.9),
    Habit("trains", "training", 13, "Training", people=3, minutes=60, invited=True),
    Habit("joins", "community", 4, "User group", share=0.9, ours=0.0),
    Habit("notes", "note", 8, "Account note"),
)


class Dice(NamedTuple):
    """Uniform numbers for one day."""

    happens: float
    comes: float
    hour: float
    delay: float
    who: float
    sponsor: float
    mood: float
    talk: float


def interactions(life: Life) -> Iterator[Row]:
    """Each habit on its day of the week, in the weeks that are its turn."""
    reply, mood = life.level("reply").tolist(), life.level("mood").tolist()
    for turn, habit in enumerate(HABITS):
        dice = [Dice(*row) for row in life.dice(habit.name, len(Dice._fields)).tolist()]
        for place, day in enumerate(life.days):
            if not life.has_turn(day, weeks=habit.weeks, turn=turn):
                continue
            if habit.invited or dice[place].happens < habit.share * reply[place]:
                yield _interaction(life, habit, day, dice[place], (reply[place], mood[place]))


def _interaction(life: Life, habit: Habit, day: date, dice: Dice, levels: tuple[float, float]) -> Row:
    reply, mood = levels
    comes = not habit.invited or dice.comes < reply
    people = _attendees(habit, present(life, day), dice) if comes or habit.minutes is None else []
    values: dict[str, Any] = {
        "external_id": f"{life.external_id}-{habit.name}-{day:%Y%m%d}",
        "kind": habit.kind,
        "at": moment(day, 8 + 8 * dice.hour),
        "duration_minutes": habit.minutes,
        "subject": habit.subject,
        "initiated_by": "us" if dice.talk < habit.ours else "customer",
        "campaign": habit.campaign,
        "contact": people[0] if people else None,
        "author": csm_on(life, day),
    }
    if habit.kind == "email_out":
        return life.row(Interaction, day, *_answers(values, dice, comes=comes), **values)
    values |= _talk(habit, people, dice, mood) if comes else {}
    values |= {"attended": comes} if habit.invited else {}
    row = life.row(Interaction, day, **values)
    row.attendees = tuple(people) if habit.minutes else ()
    return row


def _attendees(habit: Habit, there: list[Contact], dice: Dice) -> list[Contact]:
    """Some of the contacts; the sponsor, who is the first of them, only now and then."""
    others = there[1:] or there
    start = int(dice.who * len(others))
    chosen = (others[start:] + others[:start])[: habit.people]
    return [there[0], *chosen] if dice.sponsor < habit.with_sponsor else chosen


def _answers(values: dict[str, Any], dice: Dice, *, comes: bool) -> Iterator[Step]:
    """An e-mail is opened by most and answered, except mass mail, by those who care, within four days."""
    hours = 2 + 90 * dice.delay**2
    opened_at = values["at"] + timedelta(minutes=round(hours * 20))
    if comes or dice.mood < 0.3:
        yield Step(date_of(opened_at), {"opened_at": opened_at})
    if comes and not values["campaign"]:
        replied_at = values["at"] + timedelta(minutes=round(hours * 60))
        yield Step(date_of(replied_at), {"replied_at": replied_at})


def _talk(habit: Habit, people: list[Contact], dice: Dice, mood: float) -> dict[str, Any]:
    """How it went, for what is more than a note."""
    if habit.kind in ("note", "community"):
        return {}
    return {
        "sentiment": round(min(1, max(-1, 0.85 * mood + 0.5 * (dice.mood - 0.5))), 2),
        "executive_present": any("executive_sponsor" in person.roles for person in people),
        "competitor_mentioned": mood < 0.1 and dice.talk > 0.8,
        "budget_concern": mood < 0.3 and dice.who > 0.85,
    }
