"""Short ways to bring files in and to ask what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

from django.apps import apps

from accounts.ingestion.running import Order, ingest
from accounts.models import Batch, Customer, QuarantinedRow
from accounts.models.ingestion import ROW_STATES
from tests.cast import make_customer, make_source

CUSTOMERS = "external_id,name\nC-1,Pebble & Finch\nC-2,Lantern Freight\n"


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Lay files into a folder of the test."""
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        data = content if isinstance(content, bytes) else dedent(content).encode()
        (folder / name).write_bytes(data)
    return folder


def bring(tmp_path: Path, files: Mapping[str, str | bytes], **options: Any) -> list[Batch]:
    """Bring a fresh folder of files in; a file named `mapping.toml` is the mapping."""
    folder = tmp_path / "files"
    for old in folder.glob("*"):
        old.unlink()
    write(folder, files)
    mapping = folder / "mapping.toml"
    return ingest(Order(folder, mapping if mapping.exists() else None, **options))


def counts(batch: Batch) -> dict[str, int]:
    """The states that occurred in a batch."""
    assert batch.rows_read == sum(getattr(batch, state) for state in ROW_STATES)
    return {state: count for state in ROW_STATES if (count := getattr(batch, state))}


def states(tmp_path: Path, kind: str, text: str, **options: Any) -> dict[str, int]:
    """The states of the rows of one canonical file."""
    (batch,) = bring(tmp_path, {f"{kind}.csv": text}, **options)
    return counts(batch)


def problems(batch: Batch) -> list[tuple[int, str, str]]:
    """Line, code and column of each row in quarantine."""
    return list(QuarantinedRow.objects.filter(batch=batch).order_by("line").values_list("line", "code", "column"))


def customer(external_id: str = "C-1", **fields: Any) -> Customer:
    """A customer of the source that canonical files come from."""
    return make_customer(external_id=external_id, source=make_source("import"), **{"since": None, **fields})


def everything() -> dict[str, int]:
    """How many rows each table holds."""
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}
