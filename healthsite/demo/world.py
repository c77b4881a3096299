"""What one demo workspace is made from; everything else follows from these few values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self

from accounts.business_days import start_of
from accounts.models import Batch, Source

SOURCE = "demo"
TELEMETRY = "demo telemetry"  # the second feed, which measures the use of a few customers and falls silent
DIARY = "customers"  # the kind of the batches that say what each run of the command made
MORNING, EVENING = 6.0, 22.0  # hours: deliveries arrive, a day's rows are known


@dataclass(frozen=True, slots=True)
class World:
    """A workspace from `first` to `until`, both included.

    Stories are told in days from the `anchor`, which is the first run's last day and never moves, so a day has the same
    facts however far the history goes on. Days up to `after` are stored already; None means nothing is.
    """

    seed: int
    customers: int
    days: int
    anchor: date
    until: date
    after: date | None = None

    @property
    def first(self) -> date:
        """The first day of the history."""
        return self.anchor - timedelta(days=self.days - 1)

    def day(self, offset: int) -> date:
        """The date that lies this many days from the anchor."""
        return self.anchor + timedelta(days=offset)

    def offset(self, day: date) -> int:
        """How many days a date lies from the anchor."""
        return (day - self.anchor).days

    def is_new(self, day: date) -> bool:
        """Whether this run is the one that writes what became known on the day."""
        return day <= self.until and (self.after is None or day > self.after)

    def diary_entry(self) -> str:
        """The workspace in words that `read_world` understands."""
        return f"seed={self.seed} customers={self.customers} days={self.days} anchor={self.anchor} until={self.until}"

    @classmethod
    def from_diary(cls, entry: str) -> Self:
        """The workspace as it stands after the run that wrote the entry."""
        values = dict(pair.split("=") for pair in entry.split())
        until = date.fromisoformat(values["until"])
        return cls(
            seed=int(values["seed"]),
            customers=int(values["customers"]),
            days=int(values["days"]),
            anchor=date.fromisoformat(values["anchor"]),
            until=until,
            after=until,
        )


def moment(day: date, hour: float) -> datetime:
    """A moment of a business date, in UTC, to the minute."""
    return start_of(day) + timedelta(minutes=round(hour * 60))


def read_world(source: Source) -> World:
    """The stored workspace of the demo's source."""
    diary = Batch.objects.filter(source=source, kind=DIARY).order_by("-pk").values_list("file", flat=True)
    return World.from_diary(diary[0])
