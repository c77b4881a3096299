"""What a timeline is made of: its lines, and what is looked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal

from django.db import models
from django.db.models import Case, F, Q, When

from accounts.business_days import date_of, end_of

OPEN_END: Final = datetime(3000, 1, 1, tzinfo=UTC)
Tone = Literal["", "good", "bad"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: when, what sort of thing (`group` is what one filters by), its kind in a word, and what it says."""

    at: datetime
    group: str
    what: str
    title: str
    key: tuple[str, int]  # tells lines of the same moment apart, and orders them
    who: str = ""
    details: tuple[str, ...] = ()
    tone: Tone = ""
    address: str = ""
    undo_by: int | None = None  # key of the person who can still take it back

    @property
    def has_time(self) -> bool:
        """Whether it happened at a known time, and not just on a day."""
        return self.at != last_moment(date_of(self.at))

    def says(self, text: str) -> bool:
        """Whether a text stands anywhere in the line, whatever its case."""
        shown = " ".join([self.what, self.title, self.who, *self.details])
        return text.casefold() in shown.casefold()


@dataclass(frozen=True, slots=True)
class Look:
    """What is looked for: the newest `most` lines of a customer up to a moment (with it) that say a text."""

    customer: int
    until: datetime = OPEN_END
    most: int = 50
    text: str = ""
    known: datetime = OPEN_END  # nothing later is told of anything: the end of the day looked at
    groups: frozenset[str] = frozenset()  # empty = all

    def wants(self, group: str) -> bool:
        """Whether lines of a group are wanted."""
        return not self.groups or group in self.groups

    def newest(self, entries: Iterable[Entry]) -> list[Entry]:
        """The lines that fit, newest first."""
        fitting = [entry for entry in entries if entry.at <= self.until and self.wants(entry.group)]
        found = [entry for entry in fitting if not self.text or entry.says(self.text)]
        return sorted(found, key=lambda entry: (entry.at, entry.key), reverse=True)[: self.most]


def last_moment(day: date) -> datetime:
    """Where something that has only a date stands among the moments of that day: last."""
    return end_of(day) - timedelta(seconds=1)


def containing(text: str, *columns: str) -> Q:
    """The condition that one of some columns holds a text; no text, no condition."""
    condition = Q()
    for column in columns if text else ():
        condition |= Q(**{f"{column}__icontains": text})
    return condition


def labelled(choices: type[models.Choices], text: str) -> list[str]:
    """The values whose label holds a text."""
    return [value for value, label in choices.choices if text.casefold() in str(label).casefold()]


def lately(look: Look, begins: str, ends: str) -> Case:
    """Of rows that begin and later end: when each last did one of the two. The newest rows hold the newest lines."""
    return Case(When(Q(**{f"{ends}__lte": look.until}), then=F(ends)), default=F(begins))
