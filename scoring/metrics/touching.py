"""Interactions as they are read, and when customers, or people at them, last had one of some sort."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final, Literal

import numpy as np
from django.db.models import Max, Q

from accounts.business_days import end_of, start_of
from accounts.models import Interaction
from accounts.numbering import Number, columned
from scoring.engine.frame import Floats
from scoring.metrics.block import Block, Since
from scoring.metrics.rows import Rows, Table, until_next

HISTORY_DAYS: Final = 365  # of interactions in which both sides took part
ONE_SIDED: Final = ("note", "community", "email_out")  # nobody at the customer needs to have answered
COLUMNS: Final = (
    *("kind", "at", "subject", "initiated_by", "campaign", "contact", "attended", "opened_at", "replied_at"),
    *("executive_present", "sentiment", "budget_concern", "competitor_mentioned"),
)
TAKING_PART: Final = ("kind", "at", "attended", "replied_at")
Sort = Literal["any", "active", "two_way", "executive"]
By = Literal["", "contact", "attendees"]


def every(block: Block) -> Table:
    """Every interaction there ever was, for a block that is read whole."""
    return block.table(Interaction, COLUMNS, _ever, "at")


def _ever(since: Since, until: date) -> Q:
    return Q(at__lt=end_of(until))


def latest(block: Block, sort: Sort, by: By = "") -> Rows:
    """`at` and `at_day` of the latest interaction of a sort by the date, per customer and `by`.

    Any or, leaving out our own notes, active ones are looked for in all history. Of two-way ones, with an executive
    or not, the last year counts: mail of ours once it is answered, and no meeting that was missed. Only these are
    looked for by attendees. One query.
    """
    if not block.is_read_whole:
        return block.situated(_asked(block, sort, by))
    table = _attended(block) if by == "attendees" else every(block)
    table = table.once((latest, sort, by), lambda: _in_turn(table, STARTS[sort](table), by))
    until = table.columns["until"]
    if sort in ("two_way", "executive"):
        until = np.minimum(until, table.columns["at_day"] + block.reach(HISTORY_DAYS).days - 1)
    return block.situated(table, table.columns["start"], until)


# -- asked of the database ---------------------------------------------------------------------------------------------


def _asked(block: Block, sort: Sort, by: By) -> Table:
    held = block.of_customers(Interaction).filter(ASKED[sort](block), at__lt=end_of(block.on))
    held = held.filter(**{f"{by}__isnull": False}) if by else held
    names = [by] if by else []
    found = held.values_list("customer_id", *names).annotate(latest=Number(Max("at")))
    return Table.of(columned(found, ["customer_id", *names, "at"], Interaction))


def _two_way(block: Block) -> Q:
    answered = Q(kind="email_out", replied_at__lt=end_of(block.on))
    took_part = (~Q(kind__in=ONE_SIDED) | answered) & (Q(attended=None) | Q(attended=True))
    return took_part & Q(at__gte=start_of(block.since(HISTORY_DAYS)))


ASKED: Final[Mapping[Sort, Callable[[Block], Q]]] = {
    "any": lambda block: Q(),
    "active": lambda block: ~Q(kind="note"),
    "two_way": _two_way,
    "executive": lambda block: _two_way(block) & Q(executive_present=True),
}


# -- the same of rows that are here already ----------------------------------------------------------------------------


def _attended(block: Block) -> Table:
    """The interactions of the last year, once for each of the attendees."""
    return block.table(Interaction, ("attendees", *TAKING_PART), _with_attendees, "at")


def _with_attendees(since: Since, until: date) -> Q:
    return Q(attendees__isnull=False, at__gte=start_of(since(HISTORY_DAYS)), at__lt=end_of(until))


def _in_turn(table: Table, start: Floats, by: By) -> Table:
    """The rows that count from `start` on (R, NaN = never), and until which each is the latest of its group."""
    groups = ("customer_id", by) if by else ("customer_id",)
    matters = np.logical_and.reduce([~np.isnan(start), *(~np.isnan(table.columns[name]) for name in groups)])
    rows = {name: table.columns[name][matters] for name in (*groups, "at", "at_day")}
    turns = Table.of({**rows, "start": start[matters]}, *groups, "at")
    until = until_next(turns.columns["start"], *(turns.columns[name] for name in groups))
    return Table(turns.owner, {**turns.columns, "until": until})


def taking_part(table: Table) -> Floats:
    """The day from which each says that the customer took part (R): mail of ours once answered; NaN = never."""
    day, ours = table.columns["at_day"], table.has("kind", "email_out")
    start = np.where(ours, np.maximum(day, table.columns["replied_at_day"]), day)
    never = (table.has("kind", *ONE_SIDED) & ~ours) | (table.columns["attended"] == 0)
    return np.where(never, np.nan, start)


STARTS: Final[Mapping[Sort, Callable[[Table], Floats]]] = {
    "any": lambda table: table.columns["at_day"],
    "active": lambda table: np.where(table.has("kind", "note"), np.nan, table.columns["at_day"]),
    "two_way": taking_part,
    "executive": lambda table: np.where(table.columns["executive_present"] == 1, taking_part(table), np.nan),
}
