"""A mended row goes the same way as its file did, and the batch's counts follow it."""

from __future__ import annotations

from pathlib import Path

import pytest

from accounts.ingestion.problems import IngestError
from accounts.ingestion.replaying import replay
from accounts.models import Batch, Customer, CustomerPeriod, QuarantinedRow, Ticket
from tests.accounts.ingestion.bringing import bring, counts

pytestmark = pytest.mark.django_db


def waiting(tmp_path: Path, files: dict[str, str | bytes]) -> QuarantinedRow:
    bring(tmp_path, files)
    return QuarantinedRow.objects.get()


def test_a_mended_row_is_applied_and_counted(tmp_path: Path) -> None:
    text = "external_id,name,customer_since\nC-1,A,\nC-2,B,soon\n"
    row = waiting(tmp_path, {"customers.csv": text})
    assert replay(row=row, cells={**row.text, "customer_since": "2025-01-01"}, by=None) == "created"
    batch = Batch.objects.get()
    assert (counts(batch), batch.rows_read, batch.records, batch.next_line) == ({"created": 2}, 2, 2, 3)
    assert CustomerPeriod.objects.get().customer == Customer.objects.get(external_id="C-2")
    row.refresh_from_db()
    assert row.status == QuarantinedRow.Status.REPLAYED


def test_replaying_twice_is_replaying_once(tmp_path: Path) -> None:
    row = waiting(tmp_path, {"customers.csv": "external_id,name,size\nC-1,A,vast\n"})
    for _twice in range(2):
        replay(row=row, cells={**row.text, "size": "small"}, by=None)
    assert counts(Batch.objects.get()) == {"created": 1}


def test_a_row_that_is_still_bad_waits_on_with_its_new_reason(tmp_path: Path) -> None:
    row = waiting(tmp_path, {"customers.csv": "external_id,name,size,arr\nC-1,A,vast,1\n"})
    assert replay(row=row, cells={**row.text, "size": "small", "arr": "much"}, by=None) == "quarantined"
    row.refresh_from_db()
    assert (row.status, row.code, row.column) == ("waiting", "not_a_number", "arr")
    assert (row.text["arr"], counts(Batch.objects.get())) == ("1", {"quarantined": 1})


MAPPING = """
[source]
name = "desk"
date_order = "DMY"
[customers]
file = "customers.csv"
external_id = "id"
name = "id"
[tickets]
file = "cases.csv"
customer = "Account"
external_id = { template = "T-{line}" }
opened_at = "Opened"
severity = { column = "Prio", values = { urgent = "critical" } }
"""


def test_a_row_of_a_foreign_file_is_read_by_its_mapping(tmp_path: Path) -> None:
    cases = "Account,Opened,Prio\nC-1,01/02/2025,low\nC-2,03/02/2025,urgent\n"
    row = waiting(tmp_path, {"mapping.toml": MAPPING, "customers.csv": "id\nC-1\n", "cases.csv": cases})
    assert replay(row=row, cells={**row.text, "Account": "C-1"}, by=None) == "created"
    ticket = Ticket.objects.get(external_id="T-3")
    assert (ticket.opened_at.strftime("%d.%m.%Y"), ticket.severity) == ("03.02.2025", "critical")


def test_a_row_without_a_cell_that_the_mapping_reads_is_refused(tmp_path: Path) -> None:
    cases = "Account,Opened,Prio\nC-2,03/02/2025,urgent\n"
    row = waiting(tmp_path, {"mapping.toml": MAPPING, "customers.csv": "id\nC-1\n", "cases.csv": cases})
    with pytest.raises(IngestError, match="needs a cell for Prio"):
        replay(row=row, cells={"Account": "C-1", "Opened": "03/02/2025"}, by=None)


def test_rows_that_are_totalled_are_mended_in_their_file(tmp_path: Path) -> None:
    mapping = '[usage]\nfile = "e.csv"\ncustomer = "c"\ndate = "d"\nactions = { total = "count" }\n'
    row = waiting(tmp_path, {"mapping.toml": mapping, "e.csv": "c,d\nC-1,2025-01-01\n"})
    with pytest.raises(IngestError, match="totalled"):
        replay(row=row, cells=row.text, by=None)
