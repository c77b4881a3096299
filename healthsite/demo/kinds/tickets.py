"""Support cases of a demo customer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from math import log
from typing import Any, Final, NamedTuple

from accounts.business_days import date_of
from accounts.models import Ticket
from healthsite.demo.kinds.contacts import present
from healthsite.demo.lives import WEEKEND, Life
from healthsite.demo.rows import Row, Step
from healthsite.demo.world import moment

TOPICS: Final = ("login", "reports", "imports", "performance", "billing", "integration", "permissions")
_TYPES: Final = ("incident", "question", "question", "problem", "request", "feature_request")
_CHANNELS: Final = ("portal", "email", "email", "phone", "chat")
_WORKING_DAYS = 21  # of a month
_ANSWERED: Final = 0.7  # share of the closed tickets that are rated


class Dice(NamedTuple):
    """Uniform numbers for one day."""

    opens: float
    severity: float
    hour: float
    length: float
    topic: float
    type: float
    contact: float
    rating: float
    rated: float


def tickets(life: Life) -> Iterator[Row]:
    """At most one ticket a working day, more of them and worse ones where the story has trouble."""
    dice = [Dice(*row) for row in life.dice("tickets", len(Dice._fields)).tolist()]
    rate, mood = life.level("tickets").tolist(), life.level("mood").tolist()
    for place, day in enumerate(life.days):
        if day.weekday() < WEEKEND and dice[place].opens < rate[place] / _WORKING_DAYS:
            yield _ticket(life, day, dice[place], mood[place])


def _ticket(life: Life, day: date, dice: Dice, mood: float) -> Row:
    opened_at, severity = moment(day, 8 + 9 * dice.hour), _severity(life.story.severe, dice.severity)
    topic, people = _pick(TOPICS, dice.topic), present(life, day)
    hours = -log(1 - dice.length) * (14 if mood > 0 else 60) + 1
    values: dict[str, Any] = {
        "external_id": f"{life.external_id}-T{day:%Y%m%d}",
        "opened_at": opened_at,
        "status": "open",
        "type": _pick(_TYPES, dice.type),
        "channel": _pick(_CHANNELS, dice.hour),
        "severity": severity,
        "subject": f"{topic.capitalize()}: {_pick(('does not work as expected', 'how do we', 'is slow'), dice.type)}",
        "topic": topic,
        "contact": people[int(dice.contact * len(people))],
        "sentiment": round(min(1, max(-1, 0.75 * mood - 0.05 + 0.5 * (dice.rating - 0.5))), 2),
        "escalated": severity in ("high", "critical") and mood < 0,
        "first_response_minutes": round(10 + 120 * dice.length * (1 if mood > 0 else 3)),
        "reopened": int(mood < 0 and dice.rated < 0.2),
    }
    return life.row(Ticket, day, *_ending(opened_at, hours, dice, mood), **values)


def _ending(opened_at: datetime, hours: float, dice: Dice, mood: float) -> Iterator[Step]:
    """Resolved after some hours, closed and perhaps rated a day later."""
    resolved_at = opened_at + timedelta(minutes=round(hours * 60))
    closed_at = resolved_at + timedelta(days=1)
    late = {"sla_breached": hours > 72}
    yield Step(date_of(resolved_at), {"resolved_at": resolved_at, "status": "resolved", **late})
    rated = {"csat": float(min(5, max(1, round(3.7 + 1.3 * mood + 1.4 * (dice.rating - 0.5)))))}
    closed = {"closed_at": closed_at, "status": "closed"}
    yield Step(date_of(closed_at), closed | (rated if dice.rated < _ANSWERED else {}))


def _severity(severe: float, dice: float) -> str:
    if dice < severe / 4:
        return "critical"
    if dice < severe:
        return "high"
    return "low" if dice > 0.85 else "normal"


def _pick(choices: tuple[str, ...], dice: float) -> str:
    return choices[int(dice * len(choices))]
