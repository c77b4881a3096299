"""Applies rows in bulk: compares them with what is stored, writes what differs, and gives every row its state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import DataError, IntegrityError, transaction

from accounts.changes import Observation, change, corrections, insert_past, log_of
from accounts.history import FACTS
from accounts.ingestion.comparing import Verdict, compare
from accounts.ingestion.finding import existing
from accounts.ingestion.following import FOLLOW
from accounts.ingestion.inserting import as_columns, insert
from accounts.ingestion.kinds import DECLARED
from accounts.ingestion.kinds.base import Kind, Values
from accounts.ingestion.problems import Problem
from accounts.ingestion.rows import Record, Row
from accounts.models import Change, Source


@dataclass(frozen=True)
class Desk:
    """Where rows of one kind are applied: for which observation, unless a row carries its own day."""

    kind: Kind
    source: Source
    observation: Observation

    def observed(self, record: Record) -> Observation:
        """When a record's state was observed."""
        day: date | None = record.values.get("observed_on")
        return replace(self.observation, on=day) if day else self.observation

    def apply(self, rows: Sequence[Row]) -> None:
        """Apply rows that have no problem yet. A record named twice is written twice, in the order of the rows."""
        for batch in self._rounds(rows):
            self._apply_safely(batch)

    def _rounds(self, rows: Sequence[Row]) -> Iterator[list[Row]]:
        """Stretches in which no record occurs twice: two ids of one customer, or snapshots of several days."""
        rest = list(rows)
        while rest:
            seen: set[Any] = set()
            now: list[Row] = []
            later: list[Row] = []
            for row in rest:
                keys = {self.kind.key_of(record.values) for record in row.records}
                (later if keys & seen else now).append(row)
                seen |= keys
            yield now
            rest = later

    def _apply_safely(self, rows: list[Row]) -> None:
        """When the database refuses, halve until the one row at fault is found: a bad row costs one row."""
        try:
            with transaction.atomic():
                self.attempt(rows)
        except (IntegrityError, DataError, OverflowError) as error:
            if len(rows) == 1:
                rows[0].problem = Problem("conflict", "", str(error).strip().splitlines()[0])
                return
            for row in rows:
                row.problem = None
            middle = len(rows) // 2
            self._apply_safely(rows[:middle])
            self._apply_safely(rows[middle:])

    def attempt(self, rows: list[Row]) -> None:
        """Write rows of different records at once; raises what the database raises."""
        found = existing(self.kind, self.source, [r.values for row in rows for r in row.records])
        good: list[Record] = []
        verdicts: dict[str, list[Verdict]] = {"created": [], "updated": [], "past": [], "unchanged": [], "stale": []}
        for row in rows:
            several = [self.judge(record, found) for record in row.records]
            row.problem = next((verdict.problem for verdict in several if verdict.problem), None)
            if not row.problem:
                good.extend(row.records)
                for verdict in several:
                    verdicts[verdict.state].append(verdict)
        self.create(verdicts["created"])
        self.update(verdicts["updated"])
        self._insert_past(verdicts["past"])
        if self.kind.name in FOLLOW:
            FOLLOW[self.kind.name]([record for record in good if record.state != "stale"], self)
        self._attach_attributes([row for row in rows if not row.problem])

    def judge(self, record: Record, found: dict[Any, Any]) -> Verdict:
        """What is to be done with a record, given the stored ones by identity."""
        instance = found.get(self.kind.key_of(record.values))
        verdict = compare(self.kind, record, instance)
        record.instance, record.state = instance, verdict.state
        return verdict

    def create(self, verdicts: list[Verdict]) -> None:
        """Make new records, sorted by customer so that the rows of one lie together on disk."""
        rows = [self._as_new(verdict.record) for verdict in verdicts]
        if self.kind.name not in FOLLOW:
            rows.sort(key=lambda row: row.get("customer_id", 0))
            insert(self.kind.model, as_columns(rows), len(rows))
            return
        instances = self.kind.model._default_manager.bulk_create(self.kind.model(**row) for row in rows)
        for verdict, instance in zip(verdicts, instances, strict=True):
            verdict.record.instance = instance

    def _as_new(self, record: Record) -> Values:
        """The values of a record that is not stored yet."""
        values = {name: value for name, value in record.values.items() if name in self.kind.fields}
        if self.kind.sourced:
            values["source_id"] = self.source.pk
        if self.kind.is_state and "observed_on" in self.kind.fields:
            values["observed_on"] = self.observed(record).on
        return self.kind.at_creation() | values if self.kind.at_creation else values

    def update(self, verdicts: list[Verdict]) -> None:
        """Overwrite what differs; of a state the log keeps what it was, of a fact what it said."""
        log: list[Change] = []
        touched: set[str] = set()
        for verdict in verdicts:
            instance, observation = verdict.record.instance, self.observed(verdict.record)
            news = dict(verdict.news)
            if self.kind.is_state and "observed_on" in self.kind.fields:
                news["observed_on"] = max(observation.on, instance.observed_on or observation.on)
            if self.kind.name in FACTS:
                log += corrections(self.kind.name, instance, news, observation)
            for name, value in news.items():
                before = getattr(instance, name)
                if self.kind.is_state and name != "updated_at" and before != value:
                    log.append(change(self.kind.name, instance, name, (before, value), observation))
                setattr(instance, name, value)
            touched |= news.keys()
        if touched:
            instances = [verdict.record.instance for verdict in verdicts]
            self.kind.model._default_manager.bulk_update(instances, touched)
            Change.objects.bulk_create(log)

    def _insert_past(self, verdicts: list[Verdict]) -> None:
        """Old snapshots go into the log and leave today as it is."""
        log = log_of(self.kind.name, [verdict.record.instance for verdict in verdicts])
        edits: list[Change] = []
        for verdict in verdicts:
            record = verdict.record
            values = {name: value for name, value in record.values.items() if name in verdict.news}
            entries = log.get(record.instance.pk, [])
            made = insert_past(self.kind.name, record.instance, values, entries, self.observed(record))
            record.state = "updated" if made else "unchanged"
            edits += made
        Change.objects.bulk_update([edit for edit in edits if edit.pk], ["before"])
        Change.objects.bulk_create([edit for edit in edits if not edit.pk])

    def _attach_attributes(self, rows: list[Row]) -> None:
        """The attributes that rows bring for their customer."""
        current = [row for row in rows if row.records and row.records[0].state != "stale"]
        pairs = [(row, name, value) for row in current for name, value in row.attributes.items()]
        if not pairs:
            return
        made = {}
        for row, name, value in pairs:
            main = row.records[0]
            customer = main.instance.pk if self.kind.name == "customers" else main.values["customer_id"]
            made[customer, name] = (row, Record({"customer_id": customer, "attribute": name, "value": value}))
        desk = replace(self, kind=DECLARED["attributes"])
        held = existing(desk.kind, self.source, [record.values for _row, record in made.values()])
        kept = [pair for key, pair in made.items() if pair[1].values["value"] or key in held]
        verdicts = [desk.judge(record, held) for _row, record in kept]
        desk.create([verdict for verdict in verdicts if verdict.state == "created"])
        desk.update([verdict for verdict in verdicts if verdict.state == "updated"])
        for row, record in kept:
            row.records.append(record)
