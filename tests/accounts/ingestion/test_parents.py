"""Parents that would close a circle are refused on their way in."""

from __future__ import annotations

from pathlib import Path

import pytest

from accounts.models import Customer
from tests.accounts.ingestion.bringing import bring, counts

pytestmark = pytest.mark.django_db
LINE = "external_id,name,parent\nC-1,A,\nC-2,B,C-1\nC-3,C,C-2\n"


def parents() -> dict[str, str]:
    return dict(Customer.objects.exclude(parent=None).values_list("external_id", "parent__external_id"))


def test_a_row_that_closes_a_circle_waits_with_its_reason(tmp_path: Path) -> None:
    bring(tmp_path, {"customers.csv": LINE})
    (batch,) = bring(tmp_path, {"customers.csv": "external_id,name,parent\nC-1,A,C-3\n"})
    assert counts(batch) == {"quarantined": 1}
    (row,) = batch.quarantine.all()
    assert (row.code, row.column) == ("parent_circle", "parent")
    assert parents() == {"C-2": "C-1", "C-3": "C-2"}


def test_of_two_rows_that_close_a_circle_together_the_later_one_waits(tmp_path: Path) -> None:
    bring(tmp_path, {"customers.csv": "external_id,name\nC-1,A\nC-2,B\n"})
    (batch,) = bring(tmp_path, {"customers.csv": "external_id,name,parent\nC-1,A,C-2\nC-2,B,C-1\n"})
    assert counts(batch) == {"updated": 1, "quarantined": 1}
    assert parents() == {"C-1": "C-2"}


def test_a_circle_within_a_new_file_is_cut_and_noticed(tmp_path: Path) -> None:
    text = "external_id,name,parent\nC-1,A,C-2\nC-2,B,C-3\nC-3,C,C-1\n"
    (batch,) = bring(tmp_path, {"customers.csv": text})
    assert batch.notices == {"parent_circle": 1}
    assert parents() == {"C-1": "C-2", "C-2": "C-3"}


def test_a_parent_that_moves_up_is_no_circle(tmp_path: Path) -> None:
    bring(tmp_path, {"customers.csv": LINE})
    (batch,) = bring(tmp_path, {"customers.csv": "external_id,name,parent\nC-3,C,C-1\n"})
    assert counts(batch) == {"updated": 1}
