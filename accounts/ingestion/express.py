"""The express lane: rows that plainly make new records go from columns to the database, without a step per row.

Whatever is not plain (a problem, a duplicate, a record that exists, a notice) is left to the ordinary way, so both
lanes come to the same end; only the speed differs, and an import has a budget (import format).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import Any, Final

from django.db import DataError, IntegrityError, transaction

from accounts.ingestion.converting import Leave
from accounts.ingestion.extracting import Extractor
from accounts.ingestion.finding import existing_keys
from accounts.ingestion.following import FOLLOW
from accounts.ingestion.inserting import insert
from accounts.ingestion.intake import Intake
from accounts.ingestion.kinds.base import Party
from accounts.ingestion.problems import Problem
from accounts.ingestion.rows import Cells

Columns = dict[str, Sequence[Any]]
NOT_PLAIN: Final = {Problem, Leave}


@dataclass
class Passed:
    """What the express lane made of a chunk: rows and records made, their customers, and the rows left over."""

    rest: list[Cells]
    rows: int = 0
    records: int = 0
    customers: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class Express:
    """The lane for one file."""

    extractor: Extractor
    intake: Intake

    @cached_property
    def is_open(self) -> bool:
        """Whether rows of this section can be plain at all."""
        section, kind = self.intake.section, self.intake.section.kind
        special = kind.name in FOLLOW or kind.name == "assignments" or kind.complete or kind.check
        filled = {kind.column[name].attribute for name in section.rules}
        return not (special or section.unpivot or section.attributes or set(kind.needed) - filled)

    @cached_property
    def is_fresh(self) -> bool:
        """Whether nothing of this source was stored before, so that no row can name an existing record."""
        kind = self.intake.section.kind
        held = kind.model._default_manager.all()
        return not (held.filter(source=self.intake.source) if kind.sourced else held).exists()

    def take(self, chunk: list[Cells]) -> Passed:
        """Insert the plain rows of a chunk."""
        if not self.is_open:
            return Passed(chunk)
        width, wanted = len(self.extractor.header), self.extractor.is_wanted
        filtered = bool(self.intake.section.where)
        reads = [
            read
            for read in chunk
            if len(read.cells) == width and not read.problem and (not filtered or wanted(read.cells))
        ]
        columns, plain = self._plain(reads)
        if not plain:
            return Passed(chunk)
        taken = [reads[place] for place in plain]
        try:
            with transaction.atomic():
                insert(self.intake.section.kind.model, columns, len(plain))
        except (IntegrityError, DataError):
            return Passed(chunk)
        lines = {read.line for read in taken}
        rest = [read for read in chunk if read.line not in lines] if len(taken) < len(chunk) else []
        return Passed(rest, sum(read.count for read in taken), len(taken), set(columns.get("customer_id", ())))

    def _plain(self, reads: Sequence[Cells]) -> tuple[Columns, list[int]]:
        """The columns of the plain rows, sorted by customer, and the places of these rows."""
        kind, columns = self.intake.section.kind, self.extractor.table(reads)
        odd = _unfit(columns, kind.needed) | self._beaten(columns, len(reads))
        parties = self._resolve(columns, odd)
        odd |= self._known(columns, odd, len(reads)) | self._noticed(columns, parties, odd)
        odd |= self._out_of_order(columns, odd)
        plain = [place for place in range(len(reads)) if place not in odd]
        if "customer_id" in columns:
            plain.sort(key=columns["customer_id"].__getitem__)
        self._stamp(columns, len(reads))
        return {name: pick(values, plain) for name, values in columns.items() if name in kind.fields}, plain

    def _beaten(self, columns: Columns, rows: int) -> set[int]:
        """Rows whose identity occurs again in the file."""
        winners = self.intake.survey.winners
        if not winners:
            return set()
        keys = self.intake.section.kind.keys_of(columns, rows)
        days = columns.get("observed_on", [None] * rows)
        return {place for place, pair in enumerate(zip(keys, days, strict=True)) if hash(pair) in winners}

    def _resolve(self, columns: Columns, odd: set[int]) -> list[Party | None]:
        """Put keys in the place of ids; rows that name nothing known become odd. Returns the customers."""
        parties: list[Party | None] = []
        for column in self.intake.section.kind.references:
            ids = columns.get(column.attribute)
            if ids is None:
                continue
            named = {id for place, id in enumerate(ids) if id and place not in odd} if odd else set(ids) - {None, ""}
            if column.name == "customer":
                known = self.intake.resolver.parties(named)
                parties = [known.get(id) for id in ids]
                columns[column.attribute] = [party and party.pk for party in parties]
            else:
                keys = self.intake.resolver.keys(column, named)
                columns[column.attribute] = [keys.get(id) for id in ids]
            keyed = columns[column.attribute]
            if None in keyed:
                odd.update(place for place, key in enumerate(keyed) if key is None and ids[place])
        return parties

    def _known(self, columns: Columns, odd: set[int], rows: int) -> set[int]:
        """Rows whose record is stored already or was named further up in the chunk."""
        kind = self.intake.section.kind
        keys = kind.keys_of(columns, rows)
        held: set[Any] = set()
        if not self.is_fresh:
            names = {name for names in kind.keys for name in names if name in columns}
            pairs = zip(*(columns[name] for name in names), strict=True)
            several = [dict(zip(names, pair, strict=True)) for place, pair in enumerate(pairs) if place not in odd]
            held = existing_keys(kind, self.intake.source, several)
        if not held and len(set(keys)) == rows:
            return set()
        known = set()
        for place, key in enumerate(keys):
            if key in held:
                known.add(place)
            held.add(key)
        return known

    def _noticed(self, columns: Columns, parties: Sequence[Party | None], odd: set[int]) -> set[int]:
        """Rows that are odd though not wrong."""
        kind, found = self.intake.section.kind, set()
        if kind.notice and kind.noticed in columns and any(party and any(party[1:]) for party in parties):
            for place, (value, party) in enumerate(zip(columns[kind.noticed], parties, strict=True)):
                if place not in odd and kind.notice({kind.noticed: value}, party):
                    found.add(place)
        if kind.undated:
            names = [name for name in kind.undated_by.split() if name in columns]
            for place, values in enumerate(zip(*(columns[name] for name in names), strict=True)):
                if place not in odd and kind.undated(dict(zip(names, values, strict=True))):
                    found.add(place)
        strange = set(columns.get("currency", ())) - {"", *self.intake.noticer.rates}
        return found | {place for place, code in enumerate(columns.get("currency", ())) if code in strange}

    def _out_of_order(self, columns: Columns, odd: set[int]) -> set[int]:
        """Rows with a later date before an earlier one."""
        kind, found = self.intake.section.kind, set()
        for earlier, later in kind.in_order:
            starts, ends = (columns.get(kind.column[name].attribute, ()) for name in (earlier, later))
            pairs = enumerate(zip(starts, ends, strict=False))
            found |= {place for place, (start, end) in pairs if place not in odd and start and end and end < start}
        return found

    def _stamp(self, columns: Columns, rows: int) -> None:
        kind, desk = self.intake.section.kind, self.intake.desk
        if kind.sourced:
            columns["source_id"] = [self.intake.source.pk] * rows
        if kind.is_state and "observed_on" in kind.fields:
            days = columns.get("observed_on", [None] * rows)
            columns["observed_on"] = [day or desk.observation.on for day in days]


def pick(values: Sequence[Any], places: Sequence[int]) -> Sequence[Any]:
    """The values at some places."""
    return itemgetter(*places)(values) if len(places) > 1 else [values[place] for place in places]


def _unfit(columns: Columns, needed: Iterable[str]) -> set[int]:
    """Rows with a cell that does not fit, says nothing, or lacks what is needed."""
    unfit: set[int] = set()
    for values in columns.values():
        if NOT_PLAIN & set(map(type, values)):
            unfit.update(place for place, value in enumerate(values) if type(value) in NOT_PLAIN)
    for name in needed:
        if None in columns[name] or "" in columns[name]:
            unfit.update(place for place, value in enumerate(columns[name]) if value in (None, ""))
    return unfit
