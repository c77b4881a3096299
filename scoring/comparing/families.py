"""The score of a parent with all below it, by the rule of its scorecard; what the viewer cannot see is only counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from accounts.families import family_of
from accounts.models import Customer, User
from scoring.engine.card import Band, Rollup
from scoring.engine.frame import Floats
from scoring.engine.rolling_up import RolledUp, roll_up
from scoring.explaining import Explained
from scoring.metrics.block import Block
from scoring.metrics.subscriptions import arr
from scoring.models import CurrentScore, Purpose, ScorecardVersion, ScoreRecord


@dataclass(frozen=True, slots=True)
class Member:
    """A child, or a child's child, that the viewer may see; ARR None = unknown, score and band None = not scored."""

    customer: Customer
    score: float | None
    band: Band | None
    arr: float | None


@dataclass(frozen=True, slots=True)
class Family:
    """A customer with all below it: the score by `rule`, the sum of what each pays itself, and who is below.

    `members` are those below that the viewer may see, the worst first; `hidden` counts the others. `worst` is None
    where nobody below is scored, or the worst is hidden. `is_circle`: the customer is below itself, by mistake.
    """

    rule: Rollup
    score: float | None
    band: Band | None
    counted: int
    arr: float | None
    members: tuple[Member, ...]
    hidden: int
    worst: Member | None
    worst_is_hidden: bool
    is_circle: bool

    @property
    def size(self) -> int:
        """How many are below."""
        return len(self.members) + self.hidden


@dataclass(frozen=True, slots=True)
class _Row:
    score: float | None
    band: int
    arr: float | None
    version: int


def family(customer: Customer, explained: Explained, user: User, on: date | None = None) -> Family | None:
    """The family of a customer now, or with the scores recorded for a date; None without children.

    A fixed number of queries. Who is below is as it is today: on a past date too.
    """
    ids = family_of(customer)
    if len(ids) < 2:
        return None
    ids = [customer.pk, *(pk for pk in ids if pk != customer.pk)]
    rows = _current(ids) if on is None else _recorded(ids, on)
    scores, arrs = (_column(rows, ids, name) for name in ("score", "arr"))
    rolled = roll_up(scores, arrs, explained.version.engine.rollup)
    members = _members(ids[1:], rows, user)
    worst = None if rolled.worst is None else members.get(ids[rolled.worst])
    paid = arrs[~np.isnan(arrs)]
    return Family(
        rule=explained.version.engine.rollup,
        score=rolled.score,
        band=_band(rolled, explained),
        counted=rolled.counted,
        arr=float(paid.sum()) if len(paid) else None,
        members=tuple(sorted(members.values(), key=lambda one: (one.score is None, one.score or 0, one.customer.name))),
        hidden=len(ids) - 1 - len(members),
        worst=worst,
        worst_is_hidden=rolled.worst is not None and worst is None,
        is_circle=customer.parent_id in ids,
    )


def _current(ids: list[int]) -> dict[int, _Row]:
    columns = ("customer_id", "score", "band", "arr", "version_id")
    return {pk: _Row(*row) for pk, *row in CurrentScore.objects.filter(pk__in=ids).values_list(*columns)}


def _recorded(ids: list[int], on: date) -> dict[int, _Row]:
    """Scores as recorded for a date, with the ARR of that date."""
    records = ScoreRecord.objects.filter(customer_id__in=ids, run__as_of=on, run__purpose=Purpose.NIGHTLY)
    found = {row[0]: row[1:] for row in records.values_list("customer_id", "score", "band", "version_id")}
    sorted_ids = np.array(sorted(ids), dtype=np.int64)
    paid = dict(zip(sorted_ids.tolist(), arr(Block(sorted_ids, on)).tolist(), strict=True))
    return {
        pk: _Row(score, band, None if np.isnan(paid[pk]) else paid[pk], version)
        for pk, (score, band, version) in found.items()
    }


def _column(rows: dict[int, _Row], ids: list[int], name: str) -> Floats:
    found = [getattr(rows[pk], name) if pk in rows else None for pk in ids]
    return np.array(found, dtype=np.float64)  # None becomes NaN


def _members(ids: list[int], rows: dict[int, _Row], user: User) -> dict[int, Member]:
    seen = Customer.objects.visible_to(user).in_bulk(ids)
    versions = ScorecardVersion.objects.in_bulk({rows[pk].version for pk in seen if pk in rows})
    return {pk: _member(one, rows.get(pk), versions) for pk, one in seen.items()}


def _member(customer: Customer, row: _Row | None, versions: dict[int, ScorecardVersion]) -> Member:
    if row is None or row.score is None:
        return Member(customer, None, None, row.arr if row else None)
    return Member(customer, row.score, versions[row.version].engine.bands[row.band], row.arr)


def _band(rolled: RolledUp, explained: Explained) -> Band | None:
    """By the bounds of the scorecard: those of a rule are one customer's, and a family has none of its own."""
    if rolled.score is None:
        return None
    score = rolled.score
    return [band for band in explained.version.engine.bands if band.lower <= score][-1]
