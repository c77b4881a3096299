"""Whole runs: chunks, kills and resumption, several processes on one file, dry runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from accounts.ingestion import batches, surveying
from accounts.ingestion.intake import Intake
from accounts.ingestion.running import Order, ingest
from accounts.models import Batch, Customer, CustomerPeriod, QuarantinedRow
from tests.accounts.ingestion.bringing import CUSTOMERS, bring, counts, everything, states, write

pytestmark = pytest.mark.django_db

# 4 good rows, a duplicate, a bad row; in chunks of two the file takes three transactions
FILE = """\
external_id,name,customer_since
C-1,A,2025-01-01
C-2,B,
C-1,A2,2025-01-01
C-3,C,soon
C-4,D,
C-5,E,2025-03-01
"""
OUTCOME = {"created": 4, "duplicate": 1, "quarantined": 1}


class Killed(BaseException):
    """As sudden as a signal: nothing in the product catches it."""


@pytest.fixture(autouse=True)
def _chunks_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surveying, "CHUNK", 2)


def kill_in_chunk(number: int, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """Die in the number-th chunk, before its rows are taken or after they are written but not committed."""
    calls = iter(range(1, 100))
    take, advance = Intake.take, batches.advance

    def taking(self: Intake, rows: Any) -> None:
        if where == "before" and next(calls) == number:
            raise Killed
        take(self, rows)

    def advancing(*arguments: Any) -> None:
        advance(*arguments)
        if where == "after" and next(calls) == number:
            raise Killed

    monkeypatch.setattr(Intake, "take", taking)
    monkeypatch.setattr(batches, "advance", advancing)


@pytest.mark.parametrize("where", ["before", "after"])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_killed_import_resumes_and_its_counts_stay_exact(
    number: int, where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        kill_in_chunk(number, patch, where)
        with pytest.raises(Killed):
            bring(tmp_path, {"customers.csv": FILE})
    killed = Batch.objects.get()
    assert (killed.status, killed.rows_read) == (Batch.Status.RUNNING, 2 * (number - 1))
    (batch,) = bring(tmp_path, {"customers.csv": FILE})
    assert (batch.pk, batch.status, counts(batch)) == (killed.pk, Batch.Status.DONE, OUTCOME)
    assert (Customer.objects.count(), QuarantinedRow.objects.count(), CustomerPeriod.objects.count()) == (4, 1, 2)


def test_a_kill_before_the_periods_are_made_is_made_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(_batch: Batch) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(batches, "finish", die)
        with pytest.raises(Killed):
            bring(tmp_path, {"customers.csv": FILE})
    assert not CustomerPeriod.objects.exists()
    (batch,) = bring(tmp_path, {"customers.csv": FILE})
    assert (counts(batch), CustomerPeriod.objects.count()) == (OUTCOME, 2)


def test_a_finished_file_is_a_new_batch_the_second_time_and_changes_nothing(tmp_path: Path) -> None:
    assert states(tmp_path, "customers", FILE) == OUTCOME
    before = everything()
    assert states(tmp_path, "customers", FILE) == {"unchanged": 4, "duplicate": 1, "quarantined": 1}
    after = everything()
    assert {table for table in after if after[table] != before[table]} == {"accounts.Batch", "accounts.QuarantinedRow"}


def test_a_chunk_that_another_process_wrote_meanwhile_is_not_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "files", {"customers.csv": FILE})
    locked = batches.locked

    def overtaken(batch: Batch) -> Batch:
        monkeypatch.setattr(batches, "locked", locked)
        ingest(Order(folder))
        return locked(batch)

    monkeypatch.setattr(batches, "locked", overtaken)
    (batch,) = ingest(Order(folder))
    assert (Batch.objects.get(), counts(batch)) == (batch, OUTCOME)


def test_a_dry_run_counts_everything_and_keeps_nothing(tmp_path: Path) -> None:
    before = everything()
    (batch,) = bring(tmp_path, {"customers.csv": FILE}, dry_run=True)
    assert (counts(batch), batch.records) == (OUTCOME, 4)
    assert everything() == before


def test_another_source_is_another_identity(tmp_path: Path) -> None:
    for source in ("crm", "billing"):
        assert states(tmp_path, "customers", CUSTOMERS, source=source) == {"created": 2}
    assert Customer.objects.count() == 4


def test_progress_is_told_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.ingestion.running.TOLD_EVERY", 4)
    told: list[str] = []
    ingest(Order(write(tmp_path / "f", {"customers.csv": FILE})), tell=told.append)
    assert told == ["customers.csv: 4 of 6 rows"]


def test_a_file_of_a_header_alone_is_done_with_no_rows(tmp_path: Path) -> None:
    (batch,) = bring(tmp_path, {"customers.csv": "external_id,name\n"})
    assert (batch.status, batch.rows_read) == (Batch.Status.DONE, 0)
