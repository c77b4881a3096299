"""The record of a file: begun, advanced with each chunk, finished; a killed import goes on where it stopped."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from django.db.models import Q
from django.utils import timezone

from accounts.ingestion.rows import Row, Tally
from accounts.ingestion.sections import Section
from accounts.ingestion.sources import SourceOptions
from accounts.models import Batch, Customer, QuarantinedRow, Source, User
from accounts.models.ingestion import ROW_STATES


def begin(source: Source, kind: str, sha256: str, **fields: Any) -> Batch:
    """The batch of a file: the one that was left running for the same source, kind and contents, else a new one."""
    running = Batch.objects.filter(source=source, kind=kind, sha256=sha256, status=Batch.Status.RUNNING).first()
    return running or Batch.objects.create(source=source, kind=kind, sha256=sha256, **fields)


def refuse(source: Source, kind: str, file: str, reason: str, by: User | None) -> Batch:
    """The batch of a file that was not taken."""
    return Batch.objects.create(
        source=source,
        kind=kind,
        file=file,
        by=by,
        status=Batch.Status.REFUSED,
        refused=reason,
        finished_at=timezone.now(),
    )


def locked(batch: Batch) -> Batch:
    """The batch as it is now, held until the transaction ends: of two processes on one file only one writes a chunk."""
    return Batch.objects.select_for_update().get(pk=batch.pk)


def advance(batch: Batch, tally: Tally, line: int) -> None:
    """Count rows up to a line, in the transaction that wrote them."""
    for state in ROW_STATES:
        setattr(batch, state, getattr(batch, state) + tally.states[state])
    batch.rows_read += tally.states.total()
    batch.records += tally.records
    batch.next_line = line
    for code, count in tally.notices.items():
        batch.notices[code] = batch.notices.get(code, 0) + count
    batch.save()


def quarantine(batch: Batch, rows: Iterable[Row], header: Sequence[str]) -> None:
    """Keep the rows that have a problem until they are mended, with their cells as they were."""
    QuarantinedRow.objects.bulk_create(
        QuarantinedRow(
            batch=batch,
            line=row.read.line,
            column=row.problem.column,
            code=row.problem.code,
            reason=row.problem.reason,
            text=as_text(header, row.read.cells),
        )
        for row in rows
        if row.problem
    )


def as_text(header: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    """The cells by column name. A NUL cannot be stored in JSON by every database and is shown as a symbol."""
    beyond = [f"beyond column {place}" for place in range(len(header) + 1, len(cells) + 1)]
    return {name: cell.replace("\0", "␀") for name, cell in zip([*header, *beyond], cells, strict=False)}


def stamp_customers(batch: Batch, customers: set[int]) -> None:
    """News for scoring: something about these customers arrived. Once per batch here, and again when it ends."""
    unstamped = Q(facts_changed_at=None) | Q(facts_changed_at__lt=batch.received_at)
    Customer.objects.filter(unstamped, pk__in=customers).update(facts_changed_at=timezone.now())


def stamped_since(batch: Batch) -> list[int]:
    """The customers that this batch, or another since it began, brought news of."""
    return list(Customer.objects.filter(facts_changed_at__gte=batch.received_at).values_list("pk", flat=True))


def customers_of(rows: Iterable[Row]) -> set[int]:
    """The customers that rows brought news of."""
    records = [record for row in rows if row.state in ("created", "updated") for record in row.records]
    named = {record.values["customer_id"] for record in records if record.values.get("customer_id")}
    return named | {record.instance.pk for record in records if isinstance(record.instance, Customer)}


def finish(batch: Batch) -> None:
    """Close a batch, and stamp its customers anew: scoring may have looked at them half-way."""
    now = timezone.now()
    Customer.objects.filter(facts_changed_at__gte=batch.received_at).update(facts_changed_at=now)
    batch.status, batch.finished_at = Batch.Status.DONE, now
    batch.save()


def mapping_of(section: Section, options: SourceOptions) -> dict[str, Any]:
    """How a file was read, as JSON, so that one of its rows can be read again; empty for the import format itself."""
    if not section.declared:
        return {}
    said = {name: value for name, value in asdict(options).items() if value not in (None, "", ())}
    how: dict[str, Any] = json.loads(json.dumps({"section": section.declared, "source": said}, default=str))
    return how
