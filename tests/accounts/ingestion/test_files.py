"""Files as they are read: encodings, compression, and structures that are refused whole with their line."""

from __future__ import annotations

import gzip
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.ingestion.problems import IngestError, Refused
from accounts.ingestion.reading import Table
from accounts.ingestion.running import Order, ingest
from accounts.models import Batch, Customer, Usage
from tests.accounts.ingestion.bringing import CUSTOMERS, bring, counts, everything, problems, write

pytestmark = pytest.mark.django_db

NAMES = "external_id,name\nC-1,Smørås\nC-2,Ørn\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_text_is_decoded(encoding: str, tmp_path: Path) -> None:
    data = ("\ufeff" if encoding == "utf-16-le" else "") + NAMES
    (batch,) = bring(tmp_path, {"customers.csv": data.encode(encoding)})
    assert counts(batch) == {"created": 2}
    assert Customer.objects.get(external_id="C-1").name == "Smørås"


@pytest.mark.parametrize("newline", ["\r\n", "\r", "\n\n"])
def test_lines_may_end_in_any_way_and_blank_ones_are_skipped(newline: str, tmp_path: Path) -> None:
    (batch,) = bring(tmp_path, {"customers.csv": NAMES.replace("\n", newline).encode()})
    assert batch.created == 2
    assert batch.skipped == (2 if newline == "\n\n" else 0) + (newline == "\n\n")


def test_compressed_files_are_read_as_they_are(tmp_path: Path) -> None:
    (batch,) = bring(tmp_path, {"customers.csv.gz": gzip.compress(NAMES.encode())})
    assert (counts(batch), batch.file) == ({"created": 2}, "customers.csv.gz")


GZIPPED = gzip.compress(NAMES.encode() * 50, mtime=0)  # the hour would get into the names of tests
REFUSED: list[tuple[str, bytes, str]] = [
    ("customers.csv", b"", "the file is empty"),
    ("customers.csv", b"\n\n", "line 1: no column has a name"),
    ("customers.csv", b"external_id,name\nC-1,\xff\xfe\n", "line 2: the text is not utf-8"),
    ("customers.csv", b"external_id,name\nC-1,A\nC-2,Sm\xf8r\nC-3,B\n", "line 3: the text is not utf-8"),
    ("customers.csv", b'external_id,name\nC-1,A\nC-2,"B\nC-3,C\n', "line 3: a quote that begins here is never closed"),
    ("customers.csv", b'external_id,name\nC-1,"A"B\n', "line 2: the quotes are not balanced"),
    ("customers.csv", b"external_id,name\nC-1,A\nC-2," + b"x" * 40_000, "line 3: a field of more than 32,768"),
    ("customers.csv", ",".join(f"c{n}" for n in range(201)).encode(), "line 1: 201 columns; at most 200"),
    (
        "customers.csv",
        b"external_id,name,name\n",
        "line 1: the column “name” stands there twice",
    ),
    ("customers.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "line 1: this is no CSV file but a PNG picture"),
    ("customers.csv", b"PK\x03\x04\x14\x00\x06\x00", "line 1: this is no CSV file but a ZIP archive or a spreadsheet"),
    ("customers.csv", GZIPPED, "line 1: this is no CSV file but compressed"),
    ("customers.csv", "external_id,name\n".encode("utf-16-le"), "line 1: the header holds control characters"),
    ("customers.csv", b"external_id;name\nC-1;A\n", "line 1: the header has no column external_id"),
    ("customers.csv.gz", NAMES.encode(), "the compressed file is damaged"),
    ("customers.csv.gz", GZIPPED[:-20], "the compressed file is damaged"),
]


@pytest.mark.parametrize(("name", "data", "reason"), REFUSED)
def test_a_file_of_bad_structure_is_refused_whole_with_the_line(
    name: str, data: bytes, reason: str, tmp_path: Path
) -> None:
    before = everything()
    (batch,) = bring(tmp_path, {name: data})
    assert reason in batch.refused
    assert (batch.status, counts(batch)) == (Batch.Status.REFUSED, {})
    changed = {table for table, count in everything().items() if count != before[table]}
    assert changed == {"accounts.Batch", "accounts.Source"}


def test_a_refused_file_leaves_the_others_to_go_on(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "customers.csv": CUSTOMERS,
        "tickets.csv": "a,b\n",
        "usage.csv": "customer,date\nC-1,2025-01-01\n",
    }
    customers, usage, tickets = bring(tmp_path, files)
    assert (counts(customers), counts(usage)) == ({"created": 2}, {"created": 1})
    assert tickets.refused.startswith("line 1: the header has no column external_id")


def test_a_bad_byte_far_down_is_found_on_its_line(tmp_path: Path) -> None:
    text = "external_id,name\n" + "".join(f"C-{n},Ærø {n}\n" for n in range(9000))
    data = text.encode() + b"C-x,\xc3(\n"
    (batch,) = bring(tmp_path, {"customers.csv": data})
    assert batch.refused.startswith("line 9002: the text is not utf-8")
    assert not Customer.objects.exists()


def test_a_row_is_known_by_its_first_physical_line(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,b\n1,"x\ny"\n\n2,z\n')
    read = [(row.line, row.cells) for row in Table(path).rows()]
    assert read == [(2, ["1", "x\ny"]), (4, []), (5, ["2", "z"])]


def test_columns_without_a_field_are_noticed_and_left_alone(tmp_path: Path) -> None:
    (batch,) = bring(tmp_path, {"customers.csv": "external_id,name,shoe_size,\nC-1,Pebble,44,\n"})
    assert (counts(batch), batch.notices) == ({"created": 1}, {"unknown_column": 2})


@pytest.mark.parametrize("what", ["nowhere", "empty", "unknown"])
def test_nothing_to_read_is_an_error_and_changes_nothing(what: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    write(tmp_path / "unknown", {"notes.csv": "a\n"})
    before = everything()
    with pytest.raises(IngestError):
        ingest(Order(tmp_path / what))
    assert everything() == before


def test_files_that_are_no_kind_are_left_alone_with_a_word(tmp_path: Path) -> None:
    told: list[str] = []
    folder = write(tmp_path / "f", {"customers.csv": CUSTOMERS, "README.txt": "hello"})
    ingest(Order(folder), tell=told.append)
    assert told == ["README.txt: not a file of the import format, left alone"]


def test_kinds_are_loaded_in_their_order_whatever_their_names(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "attributes.csv": "customer,attribute,value\nC-1,a,b\n",
        "contacts.csv": "customer,external_id,name\nC-1,P-1,Aino\n",
        "customers.csv": CUSTOMERS,
        "usage.csv": "customer,date\nC-1,2025-01-01\n",
    }
    assert [batch.kind for batch in bring(tmp_path, files)] == ["customers", "contacts", "usage", "attributes"]


def test_a_nul_in_a_row_costs_the_row_and_not_the_file(tmp_path: Path) -> None:
    (batch,) = bring(tmp_path, {"customers.csv": b"external_id,name\nC-1,A\x00\nC-2,B\n"})
    assert (counts(batch), problems(batch)) == ({"created": 1, "quarantined": 1}, [(2, "control_character", "name")])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300) | st.text(alphabet='a,"\n\r;\x001-é', max_size=80).map(lambda text: text.encode()))
def test_whatever_the_bytes_a_table_is_read_or_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(data)
    with suppress(Refused):
        assert Table(path).header()
        assert all(row.line > 1 for row in Table(path).rows())


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.text(alphabet='C-1,"\n\r\x00é2025/', max_size=25), max_size=6))
def test_whatever_the_rows_each_has_one_end_state(rows: list[str], tmp_path: Path) -> None:
    text = "customer,date,logins\n" + "\n".join(rows)
    _customers, batch = bring(tmp_path, {"customers.csv": CUSTOMERS, "usage.csv": text.encode()})
    assert sum(counts(batch).values()) == batch.rows_read
    assert batch.created <= Usage.objects.count()
