"""One demo customer: fixed traits, its story's levels on each day, and dice that a longer history does not change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Final
from zlib import crc32

import numpy as np
from django.db.models import Model
from numpy.typing import NDArray

from accounts.models import Customer, FeatureUsage, Product, Source, Usage
from accounts.models.records import Fact, Reading
from healthsite.demo.people import People
from healthsite.demo.rows import Draft, Row, Step
from healthsite.demo.stories import FED, SILENCE, STATES, Story, story_of
from healthsite.demo.world import EVENING, World, moment

Levels = NDArray[np.float64]

_SEATS: Final = {"enterprise": (180, 600), "large": (80, 180), "mid_market": (30, 80), "small": (10, 30)}
WEEKEND: Final = 5  # the first of its weekdays, Monday is 0
_FED: Final = (Usage, FeatureUsage)  # the models of `FED`
_WAVE_DAYS: Final = 97.0  # everybody's usage rises and falls a little, each at their own time


@dataclass(frozen=True, slots=True)
class Traits:
    """What stays the same about a customer."""

    size: str
    seats: int
    price: float  # a month and seat
    plan_rank: int
    luck: float  # -1…1: how much better or worse than the story
    since: date
    shift: int  # days by which its own events come earlier
    weekday: int
    billing_day: int
    phase: float


def draw_traits(world: World, number: int, story: Story) -> Traits:
    """The traits of a customer; they depend on the seed and the number alone, dates on the anchor too."""
    rng = np.random.default_rng([world.seed, number])
    size = str(rng.choice(list(_SEATS), p=(0.15, 0.2, 0.35, 0.3)))
    years_ago = int(rng.integers(480, 1900))
    shift = int(rng.integers(0, story.spread + 1)) * min(world.days, 400) // 400
    return Traits(
        size=size,
        seats=int(rng.integers(*_SEATS[size])),
        price=float(rng.integers(28, 65)),
        plan_rank=int(rng.integers(1, 4)),
        luck=float(rng.triangular(-1, 0.2, 1)),
        since=_since(world, story, shift, years_ago),
        shift=shift,
        weekday=int(rng.integers(0, 5)),
        billing_day=int(rng.integers(1, 29)),
        phase=float(rng.random()),
    )


def _since(world: World, story: Story, shift: int, days_ago: int) -> date:
    if story.renews is not None:
        return world.day(story.renews - shift - 365 * (1 + days_ago // 365))
    return world.day(-days_ago if story.starts is None else story.starts - shift)


@dataclass(frozen=True, slots=True)
class Setting:
    """What all customers share."""

    source: Source
    telemetry: Source
    people: People
    products: Mapping[str, Product]
    evenings: dict[date, datetime] = field(default_factory=dict)

    def evening(self, day: date) -> datetime:
        """The moment by which what happened on a day is known; found once for the many rows of the day."""
        if day not in self.evenings:
            self.evenings[day] = moment(day, EVENING)
        return self.evenings[day]


class Life:
    """One customer from `first` to `last`, both included: the days on which the customer has facts."""

    def __init__(self, world: World, number: int, setting: Setting) -> None:
        self.world, self.number, self.setting = world, number, setting
        self.story = story = story_of(number)
        self.traits = draw_traits(world, number, story)
        self.external_id = story.external_id or f"D{number + 1:04d}"
        self.customer: Customer
        self.rows: dict[str, list[Row]] = {}
        self._levels: dict[str, Levels] = {}

    def event(self, offset: int | None) -> date | None:
        """The date of one of the story's events for this customer."""
        return None if offset is None else self.world.day(offset - self.traits.shift)

    @cached_property
    def left_on(self) -> date | None:
        """The first day on which it is no customer any more."""
        return self.event(self.story.ends)

    @cached_property
    def back_on(self) -> date | None:
        """The first day of its second time as a customer."""
        return self.event(self.story.returns)

    def tells(self, kind: str, day: date) -> bool:
        """Whether a kind is told of on a day: nothing while the customer was gone, no use while the feed was silent."""
        if self.story.telemetry and kind in FED:
            return not SILENCE[0] <= self.world.offset(day) <= SILENCE[1]
        away = self.left_on and self.back_on and self.left_on <= day < self.back_on
        return not away or kind in STATES or kind == "churn_events"

    @cached_property
    def days(self) -> list[date]:
        """Every day with facts, and those between two times as a customer."""
        first = max(self.world.first, self.traits.since)
        ends = date.max if self.back_on else self.left_on or date.max
        last = min(self.world.until, ends - timedelta(days=1))
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]

    def level(self, what: str) -> Levels:
        """A level of the story on each day, bent by this customer's luck."""
        if what not in self._levels:
            offsets, levels = zip(*getattr(self.story, what), strict=True)
            told = np.interp(self._offsets + self.traits.shift, offsets, levels)
            self._levels[what] = self._bend(what, told)
        return self._levels[what]

    def dice(self, kind: str, columns: int) -> Levels:
        """Uniform numbers, a row per day. Rows are drawn day by day, so later days never change earlier ones."""
        rng = np.random.default_rng([self.world.seed, self.number, crc32(kind.encode())])
        return rng.random((len(self.days), columns))

    def has_turn(self, day: date, *, weeks: int, turn: int = 0) -> bool:
        """Whether what happens every so many weeks happens on the day; each customer and `turn` has days of its own."""
        on_its_day = day.weekday() == (self.traits.weekday + turn) % WEEKEND
        return on_its_day and (day.toordinal() // 7 + self.number + turn) % weeks == 0

    def dice_of(self, key: str) -> float:
        """One uniform number for something that happens once."""
        return float(np.random.default_rng([self.world.seed, self.number, crc32(key.encode())]).random())

    def row(self, model: type[Model], day: date, *steps: Step, **values: Any) -> Row:
        """A row of this customer that became known on a day, at the earliest on the first day of the history."""
        day, source = max(day, self.world.first), self.setting.source
        if model in _FED:
            day = self._delivered_on(day)
            source = self.setting.telemetry if self.story.telemetry else source
        whose = {"source": source, "customer_id": self.customer.pk}
        known = {"known_at": self.setting.evening(day)} if hasattr(model, "known_at") else {}
        made = Draft if issubclass(model, Reading | Fact) else model
        return Row(model, made(**whose, **known, **values), day, list(steps))

    def _delivered_on(self, day: date) -> date:
        """The day on which what a feed measured on a day became known."""
        first, last = self.story.delivered_late or (1, 0)
        return self.world.day(last) if first <= self.world.offset(day) <= last else day

    def level_on(self, what: str, day: date) -> float:
        """A level on a day, or on the nearest day with facts."""
        place = (day - self.days[0]).days
        return float(self.level(what)[min(max(place, 0), len(self.days) - 1)])

    @cached_property
    def _offsets(self) -> Levels:
        return np.array([(day - self.world.anchor).days for day in self.days], dtype=float)

    def _bend(self, what: str, told: Levels) -> Levels:
        luck = self.traits.luck
        if what == "use":
            return np.clip(told * (1 + 0.35 * luck) * self._season(), 0, 0.97)
        if what in ("mood", "late"):
            return told + luck * (0.6 if what == "mood" else -10)
        if what == "tickets":
            return told * (1 - 0.5 * luck)
        return np.clip(told * (1 + 0.45 * luck), 0, 1.2)

    def _season(self) -> Levels:
        wave = 0.06 * np.sin(2 * np.pi * (self._offsets / _WAVE_DAYS + self.traits.phase))
        ebb = np.clip(np.cos(2 * np.pi * (self._offsets + 20) / 365), 0, None) ** 4
        return 1 + wave - self.story.swing * ebb
