"""A whole run: checks every file before the first write, then applies them in the order of kinds, chunk by chunk."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from django.db import transaction
from django.utils import timezone

from accounts.ingestion import batches
from accounts.ingestion.canonical import plan_of
from accounts.ingestion.express import Express
from accounts.ingestion.inspecting import Inspected, inspect
from accounts.ingestion.intake import Intake
from accounts.ingestion.linking import link
from accounts.ingestion.mapping import Plan, read_mapping
from accounts.ingestion.problems import IngestError
from accounts.ingestion.reconciling import differing_arr
from accounts.ingestion.rows import Cells, Tally
from accounts.ingestion.sources import SourceOptions, settle_source
from accounts.models import Batch, Source, User
from accounts.periods import update_periods

TOLD_EVERY: Final = 20_000  # rows
Tell = Callable[[str], None]


def _silent(_message: str) -> None:
    pass


@dataclass(frozen=True)
class Order:
    """What to bring in: a folder or file, by a mapping or as it is, for which source, by whom, in earnest or not."""

    path: Path
    mapping: Path | None = None
    source: str = ""
    by: User | None = None
    dry_run: bool = False


@contextmanager
def _cycles_seldom_sought() -> Iterator[None]:
    """Rows hold no cycles, and looking for them after every few hundred costs a quarter of the time."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@_cycles_seldom_sought()
def ingest(order: Order, *, tell: Tell = _silent) -> list[Batch]:
    """Bring files in; returns one batch per file and kind, those of refused files too.

    Raises IngestError, before anything is written, when there is nothing to read or the mapping does not fit. `tell`
    hears of progress. A dry run does everything and takes it back.
    """
    plan = _planned(order, tell)
    options = replace(plan.source, name=order.source) if order.source else plan.source
    format = options.format(Source.objects.filter(name=options.name).first(), timezone.now())
    folder = order.path if order.path.is_dir() else order.path.parent
    files = [inspect(section, folder, options, format) for section in plan.sections]
    with transaction.atomic() if order.dry_run else nullcontext():
        source = settle_source(options)
        done = [_Import(file, source, options, order.by).run(tell) for file in files]
        if order.dry_run:
            transaction.set_rollback(True)
    return done


def _planned(order: Order, tell: Tell) -> Plan:
    if not order.path.exists():
        raise IngestError(f"{order.path}: there is no such file or folder")
    if order.mapping is None:
        return plan_of(order.path, tell)
    plan = read_mapping(order.mapping)
    if order.path.is_dir():
        return plan
    sections = tuple(section for section in plan.sections if section.file == order.path.name)
    if not sections:
        raise IngestError(f"{order.path.name}: the mapping {order.mapping.name} has no section that reads this file")
    return replace(plan, sections=sections)


@dataclass(frozen=True)
class _Import:
    """One file on its way in."""

    file: Inspected
    source: Source
    options: SourceOptions
    by: User | None

    def run(self, tell: Tell) -> Batch:
        file, kind = self.file, self.file.section.kind.name
        if file.refused:
            tell(f"{file.section.file}: refused: {file.refused}")
            return batches.refuse(self.source, kind, file.section.file, file.refused, self.by)
        mapping = batches.mapping_of(file.section, self.options)
        fields = {"file": file.section.file, "by": self.by, "mapping": mapping}
        batch = batches.begin(self.source, kind, file.sha256, **fields)
        intake = Intake(file.section, self.source, self.by, file.survey)
        assert file.extractor
        express = Express(file.extractor, intake)
        for chunk in file.chunks():
            if chunk[-1].line > batch.next_line:
                before, batch = batch.rows_read, self._take(chunk, express, batch)
                if batch.rows_read // TOLD_EVERY > before // TOLD_EVERY:
                    tell(f"{file.section.file}: {batch.rows_read:,} of {file.survey.rows:,} rows")
        return self._finish(intake, batch)

    def _take(self, chunk: list[Cells], express: Express, batch: Batch) -> Batch:
        """One transaction: the rows, their counts, the line to go on after. Another process may have been faster."""
        with transaction.atomic():
            batch = batches.locked(batch)
            chunk = [read for read in chunk if read.line > batch.next_line]
            if chunk:
                passed = express.take(chunk)
                rows = express.extractor.rows(passed.rest)
                express.intake.take(rows)
                tally = Tally.of(rows)
                tally.states["created"] += passed.rows
                tally.records += passed.records
                batches.quarantine(batch, rows, express.extractor.header)
                batches.stamp_customers(batch, passed.customers | batches.customers_of(rows))
                batches.advance(batch, tally, chunk[-1].line)
        return batch

    @transaction.atomic
    def _finish(self, intake: Intake, batch: Batch) -> Batch:
        """What is done once for a file. It comes before the batch is done, so that a kill here is made good too."""
        batch = batches.locked(batch)
        if batch.status != Batch.Status.RUNNING:
            return batch
        batch.notices |= link(self.file, intake, batch)
        if self.file.unread:
            batch.notices["unknown_column"] = self.file.unread
        if batch.kind in ("customers", "subscriptions"):
            brought = batches.stamped_since(batch)
            update_periods(brought)
            if differing := differing_arr(brought):
                batch.notices["arr_differs"] = differing
        batches.finish(batch)
        return batch
