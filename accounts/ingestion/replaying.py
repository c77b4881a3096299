"""Applies a mended row from quarantine, by the same way as when its file was read."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from accounts.ingestion import batches
from accounts.ingestion.extracting import Extractor
from accounts.ingestion.intake import Intake
from accounts.ingestion.kinds import DECLARED
from accounts.ingestion.problems import IngestError
from accounts.ingestion.rows import Cells, Row, Tally
from accounts.ingestion.sections import Section, canonical_section, section_from
from accounts.ingestion.sources import SourceOptions, options_from
from accounts.models import Batch, QuarantinedRow, User
from accounts.periods import update_periods


@transaction.atomic
def replay(*, row: QuarantinedRow, cells: Mapping[str, str], by: User | None) -> str:
    """Apply the cells in the place of the row's; returns the row's end state, `quarantined` when they are still bad.

    `cells` holds a text for every column of the file. The batch's counts follow: the row moves from quarantined to
    its new state. A row that waits no longer is left as it is, so doing it twice changes nothing. Raises IngestError
    for rows that are totalled with others: those are mended in the file.
    """
    row = QuarantinedRow.objects.select_for_update().get(pk=row.pk)
    if row.status != QuarantinedRow.Status.WAITING:
        return row.status
    batch = batches.locked(row.batch)
    section, options = _how_it_was_read(batch, cells)
    mended = _applied(Cells(row.line, list(cells.values())), Intake(section, batch.source, by), options, list(cells))
    if mended.problem:
        row.code, row.column, row.reason = mended.problem.code, mended.problem.column, mended.problem.reason
        row.save()
        return mended.state
    _count(batch, mended)
    row.status = QuarantinedRow.Status.REPLAYED
    row.save()
    return mended.state


def _applied(read: Cells, intake: Intake, options: SourceOptions, header: list[str]) -> Row:
    extractor = Extractor(intake.section, header, options.format(intake.source, timezone.now()))
    rows = extractor.rows([read])
    intake.take(rows)
    return rows[0]


def _how_it_was_read(batch: Batch, cells: Mapping[str, str]) -> tuple[Section, SourceOptions]:
    if not batch.mapping:
        return canonical_section(DECLARED[batch.kind], batch.file, cells), SourceOptions()
    section = section_from(batch.kind, batch.mapping["section"])
    if section.is_grouped:
        raise IngestError(f"{batch.file}: its rows are totalled; mend the file and import it again")
    if missing := section.headers - set(cells):
        raise IngestError(f"{batch.file}: the row needs a cell for {', '.join(sorted(missing))}")
    return section, options_from(batch.mapping["source"])


def _count(batch: Batch, row: Row) -> None:
    """Move the row from quarantine to its new state; the states still sum to the rows read."""
    batch.quarantined -= 1
    batch.rows_read -= 1
    batches.advance(batch, Tally.of([row]), batch.next_line)
    customers = batches.customers_of([row])
    batches.stamp_customers(batch, customers)
    if batch.kind in ("customers", "subscriptions"):
        update_periods(customers)
