"""How somebody goes about a task in the demo: in time, late, with a pause, or not at all. Pure; dice come in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final, Literal

Manner = Literal["prompt", "late", "waits", "snoozes", "leaves"]

MANNERS: Final[dict[Manner, float]] = {"prompt": 0.56, "late": 0.12, "waits": 0.12, "snoozes": 0.1, "leaves": 0.1}


@dataclass(frozen=True, slots=True)
class Span:
    """The days of a task: when it came, when it is due, and the last day of its promise."""

    made: date
    due: date
    promised: date


@dataclass(frozen=True, slots=True)
class Agenda:
    """On which day a task is begun, paused until another day, and finished; on a free day the next one counts."""

    manner: Manner
    starts: date
    until: date  # the last day of the pause, while it waits or is put off; date.min without one
    ends: date  # date.max: never


def agenda_of(span: Span, dice: Random, *, carefully: bool = False) -> Agenda:
    """Draw how a task goes. Who is careful is prompt with everything."""
    manner: Manner = dice.choices(list(MANNERS), weights=list(MANNERS.values()))[0]
    manner = "prompt" if carefully else manner
    days, early, late = max((span.due - span.made).days, 0), dice.random(), dice.randint(1, 5)
    begins = span.made + timedelta(days=int(0.5 * early * days))
    if manner == "leaves":
        return Agenda(manner, date.max, date.min, date.max)
    if manner == "late":
        ends = max(span.due, span.promised) + timedelta(days=late)
        return Agenda(manner, ends - timedelta(days=1), date.min, ends)
    if manner == "prompt":
        ends = span.made + timedelta(days=int((0.5 + 0.4 * early) * days))
        return Agenda(manner, begins, date.min, ends)
    until = (begins if manner == "waits" else span.due) + timedelta(days=2 + late)
    return Agenda(manner, begins, until, until + timedelta(days=1))
