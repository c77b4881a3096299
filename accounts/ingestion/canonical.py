"""Finds the files of the import format itself: a folder of `<kind>.csv` or `.csv.gz`, or one such file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from accounts.ingestion.kinds import DECLARED
from accounts.ingestion.mapping import Plan
from accounts.ingestion.problems import IngestError
from accounts.ingestion.sections import canonical_section
from accounts.ingestion.sources import SourceOptions
from accounts.kinds import KINDS

ENDINGS = (".csv", ".csv.gz")


def kind_of(name: str) -> str:
    """The kind that a file's name announces; empty when it is none."""
    for ending in ENDINGS:
        if name.endswith(ending) and name.removesuffix(ending) in KINDS:
            return name.removesuffix(ending)
    return ""


def plan_of(path: Path, tell: Callable[[str], None]) -> Plan:
    """The sections of a folder or a file in the order of loading; raises IngestError when there is nothing to read."""
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    known = {file.name: kind_of(file.name) for file in files if file.is_file()}
    if not any(known.values()):
        raise IngestError(
            f"{path}: no file of the import format here; files are named {', '.join(f'{kind}.csv' for kind in KINDS)},"
            " each also as .csv.gz. Files of another shape need --mapping."
        )
    for name, kind in known.items():
        if not kind:
            tell(f"{name}: not a file of the import format, left alone")
    order = list(KINDS)
    named = sorted(((kind, name) for name, kind in known.items() if kind), key=lambda pair: order.index(pair[0]))
    return Plan(SourceOptions(), tuple(canonical_section(DECLARED[kind], name) for kind, name in named))
