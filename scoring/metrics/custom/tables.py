"""The kinds of records that a metric without code may add up, and what their columns hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from django.db import models

from accounts.kinds import KINDS
from accounts.numbering import column_of

TEN_YEARS: Final = 3650  # days
A_QUARTER: Final = 92  # of rows by the day a longer window of a whole shard would not fit in a worker's memory
# Who and where from, and what is only known of today: a past day would read what nobody knew then.
LEFT_OUT: Final = frozenset(
    {"id", "customer", "source", "external_id", "updated_at", "known_at", "observed_on", "currency", "attendees"}
)
# Dates that are set ahead; any other one that lies after the day has not happened by then, and is empty.
PLANNED: Final = frozenset(
    {"due_on", "renews_on", "expected_close_on", "support_ends_on", "end_of_life_on", "trial_ends_on"}
)


class Holds(StrEnum):
    """What a column holds."""

    NUMBER = "number"
    MONEY = "money"  # in the reporting currency
    YES_NO = "yes or no"
    WORD = "word"
    DAY = "date"
    THING = "reference"


@dataclass(frozen=True, slots=True)
class Table:
    """A kind of record. Facts are dated by `date`; states have none and begin on the latest of `begins`.

    `today_only` are columns of which only the state of today is kept. `evidence` as in `Metric`.
    """

    kind: str
    date: str = ""
    begins: tuple[str, ...] = ()
    evidence: bool = True
    most_days: int = TEN_YEARS
    today_only: frozenset[str] = frozenset()

    @property
    def model(self) -> type[models.Model]:
        """Where its rows lie."""
        return KINDS[self.kind]

    @property
    def label(self) -> str:
        """What pages call it."""
        return self.kind.replace("_", " ")

    @property
    def columns(self) -> Mapping[str, Holds]:
        """What may be asked of it: each column and what it holds."""
        return _columns(self)


@cache
def _columns(table: Table) -> dict[str, Holds]:
    fields = [one for one in table.model._meta.concrete_fields if one.name not in LEFT_OUT | table.today_only]
    return {one.name: holds for one in fields if (holds := _held(one)) is not None}


def _held(column: models.Field[object, object]) -> Holds | None:
    """What a column holds; None for notes and lists."""
    held: dict[Holds, tuple[type[models.Field[object, object]], ...]] = {
        Holds.THING: (models.ForeignKey,),
        Holds.YES_NO: (models.BooleanField,),
        Holds.DAY: (models.DateField,),
        Holds.MONEY: (models.DecimalField,),
        Holds.NUMBER: (models.IntegerField, models.FloatField),
        Holds.WORD: (models.CharField,),
    }
    return next((holds for holds, kinds in held.items() if isinstance(column, kinds)), None)


def is_moment(table: Table, column: str) -> bool:
    """Whether a date has a time of day."""
    return isinstance(column_of(table.model, column), models.DateTimeField)


def day_of(table: Table, column: str) -> str:
    """The column of a frame that has the business dates of a column as day numbers."""
    return f"{column}_day" if is_moment(table, column) else column


def words_of(table: Table, column: str) -> tuple[str, ...]:
    """The words that a column may hold; empty where any may be."""
    choices = column_of(table.model, column).choices or ()
    return tuple(str(one[0]) for one in choices if isinstance(one, tuple | list))


_STATUS: Final = frozenset({"status"})
TABLES: Final[Mapping[str, Table]] = {
    table.kind: table
    for table in (
        Table("usage", "date", most_days=A_QUARTER),
        Table("feature_usage", "date", most_days=A_QUARTER),
        Table("tickets", "opened_at", today_only=_STATUS),
        Table("interactions", "at"),
        Table("surveys", "at"),
        Table("pulses", "at", evidence=False),
        Table("invoices", "issued_on", today_only=_STATUS | {"amount_paid"}),
        Table("goal_readings", "date"),
        Table("subscriptions", begins=("started_on",)),
        Table("assets", begins=("purchased_on", "installed_on")),
        Table("opportunities", begins=("opened_on",), evidence=False),
        Table("goals", begins=("started_on",), evidence=False),
        Table("contacts", begins=("since",), evidence=False),
    )
}
