"""Answers of a demo customer's contacts: NPS twice a year each, satisfaction now and then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final, NamedTuple

from accounts.models import Contact, Survey
from healthsite.demo.kinds.contacts import SEATS, present
from healthsite.demo.lives import Life
from healthsite.demo.rows import Row
from healthsite.demo.world import moment


class Question(NamedTuple):
    """A survey that goes to one contact after the other; its score is `middle` at neutral mood."""

    kind: str
    topic: str
    weeks: int  # between two questions to the same contact
    lowest: int
    highest: int
    middle: float
    swing: float  # added at full delight


QUESTIONS: Final = (
    Question("nps", "relationship", 26, 0, 10, 6.8, 3.6),
    Question("csat", "support", 12, 1, 5, 3.6, 1.6),
)


def surveys(life: Life) -> Iterator[Row]:
    """Whoever answers messages answers surveys."""
    for question in QUESTIONS:
        dice = life.dice(question.kind, 2 * len(SEATS)).tolist()
        reply = life.level("reply").tolist()
        for place, day in enumerate(life.days):
            if day.weekday() != life.traits.weekday:
                continue
            for turn, contact in enumerate(present(life, day)):
                asked = (day.toordinal() // 7 + life.number + 5 * turn) % question.weeks == 0
                if asked and dice[place][2 * turn] < reply[place]:
                    yield _answer(life, question, day, contact, dice[place][2 * turn + 1])


def _answer(life: Life, question: Question, day: date, contact: Contact, dice: float) -> Row:
    meant = question.middle + question.swing * life.level_on("mood", day) + 3 * (dice - 0.5)
    return life.row(
        Survey,
        day,
        external_id=f"{contact.external_id}-{question.kind}-{day:%Y%m%d}",
        kind=question.kind,
        topic=question.topic,
        score=float(min(question.highest, max(question.lowest, round(meant)))),
        at=moment(day, 9 + 7 * dice),
        sent_at=moment(day - timedelta(days=3), 9),
        contact=contact,
    )
